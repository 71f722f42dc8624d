import { fieldManager, type KubernetesObject, listAt } from '../kubernetes-object.ts'
import type { ApiClient, ApiRequest, ApiResponse } from './client.ts'
import { ApiError, type Conflict, conflictsOf, isStale, isStatus } from './errors.ts'
import { ObjectPaths } from './object-paths.ts'

export interface Applied {
  object: KubernetesObject
  created: boolean
  warnings: string[]
}

/** What became of a write: done, in conflict with other managers, or based on an object that is not the newest. */
export type Outcome =
  | { kind: 'applied'; applied: Applied }
  | { kind: 'conflict'; conflicts: Conflict[] }
  | { kind: 'stale' }

const strict = { fieldManager, fieldValidation: 'Strict' }

/** The cluster as phases use it: objects by kind and name, each method one request. */
export class Cluster {
  readonly #client: ApiClient
  readonly #paths: ObjectPaths

  constructor(client: ApiClient) {
    this.#client = client
    this.#paths = new ObjectPaths(client)
  }

  get server(): string {
    return this.#client.connection.server.href
  }

  /** The stored object, undefined if there is none. */
  async read(wanted: KubernetesObject, namespace: string): Promise<KubernetesObject | undefined> {
    try {
      const { body } = await this.#client.request({ method: 'GET', path: await this.#paths.of(wanted, namespace) })
      return body as KubernetesObject
    } catch (error) {
      if (isStatus(error, 404)) return undefined
      throw error
    }
  }

  /**
   * Server-side apply of a document as it is. Typed clients drop fields that their model lacks, so the text is sent.
   * @param document YAML or JSON of the object
   */
  async apply(
    wanted: KubernetesObject,
    document: string,
    namespace: string,
    { force = false, dryRun = false }: { force?: boolean; dryRun?: boolean }
  ): Promise<Outcome> {
    return this.#write({
      method: 'PATCH',
      path: await this.#paths.of(wanted, namespace),
      query: { ...strict, force: String(force), ...(dryRun && { dryRun: 'All' }) },
      contentType: 'application/apply-patch+yaml',
      body: document
    })
  }

  /** Replaces who owns which fields of a stored object, unless it was written since. */
  async replaceManagedFields(stored: KubernetesObject, namespace: string, managedFields: unknown[]): Promise<Outcome> {
    const { resourceVersion } = stored.metadata
    const replace = (path: string, value: unknown) => ({ op: 'replace', path: `/metadata/${path}`, value })
    return this.#write({
      method: 'PATCH',
      path: await this.#paths.of(stored, namespace),
      query: strict,
      contentType: 'application/json-patch+json',
      body: JSON.stringify([replace('managedFields', managedFields), replace('resourceVersion', resourceVersion)])
    })
  }

  /** Creates an object that must not exist yet; undefined if another client was faster. */
  async create(object: KubernetesObject, namespace: string): Promise<Applied | undefined> {
    const path = await this.#paths.of(object, namespace)
    try {
      const response = await this.#client.request({
        method: 'POST',
        path: path.slice(0, path.lastIndexOf('/')),
        query: strict,
        contentType: 'application/json',
        body: JSON.stringify(object)
      })
      return appliedFrom(response)
    } catch (error) {
      if (error instanceof ApiError && error.reason === 'AlreadyExists') return undefined
      throw error
    }
  }

  async readStatefulSet(namespace: string, name: string): Promise<KubernetesObject | undefined> {
    return this.read({ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name } }, namespace)
  }

  async listPods(namespace: string, labels: Record<string, string>): Promise<KubernetesObject[]> {
    const labelSelector = Object.entries(labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(',')
    return this.#list(`/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`, { labelSelector })
  }

  /** All events of a namespace: a limit would cut by name and not by time. */
  async listEvents(namespace: string): Promise<KubernetesObject[]> {
    return this.#list(`/api/v1/namespaces/${encodeURIComponent(namespace)}/events`, {})
  }

  /** The last lines that a container wrote; of its previous run if asked and if there was one. */
  async readLog(namespace: string, pod: string, container: string, previous: boolean): Promise<string> {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`
    const query = { container, tailLines: '25', limitBytes: '16384', previous: String(previous) }
    const { body } = await this.#client.request({ method: 'GET', path, query })
    return typeof body === 'string' ? body : JSON.stringify(body)
  }

  async #write(request: ApiRequest): Promise<Outcome> {
    try {
      return { kind: 'applied', applied: appliedFrom(await this.#client.request(request)) }
    } catch (error) {
      const conflicts = conflictsOf(error)
      if (conflicts !== undefined) return { kind: 'conflict', conflicts }
      if (isStale(error)) return { kind: 'stale' }
      throw error
    }
  }

  async #list(path: string, query: Record<string, string>): Promise<KubernetesObject[]> {
    const { body } = await this.#client.request({ method: 'GET', path, query })
    return listAt(body, 'items') as KubernetesObject[]
  }
}

function appliedFrom({ status, body, warnings }: ApiResponse): Applied {
  return { object: body as KubernetesObject, created: status === 201, warnings }
}
