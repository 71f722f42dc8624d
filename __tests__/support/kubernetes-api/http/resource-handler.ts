import { undeclaredField } from '../admission/declared-fields.ts'
import type { PodLogs } from '../cluster/pod-logs.ts'
import { withDeletion } from '../cluster/stateful-pod.ts'
import { type JsonObject, textAt } from '../json.ts'
import type { KubernetesObject } from '../object.ts'
import type { Operations, Target } from '../operations.ts'
import { apiVersionOf, type Resource } from '../resources.ts'
import { methodNotAllowed, noSuchResource, notFound, objectModified, StatusError } from '../status.ts'
import type { ObjectStore } from '../store.ts'
import { fieldsFrom, listFrom, objectFrom } from './request-body.ts'
import type { RecordedRequest } from './request-log.ts'
import { requireFieldManager, writeOptions } from './request-options.ts'
import type { Route } from './route.ts'
import { fieldMatcher, labelMatcher } from './selectors.ts'

export interface Answer {
  readonly code: number
  /** JSON, plain text, or nothing. */
  readonly body: JsonObject | string | undefined
}

/** Serves the resources: the verb of each method, and its response. */
export class ResourceHandler {
  readonly #store: ObjectStore
  readonly #operations: Operations
  readonly #logs: PodLogs

  constructor(store: ObjectStore, operations: Operations, logs: PodLogs) {
    this.#store = store
    this.#operations = operations
    this.#logs = logs
  }

  handle(route: Route, request: RecordedRequest, body: string): Answer {
    const { resource, namespace, name, subresource } = route
    if (name === undefined) return this.#collection(route, request, body)
    const target = { resource, namespace, name }
    if (subresource !== undefined) return this.#subresource(target, subresource, request)
    switch (request.method) {
      case 'GET':
        return { code: 200, body: this.#existing(target) }
      case 'PATCH':
        return this.#patch(route, target, request, body)
      case 'DELETE':
        return this.#delete(target, request, body === '' ? {} : fieldsFrom(body))
      default:
        throw methodNotAllowed()
    }
  }

  #existing({ resource, namespace, name }: Target): KubernetesObject {
    const object = this.#store.get(resource.kind, namespace, name)
    if (object === undefined) throw notFound(resource, name)
    return object
  }

  #collection(route: Route, { method, query, userAgent }: RecordedRequest, body: string): Answer {
    const { resource, namespace } = route
    // A list in place of a watch would be a response that never changes.
    if (method === 'GET' && query.get('watch') !== null) throw methodNotAllowed()
    if (method === 'GET') return { code: 200, body: this.#list(resource, namespace, query) }
    if (method !== 'POST') throw methodNotAllowed()
    const object = objectFrom(body, route)
    const target = { resource, namespace, name: object.metadata.name }
    const { code, object: created } = this.#operations.create(
      target,
      object,
      writeOptions('CreateOptions', query, userAgent)
    )
    return { code, body: created }
  }

  #list(resource: Resource, namespace: string | undefined, query: URLSearchParams): JsonObject {
    const byLabel = labelMatcher(query.get('labelSelector'))
    const byField = fieldMatcher(resource.kind, query.get('fieldSelector'))
    const items = this.#store
      .list(resource.kind, namespace)
      .filter((object) => byLabel(object) && byField(object))
      .map(({ apiVersion: _apiVersion, kind: _kind, ...item }) => item)
    const metadata = { resourceVersion: this.#store.resourceVersion }
    return { kind: `${resource.kind}List`, apiVersion: apiVersionOf(resource), metadata, items }
  }

  #patch(route: Route, target: Target, request: RecordedRequest, body: string): Answer {
    const { contentType, query, userAgent } = request
    switch (contentType.split(';')[0]?.trim()) {
      case 'application/apply-patch+yaml': {
        requireFieldManager(query)
        const options = writeOptions('PatchOptions', query, userAgent)
        const configuration = objectFrom(body, route)
        requireDeclared(configuration, fieldsFrom(body))
        const { code, object } = this.#operations.apply(target, configuration, options)
        return { code, body: object }
      }
      case 'application/merge-patch+json': {
        const options = writeOptions('PatchOptions', query, userAgent)
        const { code, object } = this.#operations.mergePatch(target, fieldsFrom(body), options)
        return { code, body: object }
      }
      case 'application/json-patch+json': {
        const options = writeOptions('PatchOptions', query, userAgent)
        const { code, object } = this.#operations.jsonPatch(target, listFrom(body), options)
        return { code, body: object }
      }
      default:
        throw new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {})
    }
  }

  /** @param deletion the DeleteOptions of the body, which may also be in the query */
  #delete(target: Target, { query, userAgent }: RecordedRequest, deletion: JsonObject): Answer {
    const { resource, namespace, name } = target
    const object = this.#existing(target)
    requireMatch(target, object, textAt(deletion, 'preconditions', 'uid'))
    const { dryRun } = writeOptions('DeleteOptions', query, userAgent)
    const seconds = query.get('gracePeriodSeconds') ?? deletion['gracePeriodSeconds']
    const ending =
      resource.kind === 'Pod' ? withDeletion(object, seconds === undefined ? undefined : Number(seconds)) : object
    if (dryRun !== true) this.#end(ending)
    if (resource.kind === 'Pod') return { code: 200, body: this.#store.get('Pod', namespace, name) ?? ending }
    const details = {
      name,
      ...(resource.group === '' ? {} : { group: resource.group }),
      kind: resource.plural,
      uid: object.metadata.uid
    }
    return { code: 200, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details } }
  }

  /** A pod on a node is only asked to terminate; everything else is gone at once, a namespace with its content. */
  #end(object: KubernetesObject): void {
    const { name, namespace, deletionGracePeriodSeconds } = object.metadata
    const spec = object['spec']
    const hasNode = typeof spec === 'object' && spec !== null && 'nodeName' in spec
    if (object.kind === 'Pod' && hasNode && deletionGracePeriodSeconds !== 0) this.#store.write(object)
    else this.#store.delete(object.kind, namespace, name)
    if (object.kind === 'Namespace') this.#store.deleteAll(name)
  }

  #subresource(target: Target, subresource: string, { method, query }: RecordedRequest): Answer {
    if (target.resource.kind !== 'Pod' || subresource !== 'log') throw noSuchResource()
    if (method !== 'GET') throw methodNotAllowed()
    const text = this.#logs.read(this.#existing(target), query)
    return text === undefined ? { code: 204, body: undefined } : { code: 200, body: text }
  }
}

function requireMatch({ resource, name }: Target, { metadata }: KubernetesObject, uid: string): void {
  if (uid === '' || uid === metadata.uid) return
  const problem =
    `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). ` +
    'The object might have been deleted and then recreated'
  // The server names the kind here, but the resource elsewhere.
  throw objectModified({ ...resource, plural: resource.kind }, name, problem)
}

function requireDeclared(configuration: KubernetesObject, fields: JsonObject): void {
  const field = undeclaredField(configuration)
  if (field === undefined) return
  const { apiVersion, kind } = configuration
  const version = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`
  const id = `${textAt(fields, 'metadata', 'namespace')}/${configuration.metadata.name}; ${version}, Kind=${kind}`
  const message = `failed to create typed patch object (${id}): ${field}: field not declared in schema`
  throw new StatusError(500, undefined, message)
}
