import { Deadline } from '../../src/deadline.ts'
import { toFailure } from '../../src/kubernetes/failure.ts'
import type { ManifestDocument } from '../../src/manifest.ts'
import { rollout } from '../../src/rollout/rollout.ts'
import { expectNoSecret } from '../support/captured.ts'
import { type KubernetesApi, type PodBehaviour, startKubernetesApi } from '../support/kubernetes-api/server.ts'
import { type Access, accessTo, applying } from './applying.ts'
import { type Ended, ended, wordsOf } from './outcome.ts'
import { namespace } from './rendering.ts'

/** A cluster, and the way into it. */
export interface Scene extends AsyncDisposable {
  readonly api: KubernetesApi
  readonly access: Access
}

export interface SceneOptions {
  /** How many times as fast time passes for the rollout. */
  speed?: number
  /** How long a healthy pod takes to be Ready, in real milliseconds. */
  startMs?: number
}

/** A cluster to which documents were just applied, and whose pods behave like this. */
export async function scene(
  documents: readonly ManifestDocument[],
  behaviours: readonly PodBehaviour[],
  { speed = 50, startMs = 40 }: SceneOptions = {}
): Promise<Scene> {
  const api = await startKubernetesApi({ startMs })
  api.behave(...behaviours)
  const access = await accessTo(api, speed)
  await change({ api, access }, documents)
  return {
    api,
    access,
    async [Symbol.asyncDispose]() {
      access[Symbol.dispose]()
      await api.close()
    }
  }
}

/** Applies documents. */
export async function change(
  { access }: Pick<Scene, 'api' | 'access'>,
  documents: readonly ManifestDocument[]
): Promise<void> {
  const { failure } = await applying(access, documents)
  if (failure !== undefined) throw failure
}

export type RolloutRun = Ended<string> & {
  log: string[]
  /** How long it took by the clock of the rollout. */
  milliseconds: number
}

/** Follows the rollout as the deploy program does. */
export async function rolling(
  { access }: Pick<Scene, 'access'>,
  timeout = 300_000,
  onLog: (line: string) => void = () => undefined
): Promise<RolloutRun> {
  const { cluster, clock, cancel } = access
  const log: string[] = []
  const deadline = new Deadline(clock, timeout)
  const outcome = await ended(
    rollout(namespace, deadline, {
      cluster,
      toFailure,
      clock,
      signal: cancel.signal,
      log(line) {
        log.push(line)
        onLog(line)
      }
    })
  )
  const said = [...log, outcome.failure === undefined ? '' : wordsOf(outcome.failure)]
  expectNoSecret(said.join('\n'), access.secrets)
  return { ...outcome, log, milliseconds: deadline.elapsed }
}

/** The text of one piece of evidence. */
export function evidenceOf({ failure }: RolloutRun, title: string | RegExp): string | undefined {
  return failure?.evidence.find((each) => (typeof title === 'string' ? each.title === title : title.test(each.title)))
    ?.text
}
