import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { KubernetesObject } from '../../src/core/kubernetes/object.ts'
import { type Access, accessTo } from '../integration/applying.ts'
import { applied, externalSecret, type SecretRun, type Source, verifying } from '../integration/verifying.ts'
import { type AwsStandIn, awsStandIn, putSecret, storeFor, withoutOperator } from '../support/cluster/aws-stand-in.ts'
import { kubectl, kubectlWithInput } from '../support/cluster/kubectl.ts'
import { type TestNamespace, testNamespace } from '../support/cluster/namespace.ts'
import { generatedCredentials } from '../support/generated-credentials.ts'
import { root } from '../support/root.ts'

// Tests of faults: what fails now and then is what they look for.
jest.retryTimes(0)

const aws = awsStandIn()
if (aws === undefined) test.skip('a Secret from AWS (AWS_STAND_IN names no stand-in for AWS)', () => {})
else describe('a Secret synced from AWS by the real operator', () => cases(aws))

// In order: each test goes on from what the one before it left.
function cases(aws: AwsStandIn): void {
  let namespace: TestNamespace
  let access: Access
  let source: Source

  beforeAll(async () => {
    namespace = await testNamespace()
    const rights = await kubectl('kustomize', join(root, 'manifests', 'rbac-managed'))
    await kubectlWithInput(rights.replaceAll('hospital-erp-system', namespace.name), 'apply', '-f', '-')
    source = { store: await storeFor(aws, namespace), key: `${namespace.name}/redis` }
    access = await accessWith(1)
  })
  afterAll(async () => {
    access[Symbol.dispose]()
    await namespace[Symbol.asyncDispose]()
  })

  const accessWith = async (speed: number) =>
    accessTo({ kubeconfig: await readFile(namespace.kubeconfig, 'utf8') }, speed, 300_000)

  const verify = (object: KubernetesObject, { force = true, by = access } = {}): Promise<SecretRun> =>
    verifying(by, object, { namespace: namespace.name, force, secrets: [aws.credentials.secretAccessKey] })

  const apply = (object: KubernetesObject) => applied(access, object, namespace.name)

  /** Puts new values into AWS. */
  async function rotated(): Promise<ReturnType<typeof generatedCredentials>> {
    const fields = generatedCredentials()
    await putSecret(aws, source.key, fields)
    return fields
  }

  test('passes at the first sync', async () => {
    const fields = await rotated()
    const run = await verify(await apply(externalSecret(source)))
    expect(run.failure).toBeUndefined()
    expect(run.result).toEqual(fields)
    expect(run.checks.filter(({ passed }) => !passed)).toEqual([])
    expect(await namespace.credential('password')).toBe(fields.password)
  })

  test('has a value rotated in AWS in the same run', async () => {
    const fields = await rotated()
    expect((await verify(externalSecret(source))).result).toEqual(fields)
    expect(await namespace.credential('password')).toBe(fields.password)
  })

  test('is verified by a reader without a write', async () => {
    const stored = () => namespace.kubectl('get', 'externalsecret,secret', '--output=yaml')
    const before = await stored()
    expect((await verify(externalSecret(source), { force: false })).failure).toBeUndefined()
    expect(await stored()).toBe(before)
  })

  test('fails for a wrong property', async () => {
    const run = await verify(await apply(externalSecret(source, {}, { port: 'prot' })))
    expect(run.failure).toMatchObject({
      code: 'external-secret-error',
      message: expect.stringContaining(`the AWS secret ${source.key} has no property prot, or is not a JSON object`),
      evidence: [{ text: expect.stringContaining(`key prot does not exist in secret ${source.key}`) }]
    })
    expect(run.failure?.message).toMatch(/The Secret still holds the values synced at \S+Z$/)
    const looked = await verify(externalSecret(source), { force: false })
    expect(looked.failure?.message).toContain('has no property prot')
  })

  test('fails for a missing AWS secret', async () => {
    const key = `${namespace.name}/absent`
    expect((await verify(await apply(externalSecret({ ...source, key })))).failure).toMatchObject({
      code: 'external-secret-error',
      message: expect.stringContaining(`AWS Secrets Manager has no secret ${key} in the account`)
    })
  })

  test('fails for a missing store', async () => {
    const store = { kind: 'ClusterSecretStore', name: `${namespace.name}-absent` }
    expect((await verify(await apply(externalSecret({ ...source, store })))).failure).toMatchObject({
      code: 'external-secret-error',
      message: expect.stringContaining(`there is no ClusterSecretStore/${store.name}`)
    })
  })

  test('fails with the reason of a store without its key', async () => {
    const store = await storeFor(aws, namespace, { name: 'keyless' })
    await namespace.kubectl('delete', 'secret', 'keyless-key')
    await namespace.kubectl('annotate', 'secretstore', 'keyless', 'changed=yes')
    await namespace.kubectl('wait', 'secretstore', 'keyless', '--for=condition=Ready=False', '--timeout=60s')
    expect((await verify(await apply(externalSecret({ ...source, store })))).failure).toMatchObject({
      code: 'external-secret-error',
      message: expect.stringMatching(/SecretStore\/keyless is not ready: .*secrets "keyless-key" not found/)
    })
  })

  test('fails for credentials that AWS rejects', async () => {
    const secretAccessKey = randomBytes(20).toString('hex')
    const store = await storeFor(aws, namespace, { name: 'wrong', secretAccessKey })
    // The stand-in refuses in other words than AWS.
    expect((await verify(await apply(externalSecret({ ...source, store })))).failure).toMatchObject({
      code: 'external-secret-error',
      message: expect.stringContaining('cannot be synced: AWS '),
      hint: expect.stringContaining(`\`kubectl -n ${namespace.name} describe secretstore wrong\``)
    })
  })

  test('passes at once when everything is correct again', async () => {
    const fields = await rotated()
    expect((await verify(await apply(externalSecret(source)))).result).toEqual(fields)
  })

  test('fails for a stopped operator, whose old Ready=True does not count', async () => {
    const before = await namespace.credential('password')
    using hasty = await accessWith(10)
    {
      await using _stopped = await withoutOperator(aws)
      await rotated()
      expect((await verify(externalSecret(source), { by: hasty })).failure).toMatchObject({
        code: 'secret-stale',
        message: expect.stringMatching(
          /nothing has happened for .* Its Ready=True dates from \S+Z, so the Secret may not match/
        )
      })
      expect(await namespace.credential('password')).toBe(before)
    }
    // What it was told meanwhile is the first that it does when it is back.
    while ((await namespace.credential('password')) === before) await sleep(100)
    const fields = await rotated()
    expect((await verify(externalSecret(source))).result).toEqual(fields)
  })
}
