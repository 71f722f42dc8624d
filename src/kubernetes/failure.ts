import { Failure, type FailureCode, messageOf } from '../failure.ts'
import { harmlessLine } from '../untrusted-text.ts'
import { ApiError, isUnreadable, NetworkError } from './errors.ts'
import { missingRight } from './forbidden.ts'
import { UnknownKind } from './object-paths.ts'

/** What was tried, for the sentence: `apply`, `StatefulSet/redis`. */
export interface Attempt {
  verb: string
  object: string
  namespace: string
  /** The folder with the Role for what is done; the default is that of a deployment. */
  role?: 'rbac' | 'rbac-reader' | 'rbac-planner'
}

/** Turns whatever a request threw into the one failure that a user reads; a Failure passes unchanged. */
export function toFailure(error: unknown, attempt: Attempt): Failure {
  if (error instanceof Failure) return error
  if (error instanceof NetworkError) {
    return new Failure(
      'cluster-unreachable',
      `the API server cannot be reached: ${harmlessLine(error.message)}`,
      'check the server of the kubeconfig and the network between this runner and the cluster: `kubectl cluster-info`',
      [],
      error
    )
  }
  if (error instanceof UnknownKind) return unknownKind(error, attempt)
  if (error instanceof ApiError) return refusal(error, attempt)
  return new Failure('internal', `${attempt.verb} ${attempt.object}: ${messageOf(error)}`, reportIt, [], error)
}

function unknownKind(error: UnknownKind, { object }: Attempt): Failure {
  const said = harmlessLine(error.message)
  if (/ in external-secrets\.io\/v1$/.test(said)) {
    return new Failure(
      'external-secret-error',
      `${object} cannot be used: the External Secrets Operator is not installed, or is older than 0.16 (${said})`,
      'install or update it: `helm upgrade --install external-secrets external-secrets ' +
        '--repo https://charts.external-secrets.io --namespace external-secrets --create-namespace`',
      [],
      error
    )
  }
  return new Failure(
    'invalid-manifest',
    `${object} cannot be sent: ${said}`,
    'install the custom resource definition, or correct apiVersion and kind',
    [],
    error
  )
}

const reportIt = 'this is an error of redis-cache-action; please report it with the log of this run'

/** The same where nothing is ever written. */
export function toReaderFailure(error: unknown, attempt: Attempt): Failure {
  return toFailure(error, { ...attempt, role: 'rbac-reader' })
}

/** The same where writes are only tried. */
export function toPlannerFailure(error: unknown, attempt: Attempt): Failure {
  return toFailure(error, { ...attempt, role: 'rbac-planner' })
}

function refusal(error: ApiError, { verb, object, namespace, role = 'rbac' }: Attempt): Failure {
  const { code, hint } = classify(error, namespace, role)
  const said = harmlessLine(error.message, 1500)
  // What is true for every object is said without one, so that it is said once.
  const general: Partial<Record<FailureCode, string>> = {
    unauthorized: `the API server does not accept the credentials of the kubeconfig: ${said}`,
    'namespace-missing': `namespace ${namespace} cannot be used: ${said}`,
    'cluster-unreachable': `the API server fails: ${said}`
  }
  const sentence = general[code] ?? `cannot ${verb} ${object} in namespace ${namespace}: ${said}`
  return new Failure(code, sentence, hint, [], error)
}

function forbiddenHint(message: string, role: string): string {
  const grant = `grant the Role in manifests/${role} to the identity of the kubeconfig`
  const right = missingRight(message, role === 'rbac-reader')
  if (right === undefined) return grant
  const { user, rule, namespace } = right
  const place = namespace === undefined ? 'a ClusterRole' : `its Role in namespace ${namespace}`
  return `${grant}, or give ${user} this rule in ${place}: \`${rule}\``
}

/** The ways in which the API server says that a field cannot change. */
const immutable =
  /field is immutable|updates to statefulset spec|may not change once set|is immutable after creation|cannot change roleRef/

function classify(error: ApiError, namespace: string, role: string): { code: FailureCode; hint: string } {
  const { status, reason, message, causes } = error
  // Whoever presents no credentials that the server knows is this user, where it lets such users in.
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
  if (/denied (the )?request|violates PodSecurity/.test(message)) {
    return { code: 'invalid-manifest', hint: 'change the object so that the policy that is named admits it' }
  }
  if (status === 403) {
    return { code: 'forbidden', hint: forbiddenHint(message, role) }
  }
  if (status === 404 && message.startsWith('namespaces ')) {
    return {
      code: 'namespace-missing',
      hint: `run \`kubectl create namespace ${namespace}\`, or set create-namespace: true`
    }
  }
  if (status === 404 && /^(the server could not find the requested resource|404 page not found)/.test(message)) {
    return { code: 'invalid-manifest', hint: 'this cluster does not serve the kind: correct apiVersion and kind' }
  }
  if (status === 409 && causes.some((cause) => cause.reason === 'FieldManagerConflict')) {
    return { code: 'field-conflict', hint: 'remove the field from one of the two, or set force-conflicts: true' }
  }
  if (status === 422 && immutable.test(message)) {
    return { code: 'immutable-field', hint: 'put the old value back, or delete the object and run again' }
  }
  if (status === 400 || status === 422 || isUnreadable(error)) {
    return { code: 'invalid-manifest', hint: 'correct the field that is named' }
  }
  if (status === 429 || status >= 500) {
    return {
      code: 'cluster-unreachable',
      hint: 'run again when the API server has recovered: `kubectl get --raw /readyz`'
    }
  }
  return { code: 'internal', hint: `${reportIt} (${status} ${reason})` }
}
