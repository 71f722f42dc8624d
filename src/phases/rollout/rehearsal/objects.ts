import { isUtf8 } from 'node:buffer'
import { at, isMap, type KubernetesObject, listAt, textAt } from '../../../core/kubernetes/object.ts'
import { names, podNameLabel, referencedNames, runAnnotation } from '../../../core/kubernetes/workload.ts'
import type { RehearsalInputs } from './deps.ts'

/** The objects of a rehearsal. */
export interface RehearsalObjects {
  /** The pod as the controller would make it, but for its name: to be admitted, never to run. */
  asPlanned: KubernetesObject
  /** What the pod reads: the configuration and the Secrets as planned. */
  sources: KubernetesObject[]
  /** The pod that runs. */
  pod: KubernetesObject
}

export interface CopyOptions {
  /** Identifies this run. */
  run: string
  /** The seconds after which the cluster ends the pod, even if this process is gone. */
  activeSeconds: number
  /** The throwaway password. */
  password: string
}

const kinds = ['ConfigMap', 'Secret'] as const
type Kind = (typeof kinds)[number]

/** The pod, its ConfigMap and its Secret by name, for requests. */
export const rehearsalIds: readonly KubernetesObject[] = ['Pod', ...kinds].map((kind) => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: names.rehearsal }
}))

/** Why the template cannot be tried beside the pod that runs; undefined if it can. */
export function obstacleIn(statefulSet: KubernetesObject): string | undefined {
  const spec = at(statefulSet, 'spec', 'template', 'spec')
  const containers = containersIn(spec)
  const beside = `which a second pod beside ${names.pod} cannot have`
  if (at(spec, 'hostNetwork') === true) return `the pod template has hostNetwork, ${beside}`
  if (textAt(spec, 'nodeName') !== undefined) return `the pod template has nodeName, ${beside} for sure`
  if (listAt(spec, 'resourceClaims').length > 0) return `the pod template has resourceClaims, ${beside}`
  for (const container of containers) {
    const port = listAt(container, 'ports').find((each) => Number(at(each, 'hostPort') ?? 0) > 0)
    if (port === undefined) continue
    return `container ${textAt(container, 'name')} has hostPort ${textAt(port, 'hostPort')}, ${beside}`
  }
  const claims = claimNames(statefulSet)
  const shared = listAt(spec, 'volumes')
    .filter((volume) => !claims.includes(textAt(volume, 'name') ?? '') && !isOfPod(volume))
    .find((volume) => at(volume, 'persistentVolumeClaim') !== undefined || isWritable(volume, containers))
  return shared === undefined
    ? undefined
    : `volume ${textAt(shared, 'name')} is not of the pod alone: ${names.pod} uses it as well`
}

/** The types of volumes that each pod has for itself, or can only read. */
const ownTypes = ['configMap', 'secret', 'projected', 'downwardAPI', 'emptyDir', 'ephemeral', 'image']

function isOfPod(volume: unknown): boolean {
  return ownTypes.some((type) => at(volume, type) !== undefined)
}

function isWritable(volume: unknown, containers: readonly unknown[]): boolean {
  const mounts = containers.flatMap((container) => listAt(container, 'volumeMounts'))
  return mounts.some((mount) => at(mount, 'name') === at(volume, 'name') && at(mount, 'readOnly') !== true)
}

