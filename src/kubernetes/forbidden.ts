import { harmlessLine } from '../untrusted-text.ts'

/** A right that an identity lacks. */
export interface MissingRight {
  user: string
  /** What was asked for: `patch configmaps/redis-config`. */
  what: string
  /** The rule that would give it, as YAML for the rules of a Role. */
  rule: string
  /** Undefined where only a ClusterRole can give it. */
  namespace: string | undefined
}

const refusal =
  /(?<object>"[^"]+" )?is forbidden: User "(?<user>[^"]*)" cannot (?<verb>\w+) resource "(?<resource>[^"]*)" in API group "(?<group>[^"]*)"(?: in the namespace "(?<namespace>[^"]*)")?/

const applyVerbs = ['get', 'create', 'patch']

/**
 * Reads what the authorizer of the API server says; undefined if somebody else refused.
 * @param readOnly whether nothing is ever applied
 */
export function missingRight(message: string, readOnly = false): MissingRight | undefined {
  const { object, user, verb, resource, group, namespace } = refusal.exec(harmlessLine(message, 1500))?.groups ?? {}
  if (user === undefined || verb === undefined || resource === undefined) return undefined
  // A create by POST has no name that a rule could be bound to; the server then names none.
  const names = object === undefined ? '' : `, resourceNames: [${object.trim()}]`
  // An apply needs all three, and is refused for the first that is missing.
  const isApplied = !readOnly && object !== undefined && applyVerbs.includes(verb)
  const verbs = isApplied ? applyVerbs.join(', ') : verb
  const what = `${verb} ${resource}${object === undefined ? '' : `/${object.trim().slice(1, -1)}`}`
  return {
    user,
    what,
    rule: `- {apiGroups: ["${group}"], resources: [${resource}]${names}, verbs: [${verbs}]}`,
    namespace
  }
}
