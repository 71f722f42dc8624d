import { listAt, objectAt, textAt } from '../json.ts'
import type { KubernetesObject } from '../object.ts'
import { badRequest } from '../status.ts'
import { names } from './pod-status.ts'

interface Log {
  readonly log?: string
  readonly previousLog?: string
}

/** The output of the containers, and the responses of pods/log. */
export class PodLogs {
  readonly #logs = new Map<string, Log>()

  set(pod: KubernetesObject, container: string, log: Log): void {
    this.#logs.set(keyOf(pod, container), log)
  }

  /** The text; undefined if the pod has no node yet, which is a response without content. */
  read(pod: KubernetesObject, query: URLSearchParams): string | undefined {
    const { name } = pod.metadata
    const containers = names(pod)
    const container = query.get('container') ?? (containers.length === 1 ? containers[0] : undefined)
    if (container === undefined) {
      throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${containers.join(' ')}]`)
    }
    if (!containers.includes(container)) throw badRequest(`container ${container} is not valid for pod ${name}`)
    const lines = tailOf(query)
    if (textAt(pod, 'spec', 'nodeName') === '') return undefined
    const previous = query.get('previous') === 'true'
    requireRun(pod, container, previous)
    const log = this.#logs.get(keyOf(pod, container)) ?? {}
    return tail((previous ? log.previousLog : undefined) ?? log.log ?? '', lines)
  }
}

function keyOf(pod: KubernetesObject, container: string): string {
  return `${pod.metadata.uid}/${container}`
}

function tailOf(query: URLSearchParams): number {
  const text = query.get('tailLines')
  if (text === null) return Number.POSITIVE_INFINITY
  if (!/^\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  return Number(text)
}

function tail(log: string, lines: number): string {
  const all = log.split(/(?<=\n)/)
  return lines >= all.length ? log : all.slice(all.length - lines).join('')
}

/** Refuses like the kubelet if no run of the container has a log. */
function requireRun(pod: KubernetesObject, container: string, previous: boolean): void {
  const status = listAt(pod, 'status', 'containerStatuses').find((item) => textAt(item, 'name') === container)
  const where = `container "${container}" in pod "${pod.metadata.name}"`
  const hasPrevious = objectAt(status, 'lastState')['terminated'] !== undefined
  if (previous) {
    if (!hasPrevious) throw badRequest(`previous terminated ${where} not found`)
    return
  }
  const reason = textAt(status, 'state', 'waiting', 'reason')
  if (reason === '' || hasPrevious) return
  const problems: Readonly<Record<string, string>> = {
    ErrImagePull: "image can't be pulled",
    ImagePullBackOff: 'trying and failing to pull image'
  }
  throw badRequest(`${where} is waiting to start: ${problems[reason] ?? reason}`)
}
