import { Failure, messageOf } from '../../core/failure.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { apiFailure, reportIt } from './api-failure.ts'
import type { Attempt, Role } from './attempt.ts'
import { ApiError, ForeignAnswer, NetworkError } from './errors.ts'
import { UnknownKind } from './resources.ts'

/** Turns anything a request threw into a Failure for the user; a Failure passes unchanged. */
export function toFailure(error: unknown, attempt: Attempt): Failure {
  if (error instanceof Failure) return error
  if (error instanceof NetworkError) {
    return new Failure(
      'cluster-unreachable',
      `the API server cannot be reached: ${sanitizeLine(error.message)}`,
      'check the server of the kubeconfig and the network between this runner and the cluster: `kubectl cluster-info`',
      [],
      error
    )
  }
  if (error instanceof ForeignAnswer) {
    return new Failure(
      'cluster-unreachable',
      sanitizeLine(error.message),
      'check the server of the kubeconfig, and whether a proxy or a login page answers instead: `kubectl cluster-info`',
      [],
      error
    )
  }
  if (error instanceof UnknownKind) return unknownKindFailure(error, attempt)
  if (error instanceof ApiError) return apiFailure(error, attempt)
  return new Failure('internal', `${attempt.verb} ${attempt.object}: ${messageOf(error)}`, reportIt, [], error)
}

function unknownKindFailure(error: UnknownKind, { object }: Attempt): Failure {
  const said = sanitizeLine(error.message)
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

/** The same for a job with a certain Role. */
export function toFailureFor(role: Role): (error: unknown, attempt: Attempt) => Failure {
  return (error, attempt) => toFailure(error, { ...attempt, role })
}

/** The same for read-only jobs. */
export const toReaderFailure = toFailureFor('rbac-reader')

/** The same for jobs that only try writes. */
export const toPlannerFailure = toFailureFor('rbac-planner')
