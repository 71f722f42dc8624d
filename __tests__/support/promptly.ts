/** Far more than it takes to read a megabyte once on a busy machine, and far less than to read it again and again. */
const limit = 10_000

/**
 * What the function returns. Jest does not end a test that never waits, so the work of this process is measured: the
 * time that others take on a busy machine does not count.
 */
export function promptly<T>(run: () => T): T {
  const before = process.cpuUsage()
  const result = run()
  const { user, system } = process.cpuUsage(before)
  const milliseconds = Math.round((user + system) / 1_000)
  if (milliseconds > limit) throw new Error(`it took ${milliseconds} ms of CPU time, and ${limit} are enough`)
  return result
}
