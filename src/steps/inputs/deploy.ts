import { type AcceptableDanger, acceptableDangers } from '../../core/data-dangers.ts'
import { timeoutMilliseconds } from '../../core/units.ts'
import { type CacheInputs, readCacheInputs } from './cache.ts'
import { InputReader, type InputSource, oneOf } from './reader.ts'

/** Whether to deploy, or to plan, with or without the cluster. */
type DryRun = 'none' | 'server' | 'client'

const dryRuns: readonly DryRun[] = ['none', 'server', 'client']

/** What to do about a pod of an older revision that the StatefulSet controller does not replace. */
export type Recover = 'delete-stuck-pod' | 'none'

const recovers: readonly Recover[] = ['delete-stuck-pod', 'none']

export interface DeployInputs extends CacheInputs {
  dryRun: DryRun
  namespace: string
  createNamespace: boolean
  kubeconfig: string | undefined
  context: string | undefined
  redisPassword: string | undefined
  forceConflicts: boolean
  recover: Recover
  /** Whether a new pod template is tried before redis-0 goes. */
  rehearse: boolean
  /** The dangers for the data that a person accepts. */
  acceptDataLoss: ReadonlySet<AcceptableDanger>
  timeoutMilliseconds: number
  /** Image of the probe pod for a managed cache; undefined for the one in the manifests of the action. */
  redisImage: string | undefined
}

function readAccepted(read: InputReader): Set<AcceptableDanger> {
  const given =
    read
      .optional('accept-data-loss')
      ?.split(',')
      .map((name) => name.trim()) ?? []
  const known = acceptableDangers.filter((danger) => given.includes(danger))
  const unknown = given.filter((name) => !known.some((danger) => danger === name))
  for (const name of unknown) read.refuse('accept-data-loss', name, `a list of ${acceptableDangers.join(', ')}`)
  return new Set(known)
}

const minute = 60_000

/** @throws Failure invalid-input that lists every problem, without the value of a secret */
export function readDeployInputs(source: InputSource): DeployInputs {
  const read = new InputReader(source)
  const redisPassword = read.optional('redis-password')
  if (redisPassword !== undefined && (redisPassword !== redisPassword.trim() || /[\r\n\0]/.test(redisPassword))) {
    read.refuseSecret('redis-password', 'one line of text, without white space or a line break around it')
  }
  const inputs = {
    dryRun: read.parsedOrElse('dry-run', oneOf(dryRuns), 'none', (text) => dryRuns.find((each) => each === text)),
    namespace: read.required('namespace'),
    createNamespace: read.flag('create-namespace'),
    kubeconfig: read.optional('kubeconfig'),
    context: read.optional('context'),
    redisPassword,
    forceConflicts: read.flag('force-conflicts'),
    recover: read.parsedOrElse('recover', oneOf(recovers), 'delete-stuck-pod', (text) =>
      recovers.find((each) => each === text)
    ),
    rehearse: read.flag('rehearse'),
    acceptDataLoss: readAccepted(read),
    timeoutMilliseconds: read.parsedOrElse('timeout', 'a duration such as 5m or 90s', 5 * minute, timeoutMilliseconds),
    redisImage: read.optional('redis-image'),
    ...readCacheInputs(read, ['cluster', 'runner', 'none'])
  }
  read.finish()
  return inputs
}
