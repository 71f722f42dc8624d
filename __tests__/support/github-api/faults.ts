import type { Answer } from './answers.ts'

/** A fault for matching requests: by method, if given, and path. */
export interface Fault {
  readonly method?: string
  readonly path?: RegExp
  /** The number of requests that it affects; 1 by default. */
  readonly times?: number
  readonly reply: FaultReply
}

export type FaultReply =
  | Answer
  /** The connection is destroyed without a response. */
  | 'reset'
  /** The request is executed, and then the connection is destroyed. */
  | 'lose-answer'
  /** The request is never answered. */
  | 'hang'
  /** The request is answered after so many requests with this fault have arrived. */
  | { readonly meeting: number }

export class Faults {
  readonly #faults: { fault: Fault; left: number }[] = []
  readonly #meetings = new Map<FaultReply, (() => void)[]>()

  add(fault: Fault): void {
    this.#faults.push({ fault, left: fault.times ?? 1 })
  }

  /** The reply of the first matching fault that is not used up. */
  take(method: string, path: string): FaultReply | undefined {
    const found = this.#faults.find(
      ({ fault, left }) => left > 0 && (fault.method ?? method) === method && (fault.path?.test(path) ?? true)
    )
    if (found === undefined) return undefined
    found.left -= 1
    return found.fault.reply
  }

  /** Waits until as many requests have arrived as the fault brings together. */
  async meet(reply: { readonly meeting: number }): Promise<void> {
    const waiting = this.#meetings.get(reply) ?? []
    this.#meetings.set(reply, waiting)
    await new Promise<void>((resolve) => {
      waiting.push(resolve)
      if (waiting.length >= reply.meeting) for (const go of waiting.splice(0)) go()
    })
  }
}
