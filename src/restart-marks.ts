/** The annotations of the pod template that stand for what a pod reads once, at its start. */
export const restartMark = { config: 'redis-cache-action/config', password: 'redis-cache-action/password' } as const

/** What each of them stands for, in words. */
export const markMeaning: Readonly<Record<string, string>> = {
  [restartMark.config]: 'configuration',
  [restartMark.password]: 'password'
}
