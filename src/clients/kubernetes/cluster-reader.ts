import { type KubernetesObject, listAt } from '../../core/kubernetes/object.ts'
import type { ApiClient } from './client.ts'
import { isStatus } from './errors.ts'
import { ObjectPaths } from './resources.ts'

/** How much of a log is requested, and the signal that ends the request and all its retries. */
export interface LogLimits {
  tailLines?: number
  limitBytes?: number
  signal?: AbortSignal
}

/** The read requests to a cluster; each method is one request. */
export class ClusterReader {
  protected readonly client: ApiClient
  protected readonly paths: ObjectPaths

  constructor(client: ApiClient) {
    this.client = client
    this.paths = new ObjectPaths(client)
  }

  get server(): string {
    return this.client.connection.server.href
  }

  /** The stored object, undefined if it does not exist. */
  async read(wanted: KubernetesObject, namespace: string): Promise<KubernetesObject | undefined> {
    try {
      const { body } = await this.client.request({ method: 'GET', path: await this.paths.of(wanted, namespace) })
      return body as KubernetesObject
    } catch (error) {
      if (isStatus(error, 404)) return undefined
      throw error
    }
  }

  /** All objects of a kind, whatever their names; none if the cluster does not serve the kind. */
  async list({ apiVersion, kind }: KubernetesObject, namespace: string): Promise<KubernetesObject[]> {
    const path = await this.paths.of({ apiVersion, kind, metadata: { name: '' } }, namespace)
    try {
      // The items of a list lack apiVersion and kind.
      return (await this.#list(path.replace(/\/$/, ''), {})).map((object) => ({ ...object, apiVersion, kind }))
    } catch (error) {
      if (isStatus(error, 404)) return []
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

  /** The pod of a name, whatever its labels: empty or one. A list, so that the right to list pods is enough. */
  async listPodsNamed(namespace: string, name: string): Promise<KubernetesObject[]> {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`
    return this.#list(path, { fieldSelector: `metadata.name=${name}` })
  }

  /** Where a Service leads, in as many slices as its controller made. */
  async listEndpointSlices(namespace: string, service: string): Promise<KubernetesObject[]> {
    const path = `/apis/discovery.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/endpointslices`
    return this.#list(path, { labelSelector: `kubernetes.io/service-name=${service}` })
  }

  /** All events of a namespace: a limit would cut by name and not by time. */
  async listEvents(namespace: string, { signal }: { signal?: AbortSignal } = {}): Promise<KubernetesObject[]> {
    return this.#list(`/api/v1/namespaces/${encodeURIComponent(namespace)}/events`, {}, signal)
  }

  /** The last log lines of a container; of its previous run on request, if there was one. */
  async readLog(
    namespace: string,
    pod: string,
    container: string,
    previous: boolean,
    { tailLines = 25, limitBytes = 16_384, signal }: LogLimits = {}
  ): Promise<string> {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`
    const query = {
      container,
      tailLines: String(tailLines),
      limitBytes: String(limitBytes),
      previous: String(previous)
    }
    const { body } = await this.client.request({ method: 'GET', path, query, text: true, signal })
    return String(body)
  }

  async #list(path: string, query: Record<string, string>, signal?: AbortSignal): Promise<KubernetesObject[]> {
    const { body } = await this.client.request({ method: 'GET', path, query, signal })
    return listAt(body, 'items') as KubernetesObject[]
  }
}
