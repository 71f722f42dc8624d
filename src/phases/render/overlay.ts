import { credentialFields } from '../../core/credentials.ts'
import { names } from '../../core/kubernetes/workload.ts'
import type { Adjustments } from './deps.ts'

/** The files of an overlay by name, as values to be written as YAML. */
export type Overlay = Record<string, unknown>

interface Patch {
  target: { kind: string; name: string }
  patch: unknown
}

const statefulSet = { kind: 'StatefulSet', name: names.statefulSet }
const externalSecret = { kind: 'ExternalSecret', name: names.credentials }
const configMap = { kind: 'ConfigMap', name: 'redis-config' }

/**
 * The overlay of one run: the user's manifests with the namespace set, and a patch for each adjustment.
 * @param base the kustomization directory, relative to the directory of the overlay
 */
export function overlay(base: string, namespace: string, adjustments: Adjustments): Overlay {
  const patches = Object.entries(patchesFor(adjustments))
  return {
    'kustomization.yaml': {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      namespace,
      resources: [base],
      patches: patches.map(([name, { target }]) => ({ path: `${name}.yaml`, target }))
    },
    ...Object.fromEntries(patches.map(([name, { patch }]) => [`${name}.yaml`, patch]))
  }
}

function patchesFor(adjustments: Adjustments): Record<string, Patch> {
  const { maxmemory, maxmemoryPolicy, memoryLimit, storageSize, storageClass, redisImage, exporterImage } = adjustments
  const { secretStore, remoteSecret } = adjustments
  const claim = '/spec/volumeClaimTemplates/0/spec'
  return {
    ...(maxmemory && { maxmemory: configPatch('maxmemory', maxmemory) }),
    ...(maxmemoryPolicy && { 'maxmemory-policy': configPatch('maxmemory-policy', maxmemoryPolicy) }),
    ...(memoryLimit && { 'memory-limit': containerPatch(names.redisContainer, memory(memoryLimit)) }),
    // The list of claims has no merge key, so a strategic merge would replace it as a whole.
    ...(storageSize && {
      'storage-size': jsonPatch(statefulSet, [
        { op: 'replace', path: `${claim}/resources/requests/storage`, value: storageSize }
      ])
    }),
    ...(storageClass && {
      'storage-class': jsonPatch(statefulSet, [{ op: 'add', path: `${claim}/storageClassName`, value: storageClass }])
    }),
    ...(redisImage && { 'redis-image': containerPatch(names.redisContainer, { image: redisImage }) }),
    ...(exporterImage && { 'exporter-image': containerPatch(names.exporterContainer, { image: exporterImage }) }),
    ...(secretStore && {
      'secret-store': jsonPatch(externalSecret, [{ op: 'add', path: '/spec/secretStoreRef', value: secretStore }])
    }),
    // A custom resource has no merge keys, so its fields are patched by their position in the list.
    ...(remoteSecret && {
      'remote-secret': jsonPatch(
        externalSecret,
        credentialFields.map((_, index) => ({
          op: 'replace',
          path: `/spec/data/${index}/remoteRef/key`,
          value: remoteSecret
        }))
      )
    })
  }
}

/** Request and limit are equal: a pod that uses more memory than it requested is evicted first. */
function memory(limit: string): object {
  return { resources: { requests: { memory: limit }, limits: { memory: limit } } }
}

/**
 * The containers as the patches alone would make them: a strategic merge adds one that does not exist. It is used
 * anyway, because the position of a container in its list is unknown before kustomize has run.
 */
export function addedContainers({ memoryLimit, redisImage, exporterImage }: Adjustments): { name: string }[] {
  const redis = { ...(memoryLimit && memory(memoryLimit)), ...(redisImage && { image: redisImage }) }
  const exporter = { ...(exporterImage && { image: exporterImage }) }
  return [
    { name: names.redisContainer, ...redis },
    { name: names.exporterContainer, ...exporter }
  ].filter((container) => Object.keys(container).length > 1)
}

/** A JSON patch, because a strategic merge makes kustomize load the Kubernetes schema, which takes 0.1 s. */
function configPatch(directive: string, value: string): Patch {
  return jsonPatch(configMap, [{ op: 'add', path: `/data/${directive}.conf`, value: `${directive} ${value}\n` }])
}

function containerPatch(container: string, fields: object): Patch {
  const { kind, name } = statefulSet
  const spec = { template: { spec: { containers: [{ name: container, ...fields }] } } }
  return { target: statefulSet, patch: { apiVersion: 'apps/v1', kind, metadata: { name }, spec } }
}

function jsonPatch(target: Patch['target'], patch: { op: string; path: string; value: unknown }[]): Patch {
  return { target, patch }
}
