import { describe, expect, test } from '@jest/globals'
import { Failure } from '../../../../src/core/failure.ts'
import { type KubernetesObject, objectId } from '../../../../src/core/kubernetes/object.ts'
import type { ManifestDocument } from '../../../../src/core/manifest.ts'
import type { Check } from '../../../../src/core/result.ts'
import { compareObjects, Drift } from '../../../../src/phases/drift/drift.ts'
import { changed, rendered } from '../../core/drift/objects.ts'

interface Compared {
  sentence?: string
  failure?: Failure
  checks: Check[]
  log: string[]
}

/** Compares the manifests of the action with these objects; a function stands for what reading one of them throws. */
async function comparing(live: (object: KubernetesObject) => KubernetesObject | undefined): Promise<Compared> {
  const documents = rendered.map((object): ManifestDocument => ({ object, source: '' }))
  const checks: Check[] = []
  const log: string[] = []
  const deps = {
    cluster: { read: async (wanted: KubernetesObject) => live(wanted) },
    toFailure: (error: unknown, { verb, object }: { verb: string; object: string }) =>
      new Failure('forbidden', `cannot ${verb} ${object}: ${String(error)}`, 'a hint'),
    checked: (check: Check) => void checks.push(check),
    note: (sentence: string) => void log.push(`note: ${sentence}`),
    log: (line: string) => void log.push(line)
  }
  try {
    return { sentence: await compareObjects(documents, { namespace: 'team' }, deps), checks, log }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { failure: error, checks, log }
  }
}

const only = (kind: string, change: (object: KubernetesObject) => KubernetesObject | undefined) =>
  comparing((object) => (object.kind === kind ? change(object) : object))
const writtenBy = (manager: string, field: string) => (object: KubernetesObject) =>
  changed(object, ['metadata', 'managedFields'], [{ manager, time: 'now', fieldsV1: { 'f:spec': { [field]: {} } } }])

test('passes if all objects are as rendered', async () => {
  const { sentence, checks, log } = await comparing((object) => object)
  expect(sentence).toBe('5 objects are as rendered')
  expect(checks).toHaveLength(5)
  expect(checks.at(-1)).toEqual({ name: 'StatefulSet/redis as rendered', passed: true, detail: 'every rendered field' })
  expect(log).toContain('✓ ConfigMap/redis-config as rendered')
})

test('tells a label that another client added, which is no drift', async () => {
  const owner = { manager: 'kubectl-label', fieldsV1: { 'f:metadata': { 'f:labels': { 'f:team': {} } } } }
  const { sentence, log } = await only('StatefulSet', (object) =>
    changed(changed(object, ['metadata', 'labels', 'team'], 'erp'), ['metadata', 'managedFields'], [owner])
  )
  expect(sentence).toBe('5 objects are as rendered')
  expect(log).toContain(
    'note: StatefulSet/redis has labels or annotations that other clients added and that are not rendered: ' +
      '.metadata.labels.team (kubectl-label).'
  )
})

test('names a differing field with its object in the check, the log and the failure', async () => {
  const { failure, checks, log } = await only('StatefulSet', (object) => changed(object, ['spec', 'replicas'], 0))
  expect(failure).toBeInstanceOf(Drift)
  expect(failure).toMatchObject({
    code: 'config-drift',
    message: 'StatefulSet/redis: .spec.replicas is 0, rendered: 1',
    evidence: []
  })
  expect(checks.filter(({ passed }) => !passed)).toEqual([
    { name: 'StatefulSet/redis as rendered', passed: false, detail: '.spec.replicas is 0, rendered: 1' }
  ])
  expect(log).toContain('✗ StatefulSet/redis: .spec.replicas is 0, rendered: 1')
})

test('reports a missing object', async () => {
  const { failure, checks } = await only('NetworkPolicy', () => undefined)
  expect(failure).toMatchObject({
    code: 'config-drift',
    message: 'NetworkPolicy/redis is missing',
    hint: 'deploy again',
    missing: ['NetworkPolicy/redis']
  })
  expect(checks.find(({ passed }) => !passed)).toMatchObject({ detail: 'is missing' })
})

