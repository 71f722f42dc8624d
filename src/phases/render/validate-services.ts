import { hostName } from '../../core/aws-endpoint.ts'
import { at, textAt } from '../../core/kubernetes/object.ts'
import { names, ports } from '../../core/kubernetes/workload.ts'
import { setting } from '../../core/redis/config.ts'
import type { ContainerPort } from '../../core/rendered-cache/container.ts'
import { certainSettings } from '../../core/rendered-cache/redis-settings.ts'
import { mayBeProxied, type RenderedCache, type RenderedRedis } from '../../core/rendered-cache/rendered-cache.ts'
import type { RenderedService, ServicePort } from '../../core/rendered-cache/services.ts'
import { selectsPods } from '../../core/rendered-cache/services.ts'
import type { OtherWorkload } from '../../core/rendered-cache/workloads.ts'

/** The Service by which clients are told to find Redis, where the manifests do not say otherwise. */
const usualService = 'redis'

/** Services by which clients would not reach Redis. A Service of others, and one without a selector, is left alone. */
export function serviceProblems(cache: RenderedCache, namespace: string): string[] {
  const { redis, services, otherWorkloads } = cache
  if (redis === undefined) return []
  const governing = textAt(redis.statefulSet.object, 'spec', 'serviceName')
  const clientNames = clientServices(cache, namespace)
  return services
    .filter(({ name, type, selector }) => {
      const isMeant = name === governing || clientNames.has(name)
      return isMeant && type !== 'ExternalName' && Object.keys(selector).length > 0
    })
    .flatMap((service) => {
      if (service.selectsRedis)
        return service.isHeadless ? [] : portProblems(service, redis, clientNames.has(service.name))
      // That the Service leads to another workload is told of the workload.
      const isTold = service.name !== governing && otherWorkloads.some((each) => isReached(each, service))
      return isTold ? [] : [selectorProblem(service, redis)]
    })
}

/** The names of the Services that clients use: the usual one, and the one that a rendered `redis-credentials` names. */
function clientServices({ credentialsSecret }: RenderedCache, namespace: string): Set<string> {
  const secret = credentialsSecret?.object
  const encoded = textAt(secret, 'data', 'host')
  const host = textAt(secret, 'stringData', 'host') ?? (encoded && Buffer.from(encoded, 'base64').toString('utf8'))
  if (!host) return new Set([usualService])
  const [first = '', ...others] = hostName(host.trim()).split('.')
  const [name = '', zone] = first === names.pod ? others : [first, ...others]
  return new Set(zone === undefined || zone === namespace ? [usualService, name] : [usualService])
}

/** The other workloads whose pods clients would be sent to, each with the Service. */
export function reachedWorkloads(cache: RenderedCache, namespace: string): [OtherWorkload, RenderedService][] {
  const clientNames = clientServices(cache, namespace)
  const meant = cache.services.filter(({ name }) => clientNames.has(name))
  return cache.otherWorkloads.flatMap((workload) => {
    const service = meant.find((each) => isReached(workload, each))
    return service === undefined ? [] : [[workload, service] as [OtherWorkload, RenderedService]]
  })
}

/** Whether a pod is an endpoint of a Service: a port that is called by a name leads only to pods that have the name. */
function isReached(
  { podLabels, ports: own }: OtherWorkload,
  { selector, ports, isHeadless }: RenderedService
): boolean {
  const hasPort = ({ target }: ServicePort) => typeof target === 'number' || own.some(({ name }) => name === target)
  // The name of a headless Service leads to the pods themselves, with or without ports.
  return selectsPods(selector, podLabels) && (ports.some(hasPort) || (isHeadless && ports.length === 0))
}

function selectorProblem({ name, selector }: RenderedService, { podLabels }: RenderedRedis): string {
  const wrong = Object.entries(selector).find(([label, value]) => podLabels[label] !== value)
  const [label = '', value] = wrong ?? []
  const own = at(podLabels, label)
  const advice =
    own === undefined
      ? `which the pods of StatefulSet/${names.statefulSet} do not have: ` +
        'write labels of its spec.template.metadata.labels'
      : `and the pods of StatefulSet/${names.statefulSet} have ${String(own)} there: write ${String(own)}`
  return `Service/${name} does not lead to Redis: spec.selector has ${label}: ${String(value)}, ${advice}`
}

/** The ports of Redis, and those of all other containers. */
function listeningPorts(redis: RenderedRedis): number[] {
  return [...redisPorts(redis), ...[redis.exporter, ...redis.sidecars].flatMap((each) => portNumbers(each?.ports))]
}

/** Those that its settings name, or that its container declares where they do not tell. */
function redisPorts({ settings, container }: RenderedRedis): number[] {
  const certain = certainSettings(settings)
  const isTold = certain !== undefined && !['port', 'tls-port'].some((each) => certain.unresolved.includes(each))
  const own = isTold
    ? ['port', 'tls-port'].map((directive) => Number(setting(certain.config, directive)))
    : portNumbers(container?.ports)
  return [ports.redis, ...own]
}

function portNumbers(declared: readonly ContainerPort[] = []): number[] {
  return declared.map(({ number }) => number)
}

/** @param isForClients whether clients look for Redis by its name */
function portProblems(
  { name, ports: servicePorts }: RenderedService,
  redis: RenderedRedis,
  isForClients: boolean
): string[] {
  const listening = listeningPorts(redis)
  const own = redis.container?.ports.find(({ number }) => number === ports.redis)?.name
  const advice = `write ${own ?? ports.redis}`
  const problems = servicePorts.flatMap(({ target, podPort }, index) => {
    const field = `Service/${name}: spec.ports[${index}].targetPort is ${target}`
    if (podPort === undefined) return [`${field}, and no container of the pod has a port of that name: ${advice}`]
    // A container may listen where it does not say so.
    if (listening.includes(podPort) || mayListenAnywhere(redis)) return []
    return [`${field}, where no container of the pod listens: ${advice}`]
  })
  const leadsToRedis = servicePorts.some(({ podPort }) => podPort !== undefined && redisPorts(redis).includes(podPort))
  if (problems.length > 0 || leadsToRedis || !isForClients || mayBeProxied(redis)) return problems
  return [
    `Service/${name} does not lead to Redis: spec.ports has no TCP port whose targetPort is ${ports.redis}: ` +
      `add {name: redis, port: ${ports.redis}, targetPort: ${own ?? ports.redis}}`
  ]
}

/** Whether a container beside Redis listens where it does not say so. */
function mayListenAnywhere(redis: RenderedRedis): boolean {
  const exporters = [redis.exporter, ...redis.sidecars].filter((each) => each !== undefined)
  return mayBeProxied(redis) || exporters.some((each) => each.ports.length === 0)
}
