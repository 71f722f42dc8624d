import { describe, expect, test } from '@jest/globals'
import { Failure } from '../../../src/failure.ts'
import { ApiError, NetworkError } from '../../../src/kubernetes/errors.ts'
import { toFailure } from '../../../src/kubernetes/failure.ts'
import { UnknownKind } from '../../../src/kubernetes/object-paths.ts'
import { refusals } from './refusals.ts'

const attempt = { verb: 'apply', object: 'StatefulSet/redis', namespace: 'team' }
describe('what the API server refuses', () => {
  test.each(refusals)('%s: status %d', (_, status, reason, message, code, causes: object[] = []) => {
    const failure = toFailure(new ApiError(status, { reason, message, details: { causes } }), attempt)
    expect(failure.code).toBe(code)
    expect(failure.message).toContain(message.replace(/\s+/g, ' '))
    expect(failure.hint).not.toBe('')
  })

  const answer = (status: number, message: string) => toFailure(new ApiError(status, { message }), attempt)

  test('is said with the object that was refused', () => {
    expect(answer(422, 'x is invalid').message).toBe('cannot apply StatefulSet/redis in namespace team: x is invalid')
  })

  test.each([
    [401, 'Unauthorized', 'the API server does not accept the credentials of the kubeconfig: Unauthorized'],
    [404, 'namespaces "team" not found', 'namespace team cannot be used: namespaces "team" not found'],
    [503, 'busy', 'the API server fails: busy']
  ])('status %d is said without an object, because it is true for all', (status, message, sentence) => {
    expect(answer(status, message).message).toBe(sentence)
  })

  test.each([
    ['quota', 403, 'pods "x" is forbidden: exceeded quota: small', '`kubectl -n team describe resourcequota`'],
    ['rights', 403, 'x is forbidden: User "y" cannot get resource', 'grant the Role in manifests/rbac'],
    ['namespace', 404, 'namespaces "team" not found', '`kubectl create namespace team`, or set create-namespace: true'],
    ['unexpected', 418, 'teapot', 'please report it']
  ])('%s: the hint says what to do', (_, status, message, hint) => {
    expect(answer(status, message).hint).toContain(hint)
  })

  test('a missing right: the hint has the rule, for the identity and the place', () => {
    const message =
      'services "redis" is forbidden: User "ci" cannot get resource "services" in API group "" in the namespace "team"'
    expect(answer(403, message).hint).toBe(
      'grant the Role in manifests/rbac to the identity of the kubeconfig, or give ci this rule in its Role in ' +
        'namespace team: `- {apiGroups: [""], resources: [services], resourceNames: ["redis"], verbs: [get, create, patch]}`'
    )
  })

  test('in many lines, or with commands, is one harmless line of a limited length', () => {
    const { message } = answer(422, `bad\n::error::x\r\n##[error]y ${'long '.repeat(1_000)}`)
    expect(message).toMatch(/^cannot apply .*: bad ∶:error::x # #\[error\]y long .*…$/)
    expect(message.length).toBeLessThan(1_700)
  })
})

describe('what else is thrown', () => {
  test('no connection', () => {
    const error = new NetworkError(new URL('https://10.88.0.1:6443'), new Error('connect ECONNREFUSED'))
    expect(toFailure(error, attempt)).toMatchObject({
      code: 'cluster-unreachable',
      message: 'the API server cannot be reached: 10.88.0.1:6443: connect ECONNREFUSED',
      hint: expect.stringContaining('`kubectl cluster-info`'),
      cause: error
    })
  })

  test('a kind that the cluster does not know', () => {
    const error = new UnknownKind('the cluster has no kind ServiceMonitor in monitoring.coreos.com/v1')
    expect(toFailure(error, { ...attempt, object: 'ServiceMonitor/redis' })).toMatchObject({
      code: 'invalid-manifest',
      message: 'ServiceMonitor/redis cannot be sent: the cluster has no kind ServiceMonitor in monitoring.coreos.com/v1'
    })
  })

  test('a kind of the External Secrets Operator, which is not installed', () => {
    const error = new UnknownKind('the cluster has no kind ExternalSecret in external-secrets.io/v1')
    expect(toFailure(error, { ...attempt, object: 'ExternalSecret/redis-credentials' })).toMatchObject({
      code: 'external-secret-error',
      message:
        'ExternalSecret/redis-credentials cannot be used: the External Secrets Operator is not installed, or is older ' +
        'than 0.16 (the cluster has no kind ExternalSecret in external-secrets.io/v1)',
      hint: expect.stringContaining('`helm upgrade --install external-secrets external-secrets --repo https://')
    })
  })

  test('a version of its kinds that it serves no longer', () => {
    const error = new UnknownKind('the cluster has no kind ExternalSecret in external-secrets.io/v1beta1')
    expect(toFailure(error, attempt)).toMatchObject({
      code: 'invalid-manifest',
      hint: expect.stringContaining('correct apiVersion')
    })
  })

  test('a failure stays as it is', () => {
    const failure = new Failure('cancelled', 'the run was cancelled', 'run again')
    expect(toFailure(failure, attempt)).toBe(failure)
  })

  test.each([[new TypeError('x is not a function')], ['x is not a function']])('a bug is told as one: %#', (error) => {
    expect(toFailure(error, attempt)).toMatchObject({
      code: 'internal',
      message: 'apply StatefulSet/redis: x is not a function',
      hint: expect.stringContaining('please report it')
    })
  })
})
