import { at, type KubernetesObject, listAt, textAt } from '../kubernetes-object.ts'
import type { ApiClient } from './client.ts'
import { isStatus } from './errors.ts'
import { builtInResource, type Resource } from './resources.ts'

/** Where objects stand in the API; for kinds that not every cluster has, it is asked once for each group that serves them. */
export class ObjectPaths {
  readonly #client: ApiClient
  readonly #resources = new Map<string, Promise<unknown[]>>()

  constructor(client: ApiClient) {
    this.#client = client
  }

  /** @throws UnknownKind */
  async of({ apiVersion, kind, metadata: { name } }: KubernetesObject, namespace: string): Promise<string> {
    const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
    const { plural, namespaced } = builtInResource(apiVersion, kind) ?? (await this.#resource(base, apiVersion, kind))
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
    if (found === undefined) {
      // The run may bring the kind itself, and ask again.
      this.#resources.delete(base)
      throw new UnknownKind(`the cluster has no kind ${kind} in ${apiVersion}`)
    }
    return { plural: textAt(found, 'name') ?? '', namespaced: at(found, 'namespaced') === true }
  }
}

/** The cluster does not know a kind: a custom resource whose definition is not installed, or a typing error. */
export class UnknownKind extends Error {
  override readonly name = 'UnknownKind'
}