function containersIn(spec: unknown): unknown[] {
  return [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')]
}

function claimNames(statefulSet: KubernetesObject): string[] {
  return listAt(statefulSet, 'spec', 'volumeClaimTemplates').map((claim) => textAt(claim, 'metadata', 'name') ?? '')
}

/** The objects by which a template is tried. All are owned by redis-0, so that they go at the latest with it. */
export function rehearsalObjects(inputs: RehearsalInputs, options: CopyOptions): RehearsalObjects {
  const { statefulSet, running } = inputs
  const template = at(statefulSet, 'spec', 'template')
  const owner = { apiVersion: 'v1', kind: 'Pod', name: running.metadata.name, uid: running.metadata.uid }
  const sources = new Sources(inputs)
  const metadata = {
    name: names.rehearsal,
    // No Service, policy or monitor of the template selects these.
    labels: { 'app.kubernetes.io/name': names.rehearsal, 'app.kubernetes.io/managed-by': 'redis-cache-action' }
  }
  const annotations = Object(at(template, 'metadata', 'annotations')) as Record<string, string>
  const unscraped = Object.entries(annotations).filter(([name]) => !name.startsWith('prometheus.io/'))
  const made = { [runAnnotation]: options.run }
  // As its controller, so that none adopts the pod, and `kubectl drain` is not held up by it.
  const ownerReferences = [{ ...owner, controller: true }]
  return {
    asPlanned: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: names.rehearsal,
        labels: { ...Object(at(template, 'metadata', 'labels')), [podNameLabel]: names.pod },
        annotations,
        ownerReferences
      },
      spec: plannedSpec(statefulSet)
    },
    sources: kinds.flatMap((kind) => {
      const data = sources.dataOf(kind, options.password)
      if (data === undefined) return []
      return [{ apiVersion: 'v1', kind, metadata: { ...metadata, annotations: made, ownerReferences }, ...data }]
    }),
    pod: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, annotations: { ...Object.fromEntries(unscraped), ...made }, ownerReferences },
      spec: rehearsalSpec(statefulSet, sources, options)
    }
  }
}

/** The pod of the template as the controller completes it. */
function plannedSpec(statefulSet: KubernetesObject): Record<string, unknown> {
  const claim = (name: string) => ({ persistentVolumeClaim: { claimName: `${name}-${names.pod}` } })
  return completedSpec(statefulSet, claim)
}

function completedSpec(statefulSet: KubernetesObject, claim: (name: string) => object): Record<string, unknown> {
  const spec = structuredClone(at(statefulSet, 'spec', 'template', 'spec')) as Record<string, unknown>
  const claims = claimNames(statefulSet)
  const others = listAt(spec, 'volumes').filter((volume) => !claims.includes(textAt(volume, 'name') ?? ''))
  return {
    ...spec,
    // Its command may tell the ordinal from it.
    hostname: names.pod,
    subdomain: textAt(statefulSet, 'spec', 'serviceName') ?? '',
    volumes: [...others, ...claims.map((name) => ({ name, ...claim(name) }))]
  }
}

function rehearsalSpec(
  statefulSet: KubernetesObject,
  sources: Sources,
  { activeSeconds }: CopyOptions
): Record<string, unknown> {
  const {
    // A pod of a high priority would drive others from their nodes.
    priorityClassName: _class,
    priority: _priority,
    preemptionPolicy: _policy,
    // A gate may be opened by what finds the pod by its labels.
    readinessGates: _gates,
    ...spec
  } = completedSpec(statefulSet, () => ({ emptyDir: {} }))
  const own = (volume: unknown) =>
    at(volume, 'ephemeral') === undefined ? volume : { name: at(volume, 'name'), emptyDir: {} }
  const copied = sources.redirected({ ...spec, volumes: listAt(spec, 'volumes').map(own) }) as Record<string, unknown>
  return {
    ...copied,
    activeDeadlineSeconds: activeSeconds,
    terminationGracePeriodSeconds: 0
  }
}

/** The planned ConfigMaps and Secrets that a template reads: each kind in one object, with their names in its keys. */
class Sources {
  readonly #planned: Record<Kind, Map<string, KubernetesObject>>

  constructor({ statefulSet, planned }: RehearsalInputs) {
    const read = (kind: Kind) => {
      const wanted = referencedNames(statefulSet, kind === 'Secret' ? 'secret' : 'configMap')
      const found = planned.filter((each) => each.kind === kind && wanted.has(each.metadata.name))
      return new Map(found.map((each) => [each.metadata.name, each]))
    }
    this.#planned = { ConfigMap: read('ConfigMap'), Secret: read('Secret') }
  }

