import { at, type KubernetesObject, listAt, textAt } from '../kubernetes/object.ts'
import type { ContainerPort } from './container.ts'

/** A Service, and whether it leads to Redis. */
export interface RenderedService {
  readonly name: string
  readonly type: string
  readonly ports: readonly ServicePort[]
  readonly selector: Readonly<Record<string, string>>
  /** Whether its selector matches the labels of the pod template of Redis. */
  readonly selectsRedis: boolean
}

export interface ServicePort {
  readonly port: number
  /** The port of the pod; undefined for a name that no container of the Redis pod gives to a port. */
  readonly podPort: number | undefined
}

/**
 * @param podLabels those of the Redis pod; undefined if none is rendered
 * @param containerPorts those of its containers
 */
export function renderedServices(
  objects: readonly KubernetesObject[],
  podLabels: Readonly<Record<string, string>> | undefined,
  containerPorts: readonly ContainerPort[]
): RenderedService[] {
  return objects
    .filter(({ kind, apiVersion }) => kind === 'Service' && apiVersion === 'v1')
    .map((service) => {
      const selector: Record<string, string> = Object(at(service, 'spec', 'selector'))
      return {
        name: service.metadata.name,
        type: textAt(service, 'spec', 'type') ?? 'ClusterIP',
        ports: listAt(service, 'spec', 'ports').map((port) => servicePort(port, containerPorts)),
        selector,
        selectsRedis: podLabels !== undefined && selects(selector, podLabels)
      }
    })
}

/** A Service without a selector has manually created endpoints. */
function selects(selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean {
  const pairs = Object.entries(selector)
  return pairs.length > 0 && pairs.every(([name, value]) => Object.hasOwn(labels, name) && labels[name] === value)
}

function servicePort(port: unknown, containerPorts: readonly ContainerPort[]): ServicePort {
  const number = Number(textAt(port, 'port'))
  const target = at(port, 'targetPort') ?? number
  const podPort =
    typeof target === 'number' ? target : containerPorts.find(({ name }) => name === String(target))?.number
  return { port: number, podPort }
}
