import { listAt, textAt } from '../kubernetes/object.ts'

/** The fields of a container in the pod template. */
export interface RenderedContainer {
  readonly name: string
  readonly image: string | undefined
  readonly command: readonly string[]
  readonly args: readonly string[]
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
    ports: listAt(container, 'ports').map((port) => ({
      name: textAt(port, 'name'),
      number: Number(textAt(port, 'containerPort'))
    })),
    memoryLimit: textAt(container, 'resources', 'limits', 'memory')
  }
}
