import { ApiClient } from '../../src/clients/kubernetes/client.ts'
import { Cluster } from '../../src/clients/kubernetes/cluster.ts'
import { toFailure } from '../../src/clients/kubernetes/failure.ts'
import { connectToRedis } from '../../src/clients/redis/connection.ts'
import type { Credentials } from '../../src/core/credentials.ts'
import { Deadline } from '../../src/core/deadline.ts'
import { usualBackend } from '../../src/core/rendered-cache/backend-labels.ts'
import type { Check } from '../../src/core/result.ts'
import type { ConnectionDeps, ConnectionInputs, ConnectionResult } from '../../src/phases/probe/deps.ts'
import { connectFromPod, connectFromRunner } from '../../src/phases/probe/probe-managed.ts'
import { writeMilliseconds } from '../../src/phases/probe/write.ts'
import { expectNoSecret } from '../support/captured.ts'
import { type Access, FastClock } from './applying.ts'
import { type Ended, ended, wordsOf } from './outcome.ts'

export type ConnectionRun = Ended<ConnectionResult> & {
  checks: Check[]
  notes: string[]
  log: string[]
  milliseconds: number
}

export interface ConnectOptions extends Partial<Omit<ConnectionInputs, 'credentials'>> {
  authorities?: readonly string[]
  timeout?: number
  onLog?: (line: string) => void
}

/** The credentials of a cache, as its Secret holds them. */
export function credentialsOf(
  { host, port }: { host: string; port: number },
  password: string,
  { scheme = 'rediss', user = '' } = {}
): Credentials {
  const url = `${scheme}://${user}:${encodeURIComponent(password)}@${host}:${port}`
  return { host, port: String(port), password, url }
}

/** Asks from this machine, as the deploy program does with `probe-from: runner`. @param speed of the time for answers */
export async function connectingFromRunner(
  credentials: Credentials,
  options: ConnectOptions = {},
  speed = 1
): Promise<ConnectionRun> {
  const clock = new FastClock(1)
  return running(credentials, options, { clock, signal: new AbortController().signal }, (inputs, deadline, deps) =>
    connectFromRunner(inputs, deadline, {
      ...deps,
      openRedis: (address, password, timeout) =>
        connectToRedis(address, password, timeout === writeMilliseconds ? timeout : timeout / speed)
    })
  )
}

/** Asks from a pod, as the deploy program does with `probe-from: cluster`. */
export async function connectingFromPod(
  { cluster, client, clock, cancel }: Access,
  credentials: Credentials,
  options: ConnectOptions = {}
): Promise<ConnectionRun> {
  // Its requests end with nothing that the test cancels.
  const never = new AbortController().signal
  const cleaning = new Cluster(new ApiClient(client.connection, clock, never, new Deadline(clock, 600_000)))
  return running(credentials, options, { clock, signal: cancel.signal }, (inputs, deadline, deps) =>
    connectFromPod(inputs, deadline, { ...deps, cluster, cleaning, toFailure })
  )
}

/** The password may stand in nothing that is said, whether a runner would mask it or not. */
async function running(
  credentials: Credentials,
  { authorities = [], timeout = 600_000, onLog, ...inputs }: ConnectOptions,
  time: Pick<ConnectionDeps, 'clock' | 'signal'>,
  connect: (inputs: ConnectionInputs, deadline: Deadline, deps: ConnectionDeps) => Promise<ConnectionResult>
): Promise<ConnectionRun> {
  const [checks, notes, log]: [Check[], string[], string[]] = [[], [], []]
  const start = time.clock.now()
  const run = await ended(
    connect(
      {
        namespace: 'default',
        credentials,
        image: 'docker.io/library/redis:7.2.16-alpine',
        topology: 'managed',
        maxmemoryPolicy: undefined,
        memoryThresholdPercent: 90,
        mayWrite: true,
        backendLabels: usualBackend,
        nonBackend: false,
        owner: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'redis-credentials', uid: 'uid-of-the-secret' } },
        ...inputs
      },
      new Deadline(time.clock, timeout),
      {
        ...time,
        authorities,
        checked: (check) => void checks.push(check),
        note: (sentence) => void notes.push(sentence),
        log(line) {
          log.push(line)
          onLog?.(line)
        }
      }
    )
  )
  const said = [...log, ...notes, JSON.stringify(checks), run.failure === undefined ? '' : wordsOf(run.failure)]
  expectNoSecret(said.join('\n'), [credentials.password, credentials.url])
  return { ...run, checks, notes, log, milliseconds: time.clock.now() - start }
}
