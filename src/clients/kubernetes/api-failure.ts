import { Failure, type FailureCode } from '../../core/failure.ts'
import { withoutQuotedValues } from '../../core/redact/quoted-values.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import type { Attempt } from './attempt.ts'
import { type ApiError, isUnreadable } from './errors.ts'
import { forbiddenHint } from './forbidden.ts'

export const reportIt = 'this is an error of redis-cache-action; please report it with the log of this run'

/** The failure for a refusal of the API server, with what to do about it. */
export function apiFailure(error: ApiError, attempt: Attempt): Failure {
  const { verb, object, namespace } = attempt
  const { code, hint } = classify(error, attempt)
  // If the authorizer gives no reason, nothing follows the colon.
  const said = sanitizeLine(withoutQuotedValues(error.message, object), 1500).replace(/:$/, '')
  // What concerns every object is reported without one, so that it is reported once.
  const general: Partial<Record<FailureCode, string>> = {
    unauthorized: `the API server rejects the credentials of the kubeconfig: ${said}`,
    'namespace-missing': `namespace ${namespace} cannot be used: ${said}`,
    'cluster-unreachable': `the API server fails: ${said}`
  }
  const sentence = general[code] ?? `cannot ${verb} ${object} in namespace ${namespace}: ${said}`
  return new Failure(code, sentence, hint, [], error)
}

/** The API server works, and a webhook that must admit the object does not. */
function webhookHint(message: string): string {
  const [, service, namespace] = /"https:\/\/([a-z0-9-]+)\.([a-z0-9-]+)\.svc[:/]/.exec(message) ?? []
  const list = '`kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations`'
  return service === undefined
    ? `see what the named webhook needs, and run again when it answers: ${list}`
    : `see why service ${service} does not answer, \`kubectl -n ${namespace} get pods,endpointslices\`, and run again ` +
        `when it does; it is called by: ${list}`
}

/**
 * Whether an admission plugin refuses the object; the authorizer names a user and the missing permission, or no reason.
 */
function isAdmission(message: string): boolean {
  return / is forbidden: (?!user ")\S/i.test(message)
}

function admissionHint(message: string, namespace: string): string {
  if (/serviceaccount "[^"]*" not found/.test(message)) {
    return 'the namespace is new and has no service account yet: run again'
  }
  const isLimited = /per (Container|Pod|PersistentVolumeClaim)\b/.test(message)
  return isLimited
    ? `keep within the LimitRange: \`kubectl -n ${namespace} describe limitrange\``
    : 'cluster admission rejects the object: change what it names'
}

/** The messages of the API server for an immutable field. */
const immutable =
  /field is immutable|updates to statefulset spec|may not change once set|is immutable after creation|cannot change roleRef/

function classify(error: ApiError, attempt: Attempt): { code: FailureCode; hint: string } {
  const { status, reason, message, causes } = error
  const { namespace } = attempt
  // Requests without known credentials have this user, where the server admits anonymous users.
  if (status === 401 || (status === 403 && message.includes('User "system:anonymous"'))) {
    return { code: 'unauthorized', hint: 'give the step a kubeconfig whose token or certificate has not expired' }
  }
  if (status === 403 && /(exceeded|failed) quota/.test(message)) {
    return { code: 'quota-exceeded', hint: `compare with \`kubectl -n ${namespace} describe resourcequota\`` }
  }
  if (status === 403 && message.includes('is being terminated')) {
    return {
      code: 'namespace-missing',
      hint: `wait until the namespace is gone: \`kubectl get namespace ${namespace}\``
    }
  }
  const webhook = /failed calling webhook "([^"]+)"/.exec(message)?.[1]
  if (webhook !== undefined) {
    const isOperator = webhook.endsWith('.external-secrets.io')
    return { code: isOperator ? 'external-secret-error' : 'invalid-manifest', hint: webhookHint(message) }
  }
  if (/denied (the )?request|violates PodSecurity/.test(message)) {
    return { code: 'invalid-manifest', hint: 'change the object so that the named policy admits it' }
  }
  if (status === 403 && isAdmission(message)) {
    return { code: 'invalid-manifest', hint: admissionHint(message, namespace) }
  }
  if (status === 403) {
    return { code: 'forbidden', hint: forbiddenHint(message, attempt) }
  }
  if (status === 404 && message.startsWith('namespaces ')) {
    return {
      code: 'namespace-missing',
      hint: `run \`kubectl create namespace ${namespace}\`, or set create-namespace: true`
    }
  }
  if (status === 404 && /^(the server could not find the requested resource|404 page not found)/.test(message)) {
    return { code: 'invalid-manifest', hint: 'this cluster does not serve that kind: correct apiVersion and kind' }
  }
  if (status === 404 && /^(cluster)?roles\.rbac\.authorization\.k8s\.io "/.test(message)) {
    return {
      code: 'invalid-manifest',
      hint: 'the role that it binds must exist: correct roleRef, or make the role first'
    }
  }
  if (status === 409 && causes.some((cause) => cause.reason === 'FieldManagerConflict')) {
    return { code: 'field-conflict', hint: 'remove the field from one of the two, or set force-conflicts: true' }
  }
  if (status === 422 && immutable.test(message)) {
    return { code: 'immutable-field', hint: 'restore the old value, or delete the object and run again' }
  }
  if (status === 400 || status === 422 || isUnreadable(error)) {
    return { code: 'invalid-manifest', hint: 'correct the named field' }
  }
  if (status === 429 || status >= 500) {
    return {
      code: 'cluster-unreachable',
      hint: 'run again when the API server has recovered: `kubectl get --raw /readyz`'
    }
  }
  return { code: 'internal', hint: `${reportIt} (${status} ${reason})` }
}
