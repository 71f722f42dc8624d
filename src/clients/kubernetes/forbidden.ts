import { sanitizeLine } from '../../core/sanitize.ts'
import type { Attempt, Role } from './attempt.ts'

/** A permission that an identity lacks. */
export interface MissingRight {
  user: string
  /** The request: `patch configmaps/redis-config`. */
  what: string
  /** The rule that would grant it, as YAML for the rules of a Role. */
  rule: string
  /** Undefined if only a ClusterRole can grant it. */
  namespace: string | undefined
}

const refusal =
  /(?<object>"[^"]+" )?is forbidden: User "(?<user>[^"]*)" cannot (?<verb>\w+) resource "(?<resource>[^"]*)" in API group "(?<group>[^"]*)"(?: in the namespace "(?<namespace>[^"]*)")?/

const applyVerbs = ['get', 'create', 'patch']
/** Which of them is checked depends on the Kubernetes version. */
const forwardVerbs = ['get', 'create']

/**
 * Parses the message of the API server's authorizer; undefined if something else refused.
 * @param readOnly whether the job never applies anything
 */
export function missingRight(message: string, readOnly = false): MissingRight | undefined {
  const { object, user, verb, resource, group, namespace } = refusal.exec(sanitizeLine(message, 1500))?.groups ?? {}
  if (user === undefined || verb === undefined || resource === undefined) return undefined
  // A create by POST has no name that a rule could be restricted to; the server then names none.
  const names = object === undefined ? '' : `, resourceNames: [${object.trim()}]`
  // An apply needs all three, and is refused for the first missing one.
  // Pods are read and created, never applied.
  const isApplied = !readOnly && object !== undefined && !/^pods(\/|$)/.test(resource) && applyVerbs.includes(verb)
  const verbs = resource === 'pods/portforward' ? forwardVerbs : isApplied ? applyVerbs : [verb]
  const what = `${verb} ${resource}${object === undefined ? '' : `/${object.trim().slice(1, -1)}`}`
  return {
    user,
    what,
    rule: `- {apiGroups: ["${group}"], resources: [${resource}]${names}, verbs: [${verbs.join(', ')}]}`,
    namespace
  }
}

/** Where a rule that gives the right can stand. */
export function roleFor({ namespace }: MissingRight): string {
  return namespace === undefined ? 'a ClusterRole' : `its Role in namespace ${namespace}`
}

/** How to do without the permission, in the imperative; undefined if there is no other way. */
export function alternative({ what }: MissingRight): string | undefined {
  return what === 'create namespaces'
    ? 'leave `create-namespace` out and have an administrator create the namespace'
    : undefined
}

export function forbiddenHint(message: string, { role = 'rbac', needs }: Attempt): string {
  const right = missingRight(message, role === 'rbac-reader')
  const grant = (folder: Role) => `grant the Role in manifests/${folder} to the identity of the kubeconfig`
  if (right === undefined) return `${grant(role)}${needs === undefined ? '' : `: this requires the right to ${needs}`}`
  const rule = `give ${right.user} this rule in ${roleFor(right)}: \`${right.rule}\``
  if (right.namespace === undefined) {
    const around = alternative(right)
    return around === undefined ? rule : `${around}; or ${rule}`
  }
  // The Role of the probe pod is used beside that of a deployment, which has this permission.
  const folder = role === 'rbac-probe' && right.what === 'list events' ? 'rbac' : role
  return `${grant(folder)}, or ${rule}`
}
