import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { ElastiCacheLimits } from '../../src/clients/aws/elasticache.ts'
import type { Failure } from '../../src/core/failure.ts'
import { elasticachePath } from '../support/bundles/programs.ts'
import { expectNoSecret } from '../support/captured.ts'
import { generatedCredentials } from '../support/elasticache-api/environment.ts'

// jest gives tests an Error of their own, and the SDK wraps what is no instance of it, as the errors of sockets are.
const program = (limits: ElastiCacheLimits | undefined) => `
import { describeReplicationGroup } from ${JSON.stringify(elasticachePath())}
const limits = ${JSON.stringify(limits)}
await describeReplicationGroup('sessions', 'eu-central-1', new AbortController().signal, limits).catch(
  ({ code, message, hint }) => console.log(JSON.stringify({ code, message, hint }))
)
process.exit()`

/** The failure of asking for the group `sessions`, from a process outside of jest; it does not wait for what goes on. */
export async function asking(
  environment: Record<string, string>,
  limits?: ElastiCacheLimits
): Promise<Pick<Failure, 'code' | 'message' | 'hint'>> {
  const credentials = generatedCredentials()
  const env = { ...credentials, HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true', ...environment }
  const parameters = ['--input-type=module', '--eval', program(limits)]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, parameters, { env })
  expectNoSecret(stdout + stderr, Object.values(credentials))
  return JSON.parse(stdout)
}
