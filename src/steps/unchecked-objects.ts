import { ApiError } from '../clients/kubernetes/errors.ts'
import { alternative, type MissingRight, missingRight, roleFor } from '../clients/kubernetes/forbidden.ts'
import { isOwnKind, UnknownKind } from '../clients/kubernetes/resources.ts'
import { type Failure, messageOf } from '../core/failure.ts'
import { at, type KubernetesObject } from '../core/kubernetes/object.ts'
import type { ManifestDocument } from '../core/manifest.ts'
import type { PlannedRefusal } from '../phases/plan/plan.ts'

/** The missing prerequisite that makes a refusal inconclusive; undefined if a deployment would be refused as well. */
export function uncheckedBecause(object: KubernetesObject, failure: Failure, namespace: string): string | undefined {
  if (failure.code === 'namespace-missing') {
    return isDeleted(failure)
      ? `cannot be checked while namespace ${namespace} is being deleted`
      : `cannot be checked before namespace ${namespace} exists`
  }
  if (isNotInstalled(object, failure)) return `cannot be checked before its kind is installed: ${failure.message}`
  const right = rightFor(failure)
  return right && `not checked: needs the right to ${right.what}`
}

interface Surroundings {
  namespace: string
  createNamespace: boolean
  documents: readonly ManifestDocument[]
}

/** What to do about everything that was not checked, in sentences. */
export function uncheckedNotes(refused: readonly PlannedRefusal[], surroundings: Surroundings): string[] {
  const unchecked = refused.filter(({ unknown }) => unknown !== undefined)
  return [...namespaceNotes(unchecked, surroundings), ...kindNotes(unchecked, surroundings), ...rightNotes(unchecked)]
}

function namespaceNotes(
  unchecked: readonly PlannedRefusal[],
  { namespace, createNamespace, documents }: Surroundings
): string[] {
  const missing = unchecked.map(({ failure }) => failure).filter(({ code }) => code === 'namespace-missing')
  const deleted = missing.find(isDeleted)
  // It cannot be created before it is gone.
  if (deleted !== undefined) return [`A deployment would fail: ${deleted.message}. Next: ${deleted.hint}.`]
  const isMade = documents.some(({ object }) => object.kind === 'Namespace' && object.metadata.name === namespace)
  if (createNamespace || isMade || missing.length === 0) return []
  return [
    `A deployment would fail: namespace ${namespace} does not exist. Create it, ` +
      `\`kubectl create namespace ${namespace}\`, or set \`create-namespace: true\`.`
  ]
}

function kindNotes(unchecked: readonly PlannedRefusal[], { documents }: Surroundings): string[] {
  const brought = documents.map(({ object }) => `${at(object, 'spec', 'names', 'kind')}.${at(object, 'spec', 'group')}`)
  const missing = unchecked.filter(({ object, failure }) => {
    const [group] = object.apiVersion.split('/')
    return isNotInstalled(object, failure) && !brought.includes(`${object.kind}.${group}`)
  })
  return [
    ...new Set(missing.map(({ failure }) => `A deployment would fail: ${failure.message}. Next: ${failure.hint}.`))
  ]
}

function rightNotes(unchecked: readonly PlannedRefusal[]): string[] {
  const rights = unchecked.map(({ failure }) => rightFor(failure)).filter((right) => right !== undefined)
  const groups = Map.groupBy(rights, ({ user, namespace }) => JSON.stringify([user, namespace]))
  return [...groups.values()].flatMap((own) => {
    const [first] = own
    if (first === undefined) return []
    const { user, namespace } = first
    const rules = [...new Set(own.map(({ rule }) => `\`${rule}\``))]
    const grant = namespace === undefined ? '' : 'the Role in manifests/rbac-planner, or '
    const around = own.map(alternative).find((each) => each !== undefined)
    return [
      `To have everything checked, ${around === undefined ? '' : `${around}; or `}` +
        `give ${user} ${grant}in ${roleFor(first)}: ${rules.join(', ')}`
    ]
  })
}

function isNotInstalled({ apiVersion }: KubernetesObject, { cause }: Failure): boolean {
  return cause instanceof UnknownKind && !isOwnKind(apiVersion)
}

/** Whether an unusable namespace exists and is being deleted. */
function isDeleted({ cause }: Failure): boolean {
  return cause instanceof ApiError && cause.status !== 404
}

/** The missing permission; undefined if something other than the authorizer refused. */
function rightFor({ code, cause }: Failure): MissingRight | undefined {
  return code === 'forbidden' ? missingRight(messageOf(cause)) : undefined
}
