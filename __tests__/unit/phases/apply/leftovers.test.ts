import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { builtInResource } from '../../../../src/clients/kubernetes/resources.ts'
import { Failure } from '../../../../src/core/failure.ts'
import { fieldManager, type KubernetesObject, objectId } from '../../../../src/core/kubernetes/object.ts'
import { findLeftovers } from '../../../../src/phases/apply/leftovers.ts'
import { grantsOf, type Rule } from '../../../support/cluster/grants.ts'
import { root } from '../../../support/root.ts'
import { schema } from '../../core/schema/kubernetes.ts'

const namespace = 'clinic'
/** The kinds that come with a definition, and how they are addressed. */
const custom: Record<string, string> = {
  'external-secrets.io/v1 ExternalSecret': 'externalsecrets',
  'monitoring.coreos.com/v1 PodMonitor': 'podmonitors',
  'monitoring.coreos.com/v1 PrometheusRule': 'prometheusrules'
}
const nameOf = ({ apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>) => `${apiVersion} ${kind}`
const own = (apiVersion: string, kind: string): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name: 'x', managedFields: [{ manager: fieldManager }] }
})

class UnknownKind extends Error {}

type List = (wanted: KubernetesObject) => Promise<KubernetesObject[]>

/** What is found where whole kinds are looked through. */
async function leftoversOf(list: List): Promise<string[]> {
  const found = await findLeftovers([], namespace, true, {
    cluster: { list, read: async () => undefined },
    toFailure: (error) => (error instanceof Failure ? error : new Failure('internal', String(error), 'report it')),
    isUnknownKind: (error) => error instanceof UnknownKind
  })
  return found.map(objectId)
}

async function listedKinds(): Promise<string[]> {
  const listed: string[] = []
  await leftoversOf(async (wanted) => {
    listed.push(nameOf(wanted))
    return []
  })
  return listed
}

describe('the search for leftovers', () => {
  test('covers all namespaced built-in kinds but Secrets and pods, and the kinds of our manifests', async () => {
    const known = Object.entries(schema.kinds)
      .flatMap(([apiVersion, { checked }]) => checked.map((kind) => ({ apiVersion, kind })))
      .filter(({ apiVersion, kind }) => builtInResource(apiVersion, kind)?.namespaced)
      .map(nameOf)
    expect(known.length).toBeGreaterThan(15)
    const leftOut = ['v1 Secret', 'v1 Pod']
    const expected = [...known.filter((name) => !leftOut.includes(name)), ...Object.keys(custom)]
    expect((await listedKinds()).toSorted()).toEqual(expected.toSorted())
  })

  test('covers only kinds that the planner role may list', async () => {
    const text = readFileSync(join(root, 'manifests', 'rbac-planner', 'role.yaml'), 'utf8')
    const { rules } = parse(text) as { rules: Rule[] }
    const lists = grantsOf(rules).filter(({ verb }) => verb === 'list')
    const needed = (await listedKinds()).map((name) => {
      const [apiVersion = '', kind = ''] = name.split(' ')
      const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
      return `${builtInResource(apiVersion, kind)?.plural ?? custom[name]} of ${group}`
    })
    expect(lists.map(({ resource, group }) => `${resource} of ${group}`).toSorted()).toEqual(needed.toSorted())
  })

  test('lists all kinds concurrently', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    let asked = 0
    const finding = leftoversOf(async () => {
      asked += 1
      await promise
      return []
    })
    await new Promise((done) => setImmediate(done))
    expect(asked).toBe((await listedKinds()).length)
    resolve()
    await finding
  })

  test('reports the other kinds if one is missing or forbidden', async () => {
    const found = await leftoversOf(async ({ apiVersion, kind }) => {
      if (kind === 'PodMonitor') throw new UnknownKind(kind)
      if (kind === 'Job') throw new Failure('forbidden', 'no', 'grant it')
      return [own(apiVersion, kind)]
    })
    expect(found).toHaveLength((await listedKinds()).length - 2)
    expect(found).toContain('PrometheusRule/x')
  })

  test('passes on any other error', async () => {
    await expect(leftoversOf(() => Promise.reject(new Error('gone')))).rejects.toThrow('gone')
  })
})
