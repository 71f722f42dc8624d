/** Far more than it takes to read a megabyte once on a busy machine, and far less than to read it again and again. */
const limit = 10_000

/**
 * Returns the result of the function. Jest does not end a test that never awaits, so the CPU time of this process is
 * measured: time that other processes take on a busy machine does not count.
 */
export function promptly<T>(run: () => T): T {
  const before = process.cpuUsage()
  const result = run()
  const { user, system } = process.cpuUsage(before)
  const milliseconds = Math.round((user + system) / 1_000)
  if (milliseconds > limit) throw new Error(`it took ${milliseconds} ms of CPU time, and ${limit} are enough`)
  return result
}
