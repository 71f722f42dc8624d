import { combinedFailure } from '../../core/failure.ts'
import { timeoutMilliseconds } from '../../core/units.ts'
import type { RenderInputs } from '../../phases/render/deps.ts'
import { type CacheInputs, readCacheInputs } from './cache.ts'
import { InputReader, type InputSource } from './reader.ts'
import { readRenderInputs } from './render.ts'

export interface VerifyInputs extends CacheInputs {
  namespace: string
  kubeconfig: string | undefined
  context: string | undefined
  timeoutMilliseconds: number
  /** The inputs of the deployment, to render it again. */
  render: RenderInputs
}

const minute = 60_000

/** @throws Failure invalid-input that lists every problem */
export function readVerifyInputs(source: InputSource): VerifyInputs {
  const [render, own] = bothOf(
    () => readRenderInputs(source),
    () => readOwnInputs(source)
  )
  return { ...own, namespace: render.namespace, render }
}

function readOwnInputs(source: InputSource): Omit<VerifyInputs, 'namespace' | 'render'> {
  const read = new InputReader(source)
  const inputs = {
    kubeconfig: read.optional('kubeconfig'),
    context: read.optional('context'),
    timeoutMilliseconds: read.parsedOrElse('timeout', 'a duration such as 1m or 90s', minute, timeoutMilliseconds),
    ...readCacheInputs(read, ['cluster', 'runner', 'none'])
  }
  if (inputs.probeFrom === 'cluster') {
    read.refuse('probe-from', 'cluster', 'runner or none: verify creates nothing, so no pod can probe from the cluster')
  }
  read.finish()
  return inputs
}

/** Two results, or the failures of both combined. */
function bothOf<A, B>(first: () => A, second: () => B): [A, B] {
  const problems: unknown[] = []
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read()
    } catch (error) {
      problems.push(error)
      return undefined
    }
  }
  const [a, b] = [attempt(first), attempt(second)]
  if (a === undefined || b === undefined) throw combinedFailure(problems)
  return [a, b]
}
