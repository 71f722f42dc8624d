import { at, type KubernetesObject, listAt, textAt } from '../kubernetes/object.ts'
import { type ContainerPort, isTcp } from './container.ts'

/** A Service, and whether it leads to Redis. */
export interface RenderedService {
  readonly name: string
  readonly type: string
  /** Its name leads to the pods themselves, whatever its ports say. */
  readonly isHeadless: boolean
  /** Those of TCP. */
  readonly ports: readonly ServicePort[]
  readonly selector: Readonly<Record<string, string>>
  /** Whether its selector matches the labels of the pod template of Redis. */
  readonly selectsRedis: boolean
}

export interface ServicePort {
  readonly port: number
  /** The number or the name of a port of the pod, as it is written; where nothing is written, the same number. */
  readonly target: string | number
  /** The port of the pod; undefined where it is a name that no container of Redis' pod gives to a port. */
  readonly podPort: number | undefined
}

/**
 * @param podLabels those of the pod of Redis; undefined where none is rendered
 * @param podPorts those of all of its containers
 */
export function renderedServices(
  objects: readonly KubernetesObject[],
  podLabels: Readonly<Record<string, string>> | undefined,
  podPorts: readonly ContainerPort[]
): RenderedService[] {
  return objects
    .filter(({ kind, apiVersion }) => kind === 'Service' && apiVersion === 'v1')
    .map((service) => {
      const selector: Record<string, string> = Object(at(service, 'spec', 'selector'))
      return {
        name: service.metadata.name,
        type: textAt(service, 'spec', 'type') ?? 'ClusterIP',
        isHeadless: textAt(service, 'spec', 'clusterIP') === 'None',
        ports: listAt(service, 'spec', 'ports')
          .filter(isTcp)
          .map((port) => servicePort(port, podPorts)),
        selector,
        selectsRedis: podLabels !== undefined && selectsPods(selector, podLabels)
      }
    })
}

/** Whether a Service leads to pods with these labels; one without a selector has endpoints that somebody else makes. */
export function selectsPods(
  selector: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>
): boolean {
  const pairs = Object.entries(selector)
  return pairs.length > 0 && pairs.every(([name, value]) => Object.hasOwn(labels, name) && labels[name] === value)
}

function servicePort(port: unknown, podPorts: readonly ContainerPort[]): ServicePort {
  const number = Number(textAt(port, 'port'))
  const written = at(port, 'targetPort')
  const target = typeof written === 'number' ? written : (textAt(port, 'targetPort') ?? number)
  const podPort = typeof target === 'number' ? target : podPorts.find(({ name }) => name === target)?.number
  return { port: number, target, podPort }
}
