import { spawn } from 'node:child_process'
import { once } from 'node:events'

// The work of the action as a step of kubectl commands, in the order of the action. Each value is compared with grep,
// so that a wrong one fails the step.
const verify = `
redis() { kubectl -n "$NAMESPACE" exec redis-0 -c redis -- sh -c "$1"; }
client='REDISCLI_AUTH=$(cat /run/redis-credentials/password) redis-cli'
redis "$client ping" | grep -x PONG >/dev/null
redis "$client info memory" | grep '^used_memory:' >/dev/null
redis "$client config get maxmemory maxmemory-policy appendonly appendfsync save protected-mode" |
  grep -x "$MAXMEMORY" >/dev/null
redis 'redis-cli ping' | grep NOAUTH >/dev/null

exec {lines}< <(exec kubectl -n "$NAMESPACE" port-forward pod/redis-0 :9121)
forward=$!
trap 'kill "$forward"' EXIT
read -r -u "$lines" line
port=\${line#*127.0.0.1:}
curl --fail --silent --show-error "http://127.0.0.1:\${port%% *}/metrics" | grep -x 'redis_up 1' >/dev/null
`

const put = `
kubectl kustomize "$MANIFESTS" | kubectl apply --server-side -f -
kubectl -n "$NAMESPACE" rollout status statefulset/redis --timeout="$TIMEOUT"
`

export interface PipelineRun {
  readonly milliseconds: number
  /** When the step had ended, on the clock of performance.now(). */
  readonly decidedAt: number
  /** What it printed. */
  readonly text: string
}

interface PipelineOptions {
  /** The kustomization directory. */
  readonly manifests: string
  readonly maxmemoryBytes?: number
  readonly timeout?: string
  /** kubectl says each of its requests. */
  readonly verbose?: boolean
}

/** Deploys and verifies with kubectl. @throws Error if a command fails */
export function runPipeline(namespace: string, options: PipelineOptions): Promise<PipelineRun> {
  const { manifests, maxmemoryBytes = 256 * 1024 ** 2, timeout = '90s', verbose = false } = options
  const talkative = verbose ? 'kubectl() { command kubectl -v=6 "$@"; }\n' : ''
  // Where exec replaces the shell, a function is not found.
  const script = verbose ? `${put}${verify}`.replace('(exec kubectl', '(exec kubectl -v=6') : `${put}${verify}`
  return runScript(`${talkative}${script}`, {
    NAMESPACE: namespace,
    MANIFESTS: manifests,
    MAXMEMORY: String(maxmemoryBytes),
    TIMEOUT: timeout
  })
}

/** Deploys what never becomes Ready. @returns how long kubectl waited, and what it had said then */
export function runUntilTimeout(namespace: string, manifests: string, timeout: string): Promise<PipelineRun> {
  const script = `${put.trimEnd()} || true\n`
  return runScript(script, { NAMESPACE: namespace, MANIFESTS: manifests, TIMEOUT: timeout })
}

/** Runs a script as the runner does for `shell: bash`. */
export async function runScript(script: string, env: Readonly<Record<string, string>> = {}): Promise<PipelineRun> {
  const start = performance.now()
  const child = spawn('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', script], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  }
  await once(child, 'close')
  const decidedAt = performance.now()
  if (child.exitCode !== 0) throw new Error(`the kubectl commands ended with ${child.exitCode}:\n${text}`)
  return { milliseconds: decidedAt - start, decidedAt, text }
}
