import { listAt, textAt } from '../kubernetes/object.ts'

/** What a container of the pod template says of itself. */
export interface RenderedContainer {
  readonly name: string
  readonly image: string | undefined
  readonly command: readonly string[]
  readonly args: readonly string[]
  readonly ports: readonly ContainerPort[]
  /** As it is written, such as `512Mi`. */
  readonly memoryLimit: string | undefined
}

export interface ContainerPort {
  readonly name: string | undefined
  readonly number: number
}

/** Undefined where there is no such container. */
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
