import { renderedSecret } from '../credentials.ts'
import { at, type KubernetesObject, listAt, textAt } from '../kubernetes/object.ts'
import { containerOf, externalSecret, names, podNameLabel, redisStatefulSet } from '../kubernetes/workload.ts'
import type { ManifestDocument } from '../manifest.ts'
import type { Topology } from '../result.ts'
import { type ContainerPort, type RenderedContainer, renderedContainer } from './container.ts'
import type { Known } from './known.ts'
import { type LiveSetting, liveSettings } from './live-settings.ts'
import { type RenderedNetworkPolicy, renderedNetworkPolicies } from './network-policies.ts'
import { type PasswordSource, passwordSource } from './password-source.ts'
import { type RedisSettings, redisSettings } from './redis-settings.ts'
import { type RenderedScript, renderedScripts } from './scripts.ts'
import { type RenderedService, renderedServices } from './services.ts'
import { type RenderedStorage, renderedStorage } from './storage.ts'
import { type RenderedUsers, renderedUsers } from './users.ts'
import { containersOf, type OtherWorkload, otherWorkloads } from './workloads.ts'

/**
 * What a set of objects says about the cache, parsed once. It is built from the rendered objects, and in a plan also
 * from the live ones. Unknown parts are values of their own, with the reason.
 */
export interface RenderedCache {
  /** As rendered: for code that sends or compares them. */
  readonly documents: readonly ManifestDocument[]
  /** Whether Redis runs in the cluster; never derived from the name of the environment. */
  readonly topology: Topology
  /** The self-hosted Redis; undefined for a managed cache. */
  readonly redis: RenderedRedis | undefined
  /** What else makes pods. */
  readonly otherWorkloads: readonly OtherWorkload[]
  readonly services: readonly RenderedService[]
  readonly networkPolicies: readonly RenderedNetworkPolicy[]
  /** The ExternalSecret that writes the Secret with the credentials. */
  readonly externalSecret: ManifestDocument | undefined
  /** The Secret with the credentials, if the manifests contain it themselves. */
  readonly credentialsSecret: ManifestDocument | undefined
}

/** StatefulSet `redis`, and the pod it creates. */
export interface RenderedRedis {
  readonly statefulSet: ManifestDocument
  readonly podLabels: Readonly<Record<string, string>>
  /** Container `redis`; undefined if the pod template has none with that name. */
  readonly container: RenderedContainer | undefined
  /** Container `metrics`; undefined if there is none. */
  readonly exporter: RenderedContainer | undefined
  /** All others that run beside them. */
  readonly sidecars: readonly RenderedContainer[]
  /** The pod has the network of its node, where no NetworkPolicy applies to it. */
  readonly hostNetwork: boolean
  readonly settings: Known<RedisSettings>
  /** What the manifests set by CONFIG SET once Redis runs. */
  readonly setLive: readonly LiveSetting[]
  /** What may run commands in this Redis. */
  readonly scripts: readonly RenderedScript[]
  readonly storage: RenderedStorage
  readonly password: Known<PasswordSource>
  readonly users: RenderedUsers
}

/** @throws Failure invalid-manifest if the includes of redis.conf exceed the limit or never end */
export function renderedCache(documents: readonly ManifestDocument[]): RenderedCache {
  const statefulSet = redisStatefulSet(documents)
  const objects = documents.map(({ object }) => object)
  const redis = statefulSet && renderedRedis(statefulSet, objects)
  return {
    documents,
    topology: redis === undefined ? 'managed' : 'self-hosted',
    redis,
    otherWorkloads: otherWorkloads(objects),
    services: renderedServices(objects, redis?.podLabels, redis === undefined ? [] : podPorts(redis)),
    networkPolicies: renderedNetworkPolicies(objects, redis?.podLabels, statefulSet?.object),
    externalSecret: externalSecret(documents),
    credentialsSecret: renderedSecret(documents)
  }
}

/** The same for objects without a text, such as live ones. */
export function cacheOfObjects(objects: readonly KubernetesObject[]): RenderedCache {
  return renderedCache(objects.map((object) => ({ object, source: '' })))
}

/** Whether a container beside Redis may be a proxy that clients are sent to, such as one that ends TLS. */
export function mayBeProxied({ sidecars }: RenderedRedis): boolean {
  return sidecars.some(({ image }) => image === undefined || !/exporter/i.test(image))
}

/** The names of the labels by which Services and NetworkPolicies select the pod of Redis. */
export function selectingLabels({ services, networkPolicies }: RenderedCache): string[] {
  const ofServices = services
    .filter(({ selectsRedis }) => selectsRedis)
    .flatMap(({ selector }) => Object.keys(selector))
  const ofPolicies = networkPolicies
    .filter(({ selectsRedis }) => selectsRedis)
    .flatMap(({ podSelector }) => [
      ...Object.keys(Object(at(podSelector, 'matchLabels'))),
      ...listAt(podSelector, 'matchExpressions').map((each) => textAt(each, 'key') ?? '')
    ])
  return [...new Set([...ofServices, ...ofPolicies])]
}

/** What the StatefulSet controller adds to those of the template. */
const controllerLabels = { [podNameLabel]: names.pod, 'apps.kubernetes.io/pod-index': '0' }

function renderedRedis(statefulSet: ManifestDocument, objects: readonly KubernetesObject[]): RenderedRedis {
  const { object } = statefulSet
  const pod = at(object, 'spec', 'template', 'spec')
  const configMaps = objects.filter(({ kind }) => kind === 'ConfigMap')
  const containers = containersOf(pod)
  const container = containerOf(object, names.redisContainer)
  const settings = redisSettings(object, container, configMaps)
  const scripts = renderedScripts(object, objects)
  return {
    statefulSet,
    podLabels: { ...controllerLabels, ...Object(at(object, 'spec', 'template', 'metadata', 'labels')) },
    container: renderedContainer(container),
    exporter: renderedContainer(containerOf(object, names.exporterContainer)),
    sidecars: containers.filter(({ name }) => name !== names.redisContainer && name !== names.exporterContainer),
    hostNetwork: at(pod, 'hostNetwork') === true,
    settings,
    scripts,
    setLive: liveSettings(scripts),
    storage: renderedStorage(object, container, settings),
    password: passwordSource(pod, container, settings),
    users: renderedUsers(container, settings, scripts)
  }
}

function podPorts({ container, exporter, sidecars }: RenderedRedis): ContainerPort[] {
  return [container, exporter, ...sidecars].flatMap((each) => each?.ports ?? [])
}
