/**
 * The response of the exporter behind a local port to /metrics.
 * @param timeout milliseconds
 * @throws Error without a response, or for a status other than 200, which it has as `status`
 */
export async function readMetrics(port: number, timeout: number, signal: AbortSignal): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
    headers: { connection: 'close' }
  })
  const { status } = response
  if (!response.ok) throw Object.assign(new Error(`HTTP status ${status}`), { status })
  return response.text()
}
