import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { toFailure } from '../../src/clients/kubernetes/failure.ts'
import { at, type KubernetesObject, listAt } from '../../src/core/kubernetes/object.ts'
import { renderedCache } from '../../src/core/rendered-cache/rendered-cache.ts'
import { writeTrial } from '../../src/phases/apply/apply.ts'
import { contentOf } from '../../src/phases/apply/content.ts'
import type { ApplyDeps } from '../../src/phases/apply/deps.ts'
import { outlookOf } from '../../src/phases/apply/outlook.ts'
import { tryAll } from '../../src/phases/apply/trial.ts'
import { planOf, type Tried, triedOf } from '../../src/phases/plan/plan.ts'
import { type Access, accessTo } from '../integration/applying.ts'
import { kubectl, kubectlWithInput } from '../support/cluster/kubectl.ts'
import { type ApplyNamespace, applyNamespace } from './apply-namespace.ts'

/** What somebody's StatefulSet says beside what is rendered here, or in another way. */
const old = {
  metadata: { labels: { team: 'erp' }, annotations: { 'example.com/runbook': 'cache' } },
  spec: {
    minReadySeconds: 3,
    template: {
      metadata: { annotations: { 'example.com/restart': 'monday' } },
      spec: {
        // Defaults that are written out stay what they are.
        dnsPolicy: 'ClusterFirst',
        restartPolicy: 'Always',
        priorityClassName: '',
        nodeSelector: { 'kubernetes.io/os': 'linux' },
        tolerations: [{ key: 'cache', operator: 'Exists' }],
        containers: [
          {
            name: 'redis',
            env: [{ name: 'TZ', value: 'Europe/Berlin' }],
            terminationMessagePolicy: 'FallbackToLogsOnError',
            resources: { limits: { cpu: '1' } }
          },
          { name: 'shell', image: 'docker.io/library/redis:7.2.16-alpine', command: ['sleep', '1000'] }
        ],
        volumes: [{ name: 'scratch', emptyDir: {} }]
      }
    }
  }
}
const oldService = {
  metadata: { labels: { team: 'erp' } },
  spec: { sessionAffinity: 'ClientIP', ports: [{ name: 'metrics', port: 9121, targetPort: 'metrics' }] }
}

let namespace: ApplyNamespace
let access: Access

beforeAll(async () => {
  namespace = await applyNamespace()
  access = await accessTo({ kubeconfig: await kubectl('config', 'view', '--raw', '--minify', '--flatten') }, 1)
  // What was deployed with `kubectl apply` so far; no pod is needed.
  const documents = namespace.documents().map(({ object }) => {
    if (object.kind === 'StatefulSet') return merged(merged(object, old), { spec: { replicas: 1 } })
    return object.metadata.name === 'redis' && object.kind === 'Service' ? merged(object, oldService) : object
  })
  const text = documents.map((object) => JSON.stringify(object)).join('\n')
  await kubectlWithInput(text, '--namespace', namespace.name, 'apply', '--filename=-')
})
afterAll(async () => {
  access[Symbol.dispose]()
  await namespace[Symbol.asyncDispose]()
})

/** Merges as kustomize does: list items by their name. */
function merged<T>(value: T, more: unknown): T {
  if (Array.isArray(value) && Array.isArray(more)) {
    const added = more.filter((item) => !value.some((each) => at(each, 'name') === at(item, 'name')))
    const kept = value.map((each) =>
      merged(
        each,
        more.find((item) => at(item, 'name') === at(each, 'name'))
      )
    )
    return [...kept, ...added] as T
  }
  if (typeof value !== 'object' || value === null || typeof more !== 'object') return (more ?? value) as T
  const entries = Object.entries(more ?? {}).map(([key, child]) => [key, merged(at(value, key), child)])
  return { ...value, ...Object.fromEntries(entries) }
}

/** Applies, or only tries it. */
async function applied(dryRun: boolean): Promise<Tried[]> {
  const inputs = { namespace: namespace.name, createNamespace: false, redisPassword: undefined, forceConflicts: false }
  const done: Tried[] = []
  const deps: ApplyDeps = {
    cluster: access.cluster,
    toFailure,
    secret: () => {},
    log: () => {},
    clock: access.clock,
    signal: access.cancel.signal,
    isUnknownKind: () => false,
    applied: ({ change, note }, states) => void done.push({ ...states, change, note })
  }
  const trial = await tryAll(renderedCache(namespace.documents()), inputs, deps)
  if (dryRun) return outlookOf(trial, inputs, deps.isUnknownKind).accepted.map(triedOf)
  await writeTrial(trial, inputs, deps)
  return done
}

const idOf = ({ wanted }: Tried) => `${wanted.kind}/${wanted.metadata.name}`
const changesOf = (tried: Tried[]) => Object.fromEntries(tried.map((each) => [idOf(each), each.change]))

describe('a Redis from `kubectl apply` that is taken over', () => {
  let planned: Tried[]
  let done: Tried[]

  beforeAll(async () => {
    planned = await applied(true)
    done = await applied(false)
  })

  const statesOf = (tried: Tried[]) =>
    tried
      .filter(({ change }) => change === 'configured')
      .map((each) => [idOf(each), contentOf(each.after)])
      .toSorted()

  test('is planned like it is then deployed, with removed fields', () => {
    expect(changesOf(planned)).toEqual(changesOf(done))
    const set = (tried: Tried[]) => tried.find((each) => idOf(each) === 'StatefulSet/redis')?.after
    const containers = (object: KubernetesObject | undefined) =>
      listAt(object, 'spec', 'template', 'spec', 'containers')
    expect(containers(set(done)).map((each) => at(each, 'name'))).toEqual(['redis', 'metrics'])
    // The mark of the password is keyed with the UID of a Secret that the plan only tried to make.
    const marks = (text: string) => text.replace(/("redis-cache-action\/password":")\w+/g, '$1')
    expect(JSON.parse(marks(JSON.stringify(statesOf(planned))))).toEqual(
      JSON.parse(marks(JSON.stringify(statesOf(done))))
    )
  })

  test('is planned with the manager, the removed fields and the restart', () => {
    const plan = planOf(planned, [])
    const [set] = plan.objects.filter(({ id }) => id === 'StatefulSet/redis')
    expect(set?.note).toBe('would be taken over from kubectl-client-side-apply')
    expect(set?.diff).toContain('-        - name: shell')
    expect(set?.diff).not.toMatch(/[-+] +dnsPolicy/)
    expect(plan.restart).toEqual(['configuration', 'password', 'pod template'])
    const [service] = plan.objects.filter(({ id }) => id === 'Service/redis')
    expect(service?.diff).toContain('-    team: erp')
  })

  test('is unchanged afterwards', async () => {
    expect(new Set(Object.values(changesOf(await applied(true))))).toEqual(new Set(['unchanged']))
  })
})
