import { toFailure } from '../../src/clients/kubernetes/failure.ts'
import { Deadline } from '../../src/core/deadline.ts'
import type { ManifestDocument } from '../../src/core/manifest.ts'
import type { Recovery } from '../../src/phases/rollout/replacement.ts'
import { rollout } from '../../src/phases/rollout/rollout.ts'
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

/** Follows the rollout as the deploy program does with `recover: none`. */
export async function rolling(
  scene: Pick<Scene, 'access'>,
  timeout = 300_000,
  onLog: (line: string) => void = () => undefined
): Promise<RolloutRun> {
  return follow(scene, timeout, onLog, false)
}

/** The same with `recover: delete-stuck-pod`. */
export async function recovering(scene: Pick<Scene, 'access'>, timeout = 300_000): Promise<RolloutRun> {
  return follow(scene, timeout, () => undefined, true)
}

async function follow(
  { access: { cluster, clock, cancel, secrets } }: Pick<Scene, 'access'>,
  timeout: number,
  onLog: (line: string) => void,
  recovers: boolean
): Promise<RolloutRun> {
  const lines: string[] = []
  const log = (line: string) => {
    lines.push(line)
    onLog(line)
  }
  const recovery: Recovery = { deletePod: (pod) => cluster.delete(pod, namespace), note: log }
  const deadline = new Deadline(clock, timeout)
  const deps = { cluster, toFailure, neededLabels: [], clock, date: () => new Date(), signal: cancel.signal, log }
  const outcome = await ended(
    rollout(namespace, deadline, deps, recovers ? recovery : undefined).then(({ revision }) => revision)
  )
  const said = [...lines, outcome.failure === undefined ? '' : wordsOf(outcome.failure)]
  expectNoSecret(said.join('\n'), secrets)
  return { ...outcome, log: lines, milliseconds: deadline.elapsed }
}

/** The text of one piece of evidence. */
export function evidenceOf({ failure }: RolloutRun, title: string | RegExp): string | undefined {
  return failure?.evidence.find((each) => (typeof title === 'string' ? each.title === title : title.test(each.title)))
    ?.text
}
