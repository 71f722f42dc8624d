/** One rule of a Role, as in YAML. */
export interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}

/** The smallest unit of a Role: one verb on one resource, restricted to one name or to none. */
export interface Grant {
  readonly group: string
  /** With the subresource: `pods/log`. */
  readonly resource: string
  readonly name: string | undefined
  readonly verb: string
}

/** A request that was made, or is to be authorised; a create by POST has no name at authorisation. */
export type Request = Grant

/** All grants of the rules, in their order. */
export function grantsOf(rules: readonly Rule[]): Grant[] {
  return rules.flatMap(({ apiGroups, resources, resourceNames = [undefined], verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        resourceNames.flatMap((name) => verbs.map((verb) => ({ group, resource, name, verb })))
      )
    )
  )
}

/** A rule with exactly this grant. */
export function ruleOf({ group, resource, name, verb }: Grant): Rule {
  return {
    apiGroups: [group],
    resources: [resource],
    ...(name !== undefined && { resourceNames: [name] }),
    verbs: [verb]
  }
}

/** Whether the grant allows the request; one without a name allows every name. */
export function allows(grant: Grant, request: Request): boolean {
  const same = grant.group === request.group && grant.resource === request.resource && grant.verb === request.verb
  return same && (grant.name === undefined || grant.name === request.name)
}

/** `patch configmaps redis-config` */
export function describeGrant({ verb, resource, name }: Grant): string {
  return [verb, resource, name].filter((part) => part !== undefined).join(' ')
}
