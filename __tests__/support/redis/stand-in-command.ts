import type { Reply } from './resp.ts'
import type { Client, State } from './stand-in-state.ts'

export interface Command {
  /** The number of arguments after the name. */
  readonly least: number
  readonly most: number
  /** Allowed before the client has logged in. */
  readonly open?: boolean
  run(state: State, client: Client, args: readonly Buffer[]): Reply
}

export const unlimited: number = Number.POSITIVE_INFINITY
