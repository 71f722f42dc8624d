import type { KubernetesObject } from '../object.ts'

/** The exit of a container that does its work and ends. */
export interface PodEnd {
  readonly exitCode: number
  readonly log: string
}

/** A container of the script; by default the first one of the pod. */
interface InContainer {
  readonly container?: string
}

/** The future behaviour of a pod. Default messages are those of a real cluster. */
export type PodBehaviour =
  | { readonly kind: 'ready'; readonly log?: string }
  | {
      readonly kind: 'ends'
      /** Does the work of the pod, given the stored pod. */
      readonly run: (pod: KubernetesObject) => Promise<PodEnd>
    }
  | (InContainer & { readonly kind: 'image-missing'; readonly message?: string })
  | (InContainer & { readonly kind: 'image-denied'; readonly message?: string })
  | (InContainer & {
      readonly kind: 'crash-loop'
      readonly exitCode?: number
      readonly log?: string
      /** The log with `previous=true`, if it differs. */
      readonly previousLog?: string
      /** The message that the program left in /dev/termination-log. */
      readonly terminationMessage?: string
    })
  | (InContainer & { readonly kind: 'oom-killed'; readonly log?: string })
  | (InContainer & { readonly kind: 'config-error'; readonly message?: string })
  | { readonly kind: 'unschedulable'; readonly message?: string }
  | { readonly kind: 'volume-pending'; readonly message?: string }
  | (InContainer & {
      readonly kind: 'never-ready'
      readonly probe?: 'Startup' | 'Readiness'
      /** What the probe printed. */
      readonly output?: string
      readonly log?: string
    })
  | { readonly kind: 'refused'; readonly message?: string }

/** The next behaviours, one for each attempt to create a pod; the last one is repeated. */
export class BehaviourQueue {
  #queue: PodBehaviour[] = [{ kind: 'ready' }]

  set(behaviours: readonly PodBehaviour[]): void {
    if (behaviours.length > 0) this.#queue = [...behaviours]
  }

  next(): PodBehaviour {
    const [first] = this.#queue
    if (this.#queue.length > 1) this.#queue.shift()
    return first ?? { kind: 'ready' }
  }
}

/** The response of the registry, as reported by containerd. */
export function pullError(image: string, kind: 'image-missing' | 'image-denied'): string {
  const attempt = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": `
  if (kind === 'image-missing') return `rpc error: code = NotFound desc = ${attempt}${image}: not found`
  return (
    `${attempt}pull access denied, repository does not exist or may require authorization: ` +
    'server message: insufficient_scope: authorization failed'
  )
}
