const unitSeconds = { h: 3600, m: 60, s: 1 } as const

/**
 * Parses a duration as Kubernetes and Go write it: `5m`, `90s`, `1h30m`.
 * @returns milliseconds, or undefined if the text is no positive duration
 */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+h)?(\d+m)?(\d+s)?$/.test(text) || text === '') return undefined
  let seconds = 0
  for (const [, number, unit] of text.matchAll(/(\d+)([hms])/g)) {
    seconds += Number(number) * unitSeconds[unit as keyof typeof unitSeconds]
  }
  return seconds > 0 && Number.isSafeInteger(seconds * 1000) ? seconds * 1000 : undefined
}

/** Milliseconds as a person says them: `85 ms`, `1.7 s`, `2 min 5 s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 100) return `${Math.round(milliseconds)} ms`
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`
  const seconds = Math.round(milliseconds / 1000)
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
