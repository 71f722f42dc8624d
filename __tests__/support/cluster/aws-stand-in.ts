import { execFile, execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { TestNamespace } from './namespace.ts'

const run = promisify(execFile)

/** A stand-in for AWS: a real External Secrets Operator in the test cluster reads its Secrets Manager. */
export interface AwsStandIn {
  readonly program: string
  readonly endpoint: string
  readonly region: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

/** The one in AWS_STAND_IN; undefined without the variable, as on a cluster without one. */
export function awsStandIn(): AwsStandIn | undefined {
  const program = process.env['AWS_STAND_IN']
  if (program === undefined) return undefined
  const print = (command: string) => execFileSync(program, [command], { encoding: 'utf8' }).trim()
  const variables = new Map(
    print('credentials')
      .split('\n')
      .map((line) => pair(line))
  )
  const [accessKeyId, secretAccessKey] = [variables.get('AWS_ACCESS_KEY_ID'), variables.get('AWS_SECRET_ACCESS_KEY')]
  if (!accessKeyId || !secretAccessKey) throw new Error(`${program} credentials gives no key`)
  // It has this region only.
  return { program, endpoint: print('endpoint'), region: 'us-east-1', credentials: { accessKeyId, secretAccessKey } }
}

function pair(line: string): [name: string, value: string] {
  const at = line.indexOf('=')
  return [line.slice(0, at), line.slice(at + 1)]
}

/**
 * Creates a secret in Secrets Manager, or changes its value. It is not deleted: the stand-in forgets all of them when
 * it ends.
 * @param value a text, or an object that is stored as JSON; generated, because the program takes it as an argument
 */
export async function putSecret(
  { program }: AwsStandIn,
  name: string,
  value: string | Readonly<Record<string, string | number>>
): Promise<void> {
  await run(program, ['secret', name, typeof value === 'string' ? value : JSON.stringify(value)])
}

/** Creates a SecretStore in a namespace, which reads with this key. */
export async function storeFor(
  { region, credentials }: AwsStandIn,
  namespace: Pick<TestNamespace, 'apply'>,
  { name = 'aws', secretAccessKey = credentials.secretAccessKey }: { name?: string; secretAccessKey?: string } = {}
): Promise<{ kind: string; name: string }> {
  const { accessKeyId } = credentials
  const secret = `${name}-key`
  await namespace.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secret },
    stringData: { accessKeyId, secretAccessKey }
  })
  const secretRef = {
    accessKeyIDSecretRef: { name: secret, key: 'accessKeyId' },
    secretAccessKeySecretRef: { name: secret, key: 'secretAccessKey' }
  }
  const aws = { service: 'SecretsManager', region, auth: { secretRef } }
  await namespace.apply({
    apiVersion: 'external-secrets.io/v1',
    kind: 'SecretStore',
    metadata: { name },
    spec: { provider: { aws } }
  })
  return { kind: 'SecretStore', name }
}

/** Stops the operator until it is disposed of. All other tests on the cluster are without it meanwhile. */
export async function withoutOperator({ program }: AwsStandIn): Promise<AsyncDisposable> {
  const home = process.env['CLUSTER_HOME'] ?? dirname(process.env['KUBECONFIG'] ?? '')
  const pid = Number(await readFile(join(home, 'run', 'external-secrets.pid'), 'utf8'))
  process.kill(pid)
  while (isAlive(pid)) await sleep(50)
  return {
    async [Symbol.asyncDispose]() {
      await run(program, ['up'])
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
