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
      if (service.selectsRedis) return service.isHeadless ? [] : portProblems(service, redis)
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
function isReached({ podLabels, ports: own }: OtherWorkload, { selector, ports }: RenderedService): boolean {
  const hasPort = ({ target }: ServicePort) => typeof target === 'number' || own.some(({ name }) => name === target)
  return selectsPods(selector, podLabels) && ports.some(hasPort)
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

/** The ports of Redis, those that its container declares where its settings do not tell, and those of all others. */
function listeningPorts({ settings, container, exporter, sidecars }: RenderedRedis): number[] {
  const certain = certainSettings(settings)
  const numbers = (declared: readonly ContainerPort[] = []) => declared.map(({ number }) => number)
  const isTold = certain !== undefined && !['port', 'tls-port'].some((each) => certain.unresolved.includes(each))
  const own = isTold
    ? ['port', 'tls-port'].map((directive) => Number(setting(certain.config, directive)))
    : numbers(container?.ports)
  return [ports.redis, ...own, ...[exporter, ...sidecars].flatMap((each) => numbers(each?.ports))]
}

function portProblems({ name, ports: servicePorts }: RenderedService, redis: RenderedRedis): string[] {
  const listening = listeningPorts(redis)
  const own = redis.container?.ports.find(({ number }) => number === ports.redis)?.name
  const advice = `write ${own ?? ports.redis}`
  return servicePorts.flatMap(({ target, podPort }, index) => {
    const field = `Service/${name}: spec.ports[${index}].targetPort is ${target}`
    if (podPort === undefined) return [`${field}, and no container of the pod has a port of that name: ${advice}`]
    // A container may listen where it does not say so.
    if (listening.includes(podPort) || mayBeProxied(redis)) return []
    return [`${field}, where no container of the pod listens: ${advice}`]
  })
}
