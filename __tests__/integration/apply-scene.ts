import { afterEach, beforeAll, beforeEach } from '@jest/globals'
import type { ManifestDocument } from '../../src/core/manifest.ts'
import { type KubernetesApi, startKubernetesApi } from '../support/kubernetes-api/server.ts'
import { type Access, accessTo } from './applying.ts'
import { documentsFor } from './rendering.ts'

/** What the manifests of the action come to. */
export let documents: readonly ManifestDocument[]
/** An empty cluster, another one in each test. */
export let api: KubernetesApi
export let access: Access

/** Gives each test of a file its own cluster. @param speed how much faster than real time waiting is there */
export function useCluster(speed?: number): void {
  beforeAll(async () => {
    documents = await documentsFor()
  })
  beforeEach(async () => {
    api = await startKubernetesApi()
    access = await accessTo(api, speed)
  })
  afterEach(async () => {
    access[Symbol.dispose]()
    await api.close()
  })
}
