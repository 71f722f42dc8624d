import { harmlessLine } from '../untrusted-text.ts'

/** A right that an identity lacks. */
export interface MissingRight {
  user: string
  /** The rule that would give it, as YAML for the rules of a Role. */
  rule: string
  /** Undefined where only a ClusterRole can give it. */
  namespace: string | undefined
}

const refusal =
  /(?<object>"[^"]+" )?is forbidden: User "(?<user>[^"]*)" cannot (?<verb>\w+) resource "(?<resource>[^"]*)" in API group "(?<group>[^"]*)"(?: in the namespace "(?<namespace>[^"]*)")?/

const applyVerbs = ['get', 'create', 'patch']

/** Reads what the authorizer of the API server says; undefined if somebody else refused. */
export function missingRight(message: string): MissingRight | undefined {
  const { object, user, verb, resource, group, namespace } = refusal.exec(harmlessLine(message, 1500))?.groups ?? {}
  if (user === undefined || verb === undefined || resource === undefined) return undefined
  // A create by POST has no name that a rule could be bound to; the server then names none.
  const names = object === undefined ? '' : `, resourceNames: [${object.trim()}]`
  // An apply needs all three, and is refused for the first that is missing.
  const verbs = object !== undefined && applyVerbs.includes(verb) ? applyVerbs.join(', ') : verb
  return { user, rule: `- {apiGroups: ["${group}"], resources: [${resource}]${names}, verbs: [${verbs}]}`, namespace }
}
