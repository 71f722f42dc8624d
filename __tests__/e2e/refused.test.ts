import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { type KubernetesObject, objectId } from '../../src/core/kubernetes/object.ts'
import { parseManifest } from '../../src/core/manifest.ts'
import { type ApplyRun, accessTo, applying } from '../integration/applying.ts'
import { wordsOf } from '../integration/outcome.ts'
import { documentsFor } from '../integration/rendering.ts'
import { type AwsStandIn, awsStandIn, putSecret, storeFor } from '../support/cluster/aws-stand-in.ts'
import { kubectl, kubectlWithInput } from '../support/cluster/kubectl.ts'
import { generatedCredentials } from '../support/generated-credentials.ts'
import { type Edit, type Stage, stage } from './stage.ts'

// Tests of faults: what fails now and then is what they look for.
jest.retryTimes(0)

let place: Stage

beforeEach(async () => {
  place = await stage()
})
afterEach(async () => place[Symbol.asyncDispose]())

const kinds = 'configmaps,services,networkpolicies,secrets,statefulsets,persistentvolumeclaims,pods'
/** Their status changes by itself. */
const living = ['Pod', 'PersistentVolumeClaim', 'StatefulSet']

/** Every object of the namespace and its version, as kubectl sees them; of what lives, its identity and generation. */
async function everything(): Promise<string[]> {
  const { items } = JSON.parse(await place.namespace.kubectl('get', kinds, '--output=json')) as {
    items: KubernetesObject[]
  }
  return items
    .filter(({ metadata }) => metadata.name !== 'kube-root-ca.crt')
    .map((object) => {
      const { uid, generation, resourceVersion } = object.metadata
      return `${objectId(object)} ${uid} ${living.includes(object.kind) ? generation : resourceVersion}`
    })
}

async function deploying(inputs: Parameters<typeof applying>[2] = {}, edit?: Edit): Promise<ApplyRun> {
  return applying(place.access, await place.documents(edit), { namespace: place.namespace.name, ...inputs })
}

const bigger: Edit = ({ spec }) => {
  for (const claim of spec.volumeClaimTemplates ?? []) claim.spec['resources'] = { requests: { storage: '6Gi' } }
}

describe('a healthy cache', () => {
  test('keeps its password if a change with another one is refused', async () => {
    const first = 'the-first-password'
    expect((await deploying({ redisPassword: first })).failure).toBeUndefined()
    expect((await place.rollout()).failure).toBeUndefined()
    const before = await everything()

    const { failure, objects } = await deploying({ redisPassword: 'the-second-password' }, bigger)
    expect(failure?.code).toBe('immutable-field')
    expect(objects).toEqual([])
    expect(await everything()).toEqual(before)
    expect(await place.namespace.credential('password')).toBe(first)
    expect(await place.namespace.redisCli('ping')).toBe('PONG')
  })
})

describe('a policy that refuses the Service', () => {
  const policy = () => `refuses-${place.namespace.name}`

  beforeEach(async () => {
    const metadata = { name: policy() }
    const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': place.namespace.name } }
    const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['services'] }
    const items = [
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicy',
        metadata,
        spec: {
          failurePolicy: 'Fail',
          matchConstraints: { namespaceSelector, resourceRules: [rule] },
          validations: [{ expression: "object.metadata.name != 'redis'", message: 'no such Service here' }]
        }
      },
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata,
        spec: { policyName: policy(), validationActions: ['Deny'] }
      }
    ]
    await kubectlWithInput(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }), 'create', '--filename=-')
    // It is in force a little after it was made.
    const probe = () =>
      place.namespace.kubectl('create', 'service', 'clusterip', 'redis', '--tcp=1:1', '--dry-run=server')
    while ((await probe().then(String, () => undefined)) !== undefined);
  })
  afterEach(async () => {
    await kubectl('delete', `validatingadmissionpolicybinding/${policy()}`, `validatingadmissionpolicy/${policy()}`)
  })

  test('is reported with all other refusals, and nothing is created', async () => {
    const { failure } = await deploying({ redisPassword: 'a-password' }, (_workload, redis) => {
      redis.image = ''
    })
    expect(failure?.code).toBe('invalid-manifest')
    expect(failure?.message).toContain('no such Service here')
    expect(failure?.message).toMatch(/Also: cannot apply StatefulSet\/redis .*image/)
    expect(await everything()).toEqual([])
  })
})

describe('a namespace whose Secret belongs to the External Secrets Operator', () => {
  const expectRefused = ({ failure, objects }: ApplyRun, name: string) => {
    expect(failure?.code).toBe('secret-field')
    expect(failure?.message).toContain(`belongs to another environment: Secret/redis-credentials is owned by ${name}`)
    expect(failure && wordsOf(failure)).not.toMatch(/force|delete/)
    expect(objects).toEqual([])
  }
  const runs = [{}, { redisPassword: 'a-password' }, { redisPassword: 'a-password', forceConflicts: true }]

  test('gets no Redis of its own', async () => {
    const metadata = { name: 'redis-credentials', labels: { 'reconcile.external-secrets.io/managed': 'true' } }
    const fields = Object.entries(generatedCredentials()).map(([key, value]) => [
      key,
      Buffer.from(value).toString('base64')
    ])
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata, data: Object.fromEntries(fields) }
    const operator = ['--server-side', '--field-manager=externalsecrets.external-secrets.io/cache']
    const target = ['--namespace', place.namespace.name, '--filename=-']
    await kubectlWithInput(JSON.stringify(secret), 'apply', ...operator, ...target)
    const before = await everything()
    for (const inputs of runs) expectRefused(await deploying(inputs), 'ExternalSecret/cache')
    expect(await everything()).toEqual(before)
  })

  const aws = awsStandIn()
  if (aws === undefined) test.skip('by the real operator (AWS_STAND_IN names no stand-in for AWS)', () => {})
  else test('is recognised with the real operator', () => ownedByOperator(aws))

  async function ownedByOperator(standIn: AwsStandIn): Promise<void> {
    const { name } = place.namespace
    const secretStoreRef = await storeFor(standIn, place.namespace)
    const fields = generatedCredentials()
    await putSecret(standIn, `${name}/redis`, fields)
    await place.namespace.apply({
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { name: 'redis-credentials' },
      spec: { refreshInterval: '1h', secretStoreRef, dataFrom: [{ extract: { key: `${name}/redis` } }] }
    })
    await place.namespace.kubectl('wait', '--for=create', 'secret/redis-credentials', '--timeout=120s')
    const before = await everything()
    for (const inputs of runs) expectRefused(await deploying(inputs), 'ExternalSecret/redis-credentials')
    expect(await everything()).toEqual(before)
    expect(await place.namespace.credential('password')).toBe(fields.password)
  }
})

test('a namespace created by the run gets all objects', async () => {
  const name = `made-${randomBytes(4).toString('hex')}`
  const admin = await kubectl('config', 'view', '--raw', '--minify', '--flatten', '--output=yaml')
  using access = await accessTo({ kubeconfig: admin }, 1)
  const account = `apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: redis, namespace: ${name}}\n`
  const documents = [...parseManifest(account), ...(await documentsFor({ namespace: name }))]
  try {
    const { failure, changes } = await applying(access, documents, { namespace: name, createNamespace: true })
    expect(failure).toBeUndefined()
    expect(Object.keys(changes)).toHaveLength(8)
    expect(new Set(Object.values(changes))).toEqual(new Set(['created']))
  } finally {
    await kubectl('delete', 'namespace', name, '--ignore-not-found', '--wait=false')
  }
})
