import { listAt, textAt } from '../kubernetes/object.ts'

/** The fields of a container in the pod template. */
export interface RenderedContainer {
  readonly name: string
  readonly image: string | undefined
  readonly command: readonly string[]
  readonly args: readonly string[]
  /** Those of TCP: Redis, its exporter and proxies speak nothing else. */
  readonly ports: readonly ContainerPort[]
  /** As written, such as `512Mi`. */
  readonly memoryLimit: string | undefined
}

export interface ContainerPort {
  readonly name: string | undefined
  readonly number: number
}

/** Undefined if there is no such container. */
export function renderedContainer(container: unknown): RenderedContainer | undefined {
  if (container === undefined) return undefined
  return {
    name: textAt(container, 'name') ?? '',
    image: textAt(container, 'image'),
    command: listAt(container, 'command').map(String),
    args: listAt(container, 'args').map(String),
    ports: listAt(container, 'ports')
      .filter(isTcp)
      .map((port) => ({ name: textAt(port, 'name'), number: Number(textAt(port, 'containerPort')) })),
    memoryLimit: textAt(container, 'resources', 'limits', 'memory')
  }
}

/** Whether a port of a container, a Service or an EndpointSlice is one of TCP, which it is where it does not say. */
export function isTcp(port: unknown): boolean {
  return (textAt(port, 'protocol') ?? 'TCP') === 'TCP'
}