  /** The content of the object that stands for all of a kind; undefined if there is nothing to stand for. */
  dataOf(kind: Kind, password: string): Record<string, unknown> | undefined {
    const objects = [...this.#planned[kind].values()]
    if (objects.length === 0) return undefined
    const section = (name: 'data' | 'binaryData') =>
      Object.fromEntries(
        objects.flatMap((object) =>
          Object.entries(Object(at(object, name))).map(([key, value]) => [
            keyIn(object.metadata.name, key),
            kind === 'Secret' ? withPassword(object, key, String(value), password) : value
          ])
        )
      )
    return { data: section('data'), ...(kind === 'ConfigMap' && { binaryData: section('binaryData') }) }
  }

  /** A part of the pod with its references led to the objects of the rehearsal; all others are read where they are. */
  redirected(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.redirected(each))
    if (!isMap(value)) return value
    const changed = Object.entries(value).map(([key, child]) => [key, this.#reference(key, child)])
    return this.#withoutEnvFrom(Object.fromEntries(changed))
  }

  #reference(field: string, value: unknown): unknown {
    const kind = kindOf(field)
    const name = textAt(value, 'name') ?? textAt(value, 'secretName')
    const object = kind && name !== undefined ? this.#planned[kind].get(name) : undefined
    if (object === undefined || name === undefined || !isMap(value)) return this.redirected(value)
    if (field.endsWith('KeyRef'))
      return { ...value, name: names.rehearsal, key: keyIn(name, textAt(value, 'key') ?? '') }
    // Of envFrom, which is written out below.
    if (field.endsWith('Ref')) return value
    const items = Array.isArray(value['items'])
      ? value['items'].map((item) => ({ ...Object(item), key: keyIn(name, textAt(item, 'key') ?? '') }))
      : keysOf(object).map((key) => ({ key: keyIn(name, key), path: key }))
    const named = value['secretName'] === undefined ? 'name' : 'secretName'
    return { ...value, [named]: names.rehearsal, items }
  }

  /** The variables of whole objects one by one: their names are the keys, which are other ones here. */
  #withoutEnvFrom(container: Record<string, unknown>): Record<string, unknown> {
    const { envFrom, ...rest } = container
    if (!Array.isArray(envFrom)) return container
    const [copied, kept] = [new Map<string, unknown>(), [] as unknown[]]
    for (const source of envFrom) {
      const kind: Kind = at(source, 'secretRef') === undefined ? 'ConfigMap' : 'Secret'
      const field = kind === 'Secret' ? 'secretRef' : 'configMapRef'
      const name = textAt(source, field, 'name') ?? ''
      const object = this.#planned[kind].get(name)
      if (object === undefined) kept.push(source)
      for (const key of object === undefined ? [] : keysOf(object)) {
        const reference = { name: names.rehearsal, key: keyIn(name, key) }
        const variable = `${textAt(source, 'prefix') ?? ''}${key}`
        copied.set(variable, {
          name: variable,
          valueFrom: { [kind === 'Secret' ? 'secretKeyRef' : 'configMapKeyRef']: reference }
        })
      }
    }
    const own = listAt(rest, 'env')
    for (const variable of own) copied.delete(textAt(variable, 'name') ?? '')
    return { ...rest, ...(kept.length > 0 && { envFrom: kept }), env: [...copied.values(), ...own] }
  }
}

function kindOf(field: string): Kind | undefined {
  if (['configMap', 'configMapRef', 'configMapKeyRef'].includes(field)) return 'ConfigMap'
  return ['secret', 'secretRef', 'secretKeyRef'].includes(field) ? 'Secret' : undefined
}

function keyIn(object: string, key: string): string {
  return `${object}.${key}`
}

function keysOf(object: KubernetesObject): string[] {
  return ['data', 'binaryData'].flatMap((section) => Object.keys(Object(at(object, section))))
}

/** A value of a Secret; of redis-credentials with the throwaway password in the place of the real one. */
function withPassword(secret: KubernetesObject, key: string, value: string, throwaway: string): string {
  if (secret.metadata.name !== names.credentials) return value
  const real = Buffer.from(textAt(secret, 'data', 'password') ?? '', 'base64')
  const bytes = Buffer.from(value, 'base64')
  if (real.length === 0 || !isUtf8(real) || !isUtf8(bytes)) return value
  if (key === 'password') return Buffer.from(throwaway).toString('base64')
  const text = [real.toString(), encodeURIComponent(real.toString())].reduce(
    (before, secretText) => before.replaceAll(secretText, throwaway),
    bytes.toString()
  )
  return Buffer.from(text).toString('base64')
}
