export const environments = ['development', 'staging', 'production'] as const

/** Inputs that become patches. Each is undefined if the manifests decide. */
export interface Adjustments {
  maxmemory?: string
  maxmemoryPolicy?: string
  memoryLimit?: string
  storageSize?: string
  storageClass?: string
  redisImage?: string
  exporterImage?: string
  secretStore?: SecretStore
  remoteSecret?: string
}

/** The store that an ExternalSecret reads from. */
export interface SecretStore {
  kind: 'ClusterSecretStore' | 'SecretStore'
  name: string
}

export interface RenderInputs {
  environment: string
  namespace: string
  /** A kustomization directory relative to the workspace; undefined for the manifests of this action. */
  manifests: string | undefined
  /** Whether these may refer to something remote. */
  allowRemoteBases: boolean
  adjustments: Adjustments
}
