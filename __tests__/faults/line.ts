import type { FailureCode } from '../../src/core/failure.ts'
import type { Scene } from './scene.ts'

/** A password that a line may plant, so that what locks everybody else out can be undone. */
export const plantedPassword = 'planted-password-1'

/** What a run must come to. */
export interface Outcome {
  readonly code: FailureCode | 'passed'
  /** Words of the failure; of a passed run, words of one of its notes. */
  readonly words: readonly (string | RegExp)[]
}

/** The run fails with this code, and its sentence or hint has each of the words. */
export function red(code: FailureCode, ...words: (string | RegExp)[]): Outcome {
  return { code, words }
}

/** The run passes; each of the words stands in a note of its summary. */
export function green(...words: (string | RegExp)[]): Outcome {
  return { code: 'passed', words }
}

/** The same for a deployment and for verify. */
export function both(outcome: Outcome): Pick<Line, 'deploy' | 'verify'> {
  return { deploy: outcome, verify: outcome }
}

/** Manifests of one's own: a copy of manifests/base with these patches, and more files of the workspace by their path. */
export interface Own {
  readonly patches: readonly { readonly target: object; readonly patch: string }[]
  readonly files?: Readonly<Record<string, string>>
  /** The user whom `url` of the Secret names; `default`, without it. */
  readonly user?: string
}

/** How another tool than the action sees the fault: its command, and what it prints. */
export interface Look<S = Scene> {
  see(scene: S): Promise<string>
  readonly shows: string | RegExp
}

/** One planted fault, or one healthy cache that looks like one; `S` is where it is planted. */
export interface Line<S = Scene> {
  /** What is wrong, as a user would say it; a row of docs/faults.md. */
  readonly title: string
  /**
   * Manifests that are deployed before this line, and which the runs use. Lines in a row that share them share the
   * deployment, too.
   */
  readonly setting?: Own
  /** Manifests that the runs use, and which nothing has deployed. */
  readonly own?: Own
  /** Inputs of both runs, and of the deployment alone. */
  readonly inputs?: Readonly<Record<string, string>>
  readonly deployInputs?: Readonly<Record<string, string>>
  /** `deploy`, where its run itself plants what verify is to see. Else verify is first, because a deployment mends. */
  readonly first?: 'deploy'
  /** Whether redis-0 is another pod afterwards, or a container of it started again: the next line gets a new one. */
  readonly restarts?: boolean
  /** Plants the fault. What stays of it is put back by state.ts. */
  plant?(scene: S): Promise<unknown>
  readonly look: Look<S>
  /** Undoes what state.ts does not see. */
  heal?(scene: S): Promise<unknown>
  readonly deploy: Outcome
  /** Left out where verify has no such case. */
  readonly verify?: Outcome
}

/** The lines of one subject: a table of docs/faults.md. */
export interface Subject<S = Scene> {
  readonly title: string
  readonly lines: readonly Line<S>[]
}

/** What redis-cli in the container answers. */
export function redisCli(...command: string[]): (shows: string | RegExp) => Look {
  return (shows) => ({ see: (scene) => scene.redis(...command), shows })
}

/** What kubectl prints of the namespace. */
export function kubectl(...command: string[]): (shows: string | RegExp) => Look {
  return (shows) => ({ see: (scene) => scene.kubectl(...command), shows })
}

/** What `kubectl kustomize` renders of the manifests of this line. */
export function kustomize(shows: string | RegExp): Look {
  return { see: (scene) => scene.kustomize(), shows }
}
