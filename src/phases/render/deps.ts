export const environments = ['development', 'staging', 'production'] as const

/** Inputs that become patches. Each is undefined where the manifests decide. */
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

/** Where an ExternalSecret gets its values from. */
export interface SecretStore {
  kind: 'ClusterSecretStore' | 'SecretStore'
  name: string
}

export interface RenderInputs {
  environment: string
  namespace: string
  /** A kustomization directory relative to the workspace; undefined for the manifests that the action brings. */
  manifests: string | undefined
  /** Whether these may build on something that is downloaded. */
  allowRemoteBases: boolean
  adjustments: Adjustments
}
