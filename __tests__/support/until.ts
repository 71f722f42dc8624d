import { setTimeout as sleep } from 'node:timers/promises'

/** Waits until something has happened, without a limit other than that of the test. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5)
}
