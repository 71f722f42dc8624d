import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { type KubernetesApi, startKubernetesApi } from './kubernetes-api/server.ts'
import { startExporter } from './redis/exporter.ts'
import { type RedisProcess, startRedis } from './redis/process.ts'
import { root } from './root.ts'

/**
 * Everything that a deployment needs, on this machine: a Kubernetes API, and a Redis with its exporter behind its pod.
 */
export interface Stage extends AsyncDisposable {
  readonly api: KubernetesApi
  readonly redis: RedisProcess
  /** The password that Redis requires; pass it to the action as `redis-password`. */
  readonly password: string
  /** Path of a kubeconfig file. */
  readonly kubeconfig: string
}

export interface StageOptions {
  /** `stand-in` for the embedded one; by default a server of this machine if there is one. */
  program?: string
  /** Another redis.conf than the rendered one, for an incorrect Redis. */
  config?: string
  /** Redis without a password. */
  open?: boolean
}

export async function startStage({ program, config, open = false }: StageOptions = {}): Promise<Stage> {
  const password = randomBytes(18).toString('base64url')
  const { data } = parse(await readFile(join(root, 'manifests/base/redis-config.yaml'), 'utf8')) as {
    data: Record<string, string>
  }
  await using started = new AsyncDisposableStack()
  const redis = started.use(
    await startRedis({
      ...(!open && { password }),
      config: config ?? data['redis.conf'],
      includes: data,
      ...(program !== undefined && { program })
    })
  )
  const exporter = started.use(await startExporter({ redisPort: redis.port, ...(!open && { password }) }))
  const api = started.use(
    await startKubernetesApi({ forward: { 6379: redis.port, 9121: exporter.port }, startMs: 300 })
  )
  const directory = await mkdtemp(join(tmpdir(), 'stage-'))
  started.defer(() => rm(directory, { recursive: true }))
  const kubeconfig = join(directory, 'kubeconfig')
  await writeFile(kubeconfig, api.kubeconfig, { mode: 0o600 })
  const running = started.move()
  return { api, redis, password, kubeconfig, [Symbol.asyncDispose]: () => running.disposeAsync() }
}
