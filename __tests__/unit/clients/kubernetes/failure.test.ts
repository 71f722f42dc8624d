import { describe, expect, test } from '@jest/globals'
import type { Role } from '../../../../src/clients/kubernetes/attempt.ts'
import { ApiError, ForeignAnswer, NetworkError } from '../../../../src/clients/kubernetes/errors.ts'
import { toFailure, toFailureFor } from '../../../../src/clients/kubernetes/failure.ts'
import { UnknownKind } from '../../../../src/clients/kubernetes/resources.ts'
import { Failure, isGeneral } from '../../../../src/core/failure.ts'
import { withoutQuotedValues } from '../../../../src/core/redact/quoted-values.ts'
import { refusals } from './refusals.ts'

const attempt = { verb: 'apply', object: 'StatefulSet/redis', namespace: 'team' }
describe('a refusal of the API server', () => {
  test.each(refusals)('becomes failure %s for status %d', (_, status, reason, message, code, causes: object[] = []) => {
    const failure = toFailure(new ApiError(status, { reason, message, details: { causes } }), attempt)
    expect(failure.code).toBe(code)
    expect(failure.message).toContain(withoutQuotedValues(message, attempt.object).replace(/\s+/g, ' '))
    expect(failure.hint).not.toBe('')
  })

  const answer = (status: number, message: string) => toFailure(new ApiError(status, { message }), attempt)

  test('names the object that was refused', () => {
    expect(answer(422, 'x is invalid').message).toBe('cannot apply StatefulSet/redis in namespace team: x is invalid')
  })

  test.each([
    [401, 'Unauthorized', 'the API server rejects the credentials of the kubeconfig: Unauthorized'],
    [404, 'namespaces "team" not found', 'namespace team cannot be used: namespaces "team" not found'],
    [503, 'busy', 'the API server fails: busy']
  ])('names no object for status %d, which affects every request alike', (status, message, sentence) => {
    expect(answer(status, message).message).toBe(sentence)
  })

  test.each([
    ['quota', 403, 'pods "x" is forbidden: exceeded quota: small', '`kubectl -n team describe resourcequota`'],
    ['rights', 403, 'x is forbidden: User "y" cannot get resource', 'grant the Role in manifests/rbac'],
    ['namespace', 404, 'namespaces "team" not found', '`kubectl create namespace team`, or set create-namespace: true'],
    ['unexpected', 418, 'teapot', 'please report it']
  ])('gives a hint for %s', (_, status, message, hint) => {
    expect(answer(status, message).hint).toContain(hint)
  })

  test('puts the missing rule, the identity and the namespace into the hint for a missing permission', () => {
    const message =
      'services "redis" is forbidden: User "ci" cannot get resource "services" in API group "" in the namespace "team"'
    expect(answer(403, message).hint).toBe(
      'grant the Role in manifests/rbac to the identity of the kubeconfig, or give ci this rule in its Role in ' +
        'namespace team: `- {apiGroups: [""], resources: [services], resourceNames: ["redis"], verbs: [get, create, patch]}`'
    )
  })

  test.each<[Role, string]>([
    ['rbac', 'verbs: [get, create, patch]'],
    ['rbac-managed', 'verbs: [get, create, patch]'],
    ['rbac-probe', 'verbs: [get, create, patch]'],
    ['rbac-planner', 'verbs: [get, create, patch]'],
    ['rbac-reader', 'verbs: [get]']
  ])('names the folder of the Role in the hint for a missing permission of %s', (role, verbs) => {
    const message =
      'services "redis" is forbidden: User "ci" cannot get resource "services" in API group "" in the namespace "team"'
    const { hint } = toFailureFor(role)(new ApiError(403, { message }), attempt)
    expect(hint).toMatch(new RegExp(`^grant the Role in manifests/${role} to the identity`))
    expect(hint).toContain(verbs)
  })

  test('names only the Role that grants the permission, not the one of the probe pods', () => {
    const message =
      'events is forbidden: User "ci" cannot list resource "events" in API group "" in the namespace "team"'
    const failure = toFailureFor('rbac-probe')(new ApiError(403, { message }), attempt)
    expect(failure.hint).toMatch(/^grant the Role in manifests\/rbac to/)
  })

  test.each([
    [
      'namespaces is forbidden: User "ci" cannot create resource "namespaces" in API group "" at the cluster scope',
      'leave `create-namespace` out and have an administrator create the namespace; or give ci this rule in a ' +
        'ClusterRole: `- {apiGroups: [""], resources: [namespaces], verbs: [create]}`'
    ],
    [
      'storageclasses.storage.k8s.io is forbidden: User "ci" cannot list resource "storageclasses" in API group ' +
        '"storage.k8s.io" at the cluster scope',
      'give ci this rule in a ClusterRole: `- {apiGroups: ["storage.k8s.io"], resources: [storageclasses], verbs: [list]}`'
    ]
  ])('asks an administrator for a permission that no Role can grant: %#', (message, hint) => {
    expect(answer(403, message).hint).toBe(hint)
  })

  test.each([
    [
      'failed to call webhook: Post "https://kyverno-svc.kyverno.svc:443/validate/fail?timeout=10s": no endpoints ' +
        'available for service "kyverno-svc"',
      'see why service kyverno-svc does not answer, `kubectl -n kyverno get pods,endpointslices`, and run again when it does'
    ],
    ['Post "https://policy.example.com/admit": context deadline exceeded', 'see what the named webhook needs']
  ])('blames a webhook that does not answer, not the API server: %#', (reason, hint) => {
    const failure = answer(
      500,
      `Internal error occurred: failed calling webhook "validate.kyverno.svc-fail": ${reason}`
    )
    expect(failure.message).toMatch(
      /^cannot apply StatefulSet\/redis in namespace team: .*"validate\.kyverno\.svc-fail"/
    )
    expect(failure.hint).toContain(hint)
    expect(failure.hint).toContain('`kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations`')
    // So the other objects are tried, too.
    expect(isGeneral(failure)).toBe(false)
  })

  test('never shows a value that may be a credential', () => {
    const said =
      'failed to create typed patch object (/app; /v1, Kind=Secret): .stringData.password: expected string, got '
    const error = new ApiError(500, { message: `${said}&value.valueUnstructured{Value:84931207}` })
    expect(toFailure(error, { ...attempt, object: 'Secret/app' }).message).toBe(
      `cannot apply Secret/app in namespace team: ${said}a number`
    )
    const immutable = 'Secret "app" is invalid: data: Invalid value: "aHVudGVyMg==": field is immutable'
    const { message } = toFailure(new ApiError(422, { message: immutable }), { ...attempt, object: 'Secret/app' })
    expect(message).toMatch(/: data: Invalid value, not shown: field is immutable$/)
  })

  test('becomes one harmless line of limited length', () => {
    const { message } = answer(422, `bad\n::error::x\r\n##[error]y ${'long '.repeat(1_000)}`)
    expect(message).toMatch(/^cannot apply .*: bad ∶:error::x # #\[error\]y long .*…$/)
    expect(message.length).toBeLessThan(1_700)
  })
})

describe('any other error of a request', () => {
  test('reports a refused connection as an unreachable cluster', () => {
    const error = new NetworkError(new URL('https://10.88.0.1:6443'), new Error('connect ECONNREFUSED'))
    expect(toFailure(error, attempt)).toMatchObject({
      code: 'cluster-unreachable',
      message: 'the API server cannot be reached: 10.88.0.1:6443: connect ECONNREFUSED',
      hint: expect.stringContaining('`kubectl cluster-info`'),
      cause: error
    })
  })

  test('reports a response that is not from a Kubernetes API', () => {
    const error = new ForeignAnswer(new URL('https://10.88.0.1:6443'), 302, 'text/html')
    expect(toFailure(error, attempt)).toMatchObject({
      code: 'cluster-unreachable',
      message: '10.88.0.1:6443 does not answer like a Kubernetes API (HTTP 302, text/html)',
      hint: expect.stringContaining('a proxy or a login page')
    })
  })

  test('reports a kind that the cluster does not serve', () => {
    const error = new UnknownKind('the cluster has no kind ServiceMonitor in monitoring.coreos.com/v1')
    expect(toFailure(error, { ...attempt, object: 'ServiceMonitor/redis' })).toMatchObject({
      code: 'invalid-manifest',
      message: 'ServiceMonitor/redis cannot be sent: the cluster has no kind ServiceMonitor in monitoring.coreos.com/v1'
    })
  })

  test('reports that the External Secrets Operator is not installed', () => {
    const error = new UnknownKind('the cluster has no kind ExternalSecret in external-secrets.io/v1')
    expect(toFailure(error, { ...attempt, object: 'ExternalSecret/redis-credentials' })).toMatchObject({
      code: 'external-secret-error',
      message:
        'ExternalSecret/redis-credentials cannot be used: the External Secrets Operator is not installed, or is older ' +
        'than 0.16 (the cluster has no kind ExternalSecret in external-secrets.io/v1)',
      hint: expect.stringContaining('`helm upgrade --install external-secrets external-secrets --repo https://')
    })
  })

  test('reports a version of an operator kind that is no longer served', () => {
    const error = new UnknownKind('the cluster has no kind ExternalSecret in external-secrets.io/v1beta1')
    expect(toFailure(error, attempt)).toMatchObject({
      code: 'invalid-manifest',
      hint: expect.stringContaining('correct apiVersion')
    })
  })

  test('returns a Failure unchanged', () => {
    const failure = new Failure('cancelled', 'the run was cancelled', 'run again')
    expect(toFailure(failure, attempt)).toBe(failure)
  })

  test.each([[new TypeError('x is not a function')], ['x is not a function']])(
    'reports an unexpected error as internal: %#',
    (error) => {
      expect(toFailure(error, attempt)).toMatchObject({
        code: 'internal',
        message: 'apply StatefulSet/redis: x is not a function',
        hint: expect.stringContaining('please report it')
      })
    }
  )
})
