import { type Failure, messageOf } from '../failure.ts'
import { type MissingRight, missingRight } from '../kubernetes/forbidden.ts'
import { UnknownKind } from '../kubernetes/object-paths.ts'
import { at, type KubernetesObject } from '../kubernetes-object.ts'
import type { ManifestDocument } from '../manifest.ts'
import type { Refused } from '../plan/plan.ts'

/** What is missing today, and does not say that a deployment would be refused; undefined if it would. */
export function uncheckedBecause(object: KubernetesObject, failure: Failure, namespace: string): string | undefined {
  if (failure.code === 'namespace-missing') return `cannot be checked before namespace ${namespace} exists`
  if (isNotInstalled(object, failure)) return `cannot be checked before its kind is installed: ${failure.message}`
  const right = rightFor(failure)
  return right && `not checked: needs the right to ${right.what}`
}

interface Surroundings {
  namespace: string
  createNamespace: boolean
  documents: readonly ManifestDocument[]
}

/** What to do about all that was not checked, in sentences. */
export function uncheckedNotes(refused: readonly Refused[], surroundings: Surroundings): string[] {
  const unchecked = refused.filter(({ unknown }) => unknown !== undefined)
  return [...namespaceNotes(unchecked, surroundings), ...kindNotes(unchecked, surroundings), ...rightNotes(unchecked)]
}

function namespaceNotes(
  unchecked: readonly Refused[],
  { namespace, createNamespace, documents }: Surroundings
): string[] {
  const isMade = documents.some(({ object }) => object.kind === 'Namespace' && object.metadata.name === namespace)
  if (createNamespace || isMade || !unchecked.some(({ failure }) => failure.code === 'namespace-missing')) return []
  return [
    `A deployment would fail: namespace ${namespace} does not exist. Create it, ` +
      `\`kubectl create namespace ${namespace}\`, or set \`create-namespace: true\`.`
  ]
}

function kindNotes(unchecked: readonly Refused[], { documents }: Surroundings): string[] {
  const brought = documents.map(({ object }) => `${at(object, 'spec', 'names', 'kind')}.${at(object, 'spec', 'group')}`)
  const missing = unchecked.filter(({ object, failure }) => {
    const [group] = object.apiVersion.split('/')
    return isNotInstalled(object, failure) && !brought.includes(`${object.kind}.${group}`)
  })
  return [
    ...new Set(missing.map(({ failure }) => `A deployment would fail: ${failure.message}. Next: ${failure.hint}.`))
  ]
}

function rightNotes(unchecked: readonly Refused[]): string[] {
  const rights = unchecked.map(({ failure }) => rightFor(failure)).filter((right) => right !== undefined)
  const places = Map.groupBy(rights, ({ user, namespace }) => JSON.stringify([user, namespace]))
  return [...places.values()].flatMap((own) => {
    const [first] = own
    if (first === undefined) return []
    const { user, namespace } = first
    const place = namespace === undefined ? 'a ClusterRole' : `its Role in namespace ${namespace}`
    const rules = [...new Set(own.map(({ rule }) => `\`${rule}\``))]
    const grant = namespace === undefined ? '' : 'the Role in manifests/rbac-planner, or '
    return [`To have everything checked, give ${user} ${grant}in ${place}: ${rules.join(', ')}`]
  })
}

/** Groups without a dot are those of Kubernetes itself: nobody can install a kind there. */
function isNotInstalled({ apiVersion }: KubernetesObject, { cause }: Failure): boolean {
  const [group = ''] = apiVersion.split('/')
  return cause instanceof UnknownKind && group.includes('.')
}

/** The right that is missing; undefined if it is not the authorizer that refused. */
function rightFor({ code, cause }: Failure): MissingRight | undefined {
  return code === 'forbidden' ? missingRight(messageOf(cause)) : undefined
}
