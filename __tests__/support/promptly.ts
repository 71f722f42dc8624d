/** Far more than it takes to read a megabyte once on a busy machine, and far less than to read it again and again. */
const limit = 10_000

/** What the function returns. Jest does not end a test that never waits, so the time is measured. */
export function promptly<T>(run: () => T): T {
  const start = performance.now()
  const result = run()
  const milliseconds = Math.round(performance.now() - start)
  if (milliseconds > limit) throw new Error(`it took ${milliseconds} ms, and ${limit} are enough`)
  return result
}
