import { at, fieldManager, type KubernetesObject, listAt, textAt } from '../kubernetes-object.ts'
import type { ApiClient, ApiResponse } from './client.ts'
import { ApiError, isStatus } from './errors.ts'

interface Resource {
  plural: string
  namespaced: boolean
}

export interface Applied {
  object: KubernetesObject
  created: boolean
  warnings: string[]
}

/** The cluster as phases use it: objects by kind and name, each method one request. */
export class Cluster {
  readonly #client: ApiClient
  readonly #resources = new Map<string, Promise<unknown[]>>()

  constructor(client: ApiClient) {
    this.#client = client
  }

  get server(): string {
    return this.#client.connection.server.href
  }

  /** The stored object, undefined if there is none. */
  async read(wanted: KubernetesObject, namespace: string): Promise<KubernetesObject | undefined> {
    try {
      const { body } = await this.#client.request({ method: 'GET', path: await this.#path(wanted, namespace) })
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
  async apply(wanted: KubernetesObject, document: string, namespace: string, force: boolean): Promise<Applied> {
    const response = await this.#client.request({
      method: 'PATCH',
      path: await this.#path(wanted, namespace),
      query: { fieldManager, fieldValidation: 'Strict', force: String(force) },
      contentType: 'application/apply-patch+yaml',
      body: document
    })
    return applied(response)
  }

  /** Creates an object that must not exist yet; undefined if another client was faster. */
  async create(object: KubernetesObject, namespace: string): Promise<Applied | undefined> {
    const path = await this.#path(object, namespace)
    try {
      const response = await this.#client.request({
        method: 'POST',
        path: path.slice(0, path.lastIndexOf('/')),
        query: { fieldManager, fieldValidation: 'Strict' },
        contentType: 'application/json',
        body: JSON.stringify(object)
      })
      return applied(response)
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

  async #list(path: string, query: Record<string, string>): Promise<KubernetesObject[]> {
    const { body } = await this.#client.request({ method: 'GET', path, query })
    return listAt(body, 'items') as KubernetesObject[]
  }

  async #path({ apiVersion, kind, metadata: { name } }: KubernetesObject, namespace: string): Promise<string> {
    const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
    const { plural, namespaced } = await this.#resource(base, apiVersion, kind)
    const place = namespaced ? `/namespaces/${encodeURIComponent(namespace)}` : ''
    return `${base}${place}/${plural}/${encodeURIComponent(name)}`
  }

  async #resource(base: string, apiVersion: string, kind: string): Promise<Resource> {
    let resources = this.#resources.get(base)
    if (resources === undefined) {
      resources = this.#client.request({ method: 'GET', path: base }).then(({ body }) => listAt(body, 'resources'))
      this.#resources.set(base, resources)
    }
    const list = await resources.catch((error: unknown) => {
      if (isStatus(error, 404)) return []
      throw error
    })
    const found = list.find((each) => at(each, 'kind') === kind && textAt(each, 'name')?.includes('/') === false)
    if (found === undefined) throw new UnknownKind(`the cluster has no kind ${kind} in ${apiVersion}`)
    return { plural: textAt(found, 'name') ?? '', namespaced: at(found, 'namespaced') === true }
  }
}

/** The cluster does not know a kind: a custom resource whose definition is not installed, or a typing error. */
export class UnknownKind extends Error {
  override readonly name = 'UnknownKind'
}

function applied({ status, body, warnings }: ApiResponse): Applied {
  return { object: body as KubernetesObject, created: status === 201, warnings }
}
