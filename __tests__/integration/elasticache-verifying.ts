import { describeReplicationGroup, type ElastiCacheLimits } from '../../src/clients/aws/elasticache.ts'
import type { Check } from '../../src/core/result.ts'
import type { ElastiCacheInputs } from '../../src/phases/elasticache/deps.ts'
import { verifyReplicationGroup } from '../../src/phases/elasticache/elasticache.ts'
import { expectNoSecret } from '../support/captured.ts'
import type { Answer } from '../support/elasticache-api/answers.ts'
import { generatedCredentials, withAwsEnvironment } from '../support/elasticache-api/environment.ts'
import { primary } from '../support/elasticache-api/group.ts'
import { type AwsRequest, startAwsApi } from '../support/elasticache-api/server.ts'
import { type Ended, ended, wordsOf } from './outcome.ts'

export interface VerifyOptions extends Partial<ElastiCacheInputs> {
  /** Beside the endpoint and the credentials; an empty text takes one away. */
  environment?: Record<string, string>
  limits?: ElastiCacheLimits
  signal?: AbortSignal
}

export type VerifyRun = Ended<Check[]> & { checked: Check[]; log: string[]; requests: AwsRequest[] }

/** Verifies the group `sessions` with the SDK of AWS, against these answers; no credentials may stand in what is said. */
export async function verifying(
  answer: (request: AwsRequest, number: number) => Answer,
  { environment = {}, limits, signal = new AbortController().signal, ...inputs }: VerifyOptions = {}
): Promise<VerifyRun> {
  const credentials = generatedCredentials()
  await using api = await startAwsApi(answer)
  const variables = { AWS_ENDPOINT_URL: api.url, ...credentials, ...environment }
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''))
  const checked: Check[] = []
  const log: string[] = []
  const all = {
    group: 'sessions',
    region: 'eu-central-1',
    relaxed: new Set<never>(),
    credentials: { host: primary, port: '6379' },
    ...inputs
  }
  const run = await withAwsEnvironment(set, () =>
    ended(
      verifyReplicationGroup(all, {
        describe: (id, region) => describeReplicationGroup(id, region, signal, limits),
        checked: (check) => void checked.push(check),
        log: (line) => void log.push(line)
      })
    )
  )
  const said = [...log, JSON.stringify(checked), ...(run.failure === undefined ? [] : [wordsOf(run.failure)])]
  expectNoSecret(said.join('\n'), Object.values(credentials))
  return { ...run, checked, log, requests: api.requests }
}
