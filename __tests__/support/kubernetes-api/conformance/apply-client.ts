import { isObject, type Json, type JsonObject, listAt, textAt } from '../json.ts'
import type { ApiResponse, Connection } from './connection.ts'

/** An object of a test: its namespace is the connection's. */
export interface Manifest extends JsonObject {
  apiVersion: string
  kind: string
  metadata: { name: string; [key: string]: Json | undefined }
}

const PLURALS: Readonly<Record<string, string>> = { NetworkPolicy: 'networkpolicies' }

/** The calls used by the cases. */
export class ApplyClient {
  readonly connection: Connection

  constructor(connection: Connection) {
    this.connection = connection
  }

  pathOf({ apiVersion, kind, metadata }: Manifest, namespace = this.connection.namespace): string {
    return `${this.collectionOf(apiVersion, kind, namespace)}/${metadata.name}`
  }

  collectionOf(apiVersion: string, kind: string, namespace = this.connection.namespace): string {
    const root = apiVersion === 'v1' ? '/api' : '/apis'
    return `${root}/${apiVersion}/namespaces/${namespace}/${PLURALS[kind] ?? `${kind.toLowerCase()}s`}`
  }

  apply(manifest: Manifest, fieldManager = 'first', query: Record<string, string> = {}): Promise<ApiResponse> {
    return this.connection.send({
      method: 'PATCH',
      path: this.pathOf(manifest),
      query: { fieldManager, ...query },
      contentType: 'application/apply-patch+yaml',
      body: manifest
    })
  }

  /** A change by hand: `kubectl edit`, `kubectl scale`. */
  mergePatch(manifest: Manifest, patch: JsonObject, fieldManager = 'kubectl'): Promise<ApiResponse> {
    return this.connection.send({
      method: 'PATCH',
      path: this.pathOf(manifest),
      query: { fieldManager },
      contentType: 'application/merge-patch+json',
      body: patch
    })
  }

  async get(manifest: Manifest): Promise<JsonObject> {
    return (await this.connection.send({ path: this.pathOf(manifest) })).body
  }

  remove(manifest: Manifest, query: Record<string, string> = {}): Promise<ApiResponse> {
    return this.connection.send({ method: 'DELETE', path: this.pathOf(manifest), query })
  }
}

/** What one manager owns according to an object. */
export function ownedBy(object: JsonObject, manager: string): Json | undefined {
  const entries = listAt(object, 'metadata', 'managedFields')
  const own = entries.filter((entry) => textAt(entry, 'manager') === manager && textAt(entry, 'subresource') === '')
  const [entry] = own
  return isObject(entry) ? entry['fieldsV1'] : undefined
}

export function configMap(name: string, data: Record<string, string>, metadata: JsonObject = {}): Manifest {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...metadata, name }, data }
}

/** A set without pods by default: most cases are about the object alone. */
export function statefulSet(name: string, spec: JsonObject = {}, container: JsonObject = {}): Manifest {
  const labels = { app: name }
  const containers = [{ name: 'redis', image: 'docker.io/library/redis:7.2.16-alpine', ...container }]
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name },
    spec: {
      replicas: 0,
      serviceName: name,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 1, containers } },
      ...spec
    }
  }
}

export function service(name: string, spec: JsonObject): Manifest {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec }
}

/** A template for a volume claim. */
export const CLAIM: JsonObject = {
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
}
