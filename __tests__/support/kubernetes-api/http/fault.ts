import type { JsonObject } from '../json.ts'

/** A fault for matching requests: by method, if given, and path without query. */
export interface Fault {
  readonly method?: string
  readonly path: RegExp
  /** The number of requests that it affects; 1 by default. */
  readonly times?: number
  readonly reply: FaultReply
}

export type FaultReply =
  | { readonly status: number; readonly body: JsonObject; readonly headers?: Readonly<Record<string, string>> }
  /** The connection is destroyed without a response. */
  | 'reset'
  /** The request is never answered. */
  | 'hang'
  /** The request is answered as usual, later. */
  | { readonly delayMs: number }

export class Faults {
  readonly #faults: { fault: Fault; left: number }[] = []

  add(fault: Fault): void {
    this.#faults.push({ fault, left: fault.times ?? 1 })
  }

  /** The reply of the first matching fault that is not used up. */
  take(method: string, path: string): FaultReply | undefined {
    const found = this.#faults.find(
      ({ fault, left }) => left > 0 && (fault.method ?? method) === method && fault.path.test(path)
    )
    if (found === undefined) return undefined
    found.left -= 1
    return found.fault.reply
  }
}
