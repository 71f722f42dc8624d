/**
 * The response of the exporter behind a local port to /metrics.
 * @param timeout milliseconds
 * @throws Error without a response, or for a status other than 200
 */
export async function readMetrics(port: number, timeout: number, signal: AbortSignal): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
    headers: { connection: 'close' }
  })
  if (!response.ok) throw new Error(`HTTP status ${response.status}`)
  return response.text()
}
