import { apiVersionOf, type Resource } from '../resources.ts'

export interface Route {
  readonly resource: Resource
  readonly namespace: string | undefined
  readonly name: string | undefined
  readonly subresource: string | undefined
}

/** The resource of a path; undefined if there is none. */
export function routeOf(path: string, resources: readonly Resource[]): Route | undefined {
  const [, prefix, apiVersion, rest = ''] = /^\/(api|apis)\/(v1|[^/]+\/v1)(?:\/(.*))?$/.exec(path) ?? []
  if (apiVersion === undefined || (prefix === 'api') !== (apiVersion === 'v1')) return undefined
  const parts = rest.split('/').map(decodeURIComponent)
  const isNamespaced = parts[0] === 'namespaces' && parts.length > 2
  const namespace = isNamespaced ? parts[1] : undefined
  const [plural, name, subresource, ...more] = isNamespaced ? parts.slice(2) : parts
  const resource = resources.find((candidate) => apiVersionOf(candidate) === apiVersion && candidate.plural === plural)
  if (resource === undefined || more.length > 0) return undefined
  if (resource.namespaced !== isNamespaced && (isNamespaced || name !== undefined)) return undefined
  return { resource, namespace, name, subresource }
}