test('shows some of many differences in the sentence, and all as evidence', async () => {
  const { failure } = await comparing((object) => changed(object, ['metadata', 'labels'], {}))
  expect(failure?.message).toMatch(/^ConfigMap\/redis-config: .*\. and \d+ more$/)
  expect(failure?.message.match(/is missing/g)).toHaveLength(5)
  expect(failure?.evidence[0]?.text.split('\n')).toHaveLength(15)
})

describe('the hint after drift', () => {
  const replicas = (object: KubernetesObject) => changed(object, ['spec', 'replicas'], 0)
  test.each([
    [
      'another client wrote it',
      'kubectl-edit',
      /^deploy again, with `force-conflicts: true` where another.*`kubectl -n team get statefulset\/redis --/
    ],
    [
      'we did, from other manifests',
      'redis-cache-action',
      /^use the manifests and inputs of the last deployment here, or deploy again; see/
    ]
  ])('suggests the command that fits the writer: %s', async (_, manager, hint) => {
    const { failure } = await only('StatefulSet', (object) => writtenBy(manager, 'f:replicas')(replicas(object)))
    expect(failure?.hint).toMatch(hint)
  })

  test('suggests to deploy again where an earlier deployment applied an object that is not rendered any more', async () => {
    const { failure } = await only('StatefulSet', (object) =>
      writtenBy('redis-cache-action', 'f:minReadySeconds')(changed(object, ['spec', 'minReadySeconds'], 5))
    )
    expect(failure?.message).toMatch(/^StatefulSet\/redis: \.spec\.minReadySeconds is 5 but is not rendered/)
    expect(failure?.hint).toMatch(/^use the manifests and inputs of the last deployment here, or deploy again; see/)
  })

  test('suggests to remove by hand what was added, because a deployment keeps it', async () => {
    const added = { name: 'debug', image: 'a' }
    const path = ['spec', 'template', 'spec', 'containers', 2]
    const { failure } = await only('StatefulSet', (object) => changed(object, path, added))
    expect(failure?.hint).toMatch(
      /^remove the fields that are not in your manifests: `kubectl -n team patch [^`]*`; see/
    )
    expect(failure?.hint).toContain(
      `\`kubectl -n team patch statefulset redis --type=json -p '[` +
        '{"op":"test","path":"/spec/template/spec/containers/2/name","value":"debug"},' +
        `{"op":"remove","path":"/spec/template/spec/containers/2"}]'\``
    )
  })

  test('has one command for each object to which something was added', async () => {
    const { failure } = await comparing((object) =>
      object.kind === 'StatefulSet'
        ? changed(object, ['spec', 'template', 'spec', 'hostNetwork'], true)
        : object.kind === 'NetworkPolicy'
          ? changed(object, ['spec', 'ingress', 2], { ports: [{ port: 1 }] })
          : object
    )
    expect(failure?.hint).toMatch(
      /patch networkpolicy redis .*\/spec\/ingress\/2".* and .*patch statefulset redis .*\/spec\/template\/spec\/hostNetwork"|patch statefulset redis .* and .*patch networkpolicy redis /
    )
    expect(failure?.hint).not.toContain(' edit ')
  })
})

describe('an empty namespace', () => {
  test('is reported as missing if it does not exist', async () => {
    const { failure } = await comparing(() => undefined)
    expect(failure).toMatchObject({ code: 'namespace-missing', message: 'namespace team does not exist' })
  })

  test.each([
    ['the namespace exists', (object: KubernetesObject) => (object.kind === 'Namespace' ? object : undefined)],
    [
      'the namespace must not be read',
      (object: KubernetesObject) => {
        if (object.kind === 'Namespace') throw new Error('forbidden')
        return undefined
      }
    ]
  ])('is reported as missing objects where %s', async (_, live) => {
    const { failure } = await comparing(live)
    expect(failure).toMatchObject({ code: 'config-drift' })
    expect(failure).toHaveProperty('missing', rendered.map(objectId))
  })
})

test('fails for an object that must not be read, after comparing all others', async () => {
  const { failure, checks } = await only('ConfigMap', () => {
    throw new Error('no right')
  })
  expect(failure).toMatchObject({ code: 'forbidden', message: 'cannot read ConfigMap/redis-config: Error: no right' })
  expect(checks).toHaveLength(4)
})
