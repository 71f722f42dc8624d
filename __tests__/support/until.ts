import { setTimeout as sleep } from 'node:timers/promises'

/** Waits until something has happened, however long that takes: the limit is that of the test. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5)
}
