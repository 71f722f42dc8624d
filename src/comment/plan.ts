import type { RunNumber } from './context.ts'
import { compareRuns, runIn } from './marker.ts'
import type { StoredComment } from './ports.ts'

/** What is to be done with our comments about an environment, of which there should be one. */
export interface Plan {
  /** The comment that gets the wanted text. */
  update: number | undefined
  /** Comments that two runs at once have written too many. */
  remove: number[]
  /** A newer run has spoken, whose text must stay. */
  isOutdated: boolean
}

/**
 * Every run comes to the same end, whoever is first: the oldest comment stays and gets the text of the newest run. A
 * comment of a newer run is left to that run, because it is about to move its text into the oldest one.
 * @param own at least one
 */
export function planFor(own: readonly StoredComment[], wanted: { run: RunNumber; body: string }): Plan {
  const [oldest, ...others] = own.toSorted((a, b) => a.id - b.id)
  const isNewer = ({ body }: StoredComment) => compareRuns(runIn(body), wanted.run) > 0
  const isOutdated = own.some(isNewer)
  return {
    update: isOutdated || oldest?.body === wanted.body ? undefined : oldest?.id,
    remove: others.filter((comment) => !isNewer(comment)).map(({ id }) => id),
    isOutdated
  }
}
