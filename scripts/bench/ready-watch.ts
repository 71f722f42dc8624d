import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** Moments of a pod, on the clock of performance.now(). */
export interface PodTimes {
  readonly seenAt: number
  readonly readyAt: number
}

/** Notes when pods of Redis are made and become Ready. */
export interface ReadyWatch extends AsyncDisposable {
  /** The pod that became Ready last. */
  readonly last: PodTimes
}

const fields = '{.metadata.uid} {.status.conditions[?(@.type=="Ready")].status}{"\\n"}'

/**
 * Watches from outside of both sides. Condition times in the status have whole seconds only, so the arrival of the event
 * is taken: some milliseconds late, for both sides alike.
 */
export async function watchReady(namespace: string): Promise<ReadyWatch> {
  const labels = '--selector=app.kubernetes.io/name=redis'
  const parameters = ['-n', namespace, 'get', 'pods', labels, '--watch', `--output=jsonpath=${fields}`]
  const child = spawn('kubectl', parameters, { stdio: ['ignore', 'pipe', 'inherit'] })
  const pods = new Map<string, PodTimes>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [uid = '', status] = line.split(' ')
    const now = performance.now()
    const { seenAt, readyAt } = pods.get(uid) ?? { seenAt: now, readyAt: Number.NaN }
    pods.set(uid, { seenAt, readyAt: status === 'True' && Number.isNaN(readyAt) ? now : readyAt })
  })
  await once(child, 'spawn')
  return {
    get last() {
      const ready = [...pods.values()].filter(({ readyAt }) => !Number.isNaN(readyAt))
      const last = ready.sort((a, b) => a.readyAt - b.readyAt).at(-1)
      if (last === undefined) throw new Error(`no pod became Ready in namespace ${namespace}`)
      return last
    },
    async [Symbol.asyncDispose]() {
      child.kill()
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    }
  }
}
