import { names } from '../../core/kubernetes/workload.ts'
import type { PhaseName, ProgramResult } from '../../core/result.ts'

type Proof = Pick<ProgramResult, 'mode' | 'topology' | 'phases' | 'checks' | 'redisVersion' | 'connectedFrom'>

/**
 * What a passed run has proven, and no more than that: whoever reads one line of the report reads this one.
 * @returns a sentence without a period; it may have text of the server
 */
export function claimOf(run: Proof): string {
  return run.mode === 'verify' ? verified(run) : deployed(run)
}

const noConnection = 'no connection was tried'
const noPath = 'the path of a backend was not tried'

function deployed(run: Proof): string {
  const asker = askerOf(run)
  if (asker === undefined) {
    const proven = run.topology === 'managed' ? secretVerified(run) : `pod ${names.pod} runs what was applied`
    return `${proven}; ${noConnection}`
  }
  const hasWritten = run.checks?.some(({ name, passed, relaxed }) => name === 'write' && passed && !relaxed)
  const path = asker.isBackend ? '' : `; ${noPath}`
  if (!hasWritten) return `${redisOf(run)} answers, asked ${asker.how}; no write was proven${path}`
  return `${redisOf(run)} is proven to work, asked ${asker.how}${path}`
}

function verified(run: Proof): string {
  const asker = askerOf(run)
  const objects = 'the objects are as rendered'
  if (run.topology === 'managed') {
    const proven = `${objects}, and ${secretVerified(run)}`
    return asker === undefined
      ? `${proven}; ${noConnection}`
      : `${redisOf(run)} answers, asked ${asker.how}, ${proven}; ${noPath}`
  }
  if (asker === undefined) return `pod ${names.pod} is healthy, and ${objects}; ${noConnection}`
  return `${redisOf(run)} is healthy and as configured, asked ${asker.how}; ${noPath}`
}

/** Who asked Redis; the one that is closest to a backend. */
function askerOf(run: Proof): { how: string; isBackend: boolean } | undefined {
  if (hasPassed(run, 'connection')) {
    return run.connectedFrom === 'cluster'
      ? { how: 'by a backend pod', isBackend: true }
      : { how: 'by this runner', isBackend: false }
  }
  return hasPassed(run, 'probe') ? { how: 'through a port-forward', isBackend: false } : undefined
}

function secretVerified(run: Proof): string {
  return hasPassed(run, 'elasticache')
    ? 'the Secret and the settings of ElastiCache were verified'
    : 'the Secret was verified'
}

function hasPassed({ phases }: Proof, name: PhaseName): boolean {
  return phases.some((phase) => phase.name === name && phase.outcome === 'passed')
}

function redisOf({ redisVersion }: Proof): string {
  return redisVersion === undefined ? 'Redis' : `Redis ${redisVersion}`
}
