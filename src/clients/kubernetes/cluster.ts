import { fieldManager, type KubernetesObject } from '../../core/kubernetes/object.ts'
import type { ApiRequest, ApiResponse } from './client.ts'
import { ClusterReader } from './cluster-reader.ts'
import { ApiError, type Conflict, conflictsOf, isStale, isStatus } from './errors.ts'

export interface Applied {
  object: KubernetesObject
  created: boolean
  warnings: string[]
}

/** The outcome of a write: done, in conflict with other managers, or based on an outdated object. */
export type Outcome =
  | { kind: 'applied'; applied: Applied }
  | { kind: 'conflict'; conflicts: Conflict[] }
  | { kind: 'stale' }

const strict = { fieldManager, fieldValidation: 'Strict' }

/** The cluster for phases: objects by kind and name; each method is one request. */
export class Cluster extends ClusterReader {
  /**
   * Server-side apply of a document as written. Typed clients drop fields that their model lacks, so the text is sent.
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
      path: await this.paths.of(wanted, namespace),
      query: { ...strict, force: String(force), ...(dryRun && { dryRun: 'All' }) },
      contentType: 'application/apply-patch+yaml',
      body: document
    })
  }

  /** Replaces the managedFields of a stored object, unless it was written since. */
  async replaceManagedFields(stored: KubernetesObject, namespace: string, managedFields: unknown[]): Promise<Outcome> {
    const { resourceVersion } = stored.metadata
    const replace = (path: string, value: unknown) => ({ op: 'replace', path: `/metadata/${path}`, value })
    return this.#write({
      method: 'PATCH',
      path: await this.paths.of(stored, namespace),
      query: strict,
      contentType: 'application/json-patch+json',
      body: JSON.stringify([replace('managedFields', managedFields), replace('resourceVersion', resourceVersion)])
    })
  }

  /** The result that the server would store for an object with this content; nothing is written. */
  async preview(stored: KubernetesObject, wanted: KubernetesObject, namespace: string): Promise<Outcome> {
    const sections = Object.keys(stored).filter((name) => !['apiVersion', 'kind', 'metadata', 'status'].includes(name))
    const metadata = ['labels', 'annotations'].map((name) => ({
      op: 'add',
      path: `/metadata/${name}`,
      value: wanted.metadata[name] ?? {}
    }))
    const content = sections.map((name) =>
      name in wanted ? { op: 'add', path: `/${name}`, value: wanted[name] } : { op: 'remove', path: `/${name}` }
    )
    return this.#write({
      method: 'PATCH',
      path: await this.paths.of(stored, namespace),
      query: { ...strict, dryRun: 'All' },
      contentType: 'application/json-patch+json',
      body: JSON.stringify([...metadata, ...content])
    })
  }

  /** Creates an object that must not exist yet; undefined if another client was faster. */
  async create(
    object: KubernetesObject,
    namespace: string,
    { dryRun = false }: { dryRun?: boolean } = {}
  ): Promise<Applied | undefined> {
    const path = await this.paths.of(object, namespace)
    try {
      const response = await this.client.request({
        method: 'POST',
        path: path.slice(0, path.lastIndexOf('/')),
        query: { ...strict, ...(dryRun && { dryRun: 'All' }) },
        contentType: 'application/json',
        body: JSON.stringify(object)
      })
      return appliedFrom(response)
    } catch (error) {
      if (error instanceof ApiError && error.reason === 'AlreadyExists') return undefined
      throw error
    }
  }

  /** Sets annotations and changes nothing else; undefined if the object is gone. */
  async annotate(
    object: KubernetesObject,
    namespace: string,
    annotations: Record<string, string>
  ): Promise<KubernetesObject | undefined> {
    try {
      const { body } = await this.client.request({
        method: 'PATCH',
        path: await this.paths.of(object, namespace),
        query: strict,
        contentType: 'application/merge-patch+json',
        body: JSON.stringify({ metadata: { annotations } })
      })
      return body as KubernetesObject
    } catch (error) {
      if (isStatus(error, 404)) return undefined
      throw error
    }
  }

  /**
   * Deletes this object by UID, not one that was created in its place meanwhile.
   * @param gracePeriodSeconds the grace period of a pod; by default that of the pod
   * @returns whether it existed
   */
  async delete(
    { apiVersion, kind, metadata }: KubernetesObject,
    namespace: string,
    { gracePeriodSeconds }: { gracePeriodSeconds?: number } = {}
  ): Promise<boolean> {
    const preconditions = metadata.uid === undefined ? undefined : { uid: metadata.uid }
    try {
      await this.client.request({
        method: 'DELETE',
        path: await this.paths.of({ apiVersion, kind, metadata }, namespace),
        contentType: 'application/json',
        body: JSON.stringify({ apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds, preconditions })
      })
      return true
    } catch (error) {
      if (isStatus(error, 404) || isStatus(error, 409)) return false
      throw error
    }
  }

  async #write(request: ApiRequest): Promise<Outcome> {
    try {
      return { kind: 'applied', applied: appliedFrom(await this.client.request(request)) }
    } catch (error) {
      const conflicts = conflictsOf(error)
      if (conflicts !== undefined) return { kind: 'conflict', conflicts }
      if (isStale(error)) return { kind: 'stale' }
      throw error
    }
  }
}

function appliedFrom({ status, body, warnings }: ApiResponse): Applied {
  return { object: body as KubernetesObject, created: status === 201, warnings }
}
