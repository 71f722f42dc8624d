import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { expectNoSecret } from '../support/captured.ts'
import { interruptingProxy, type Moment } from '../support/cluster/interrupting-proxy.ts'
import { kubectl } from '../support/cluster/kubectl.ts'
import { type TestNamespace, testNamespace } from '../support/cluster/namespace.ts'
import { root } from '../support/root.ts'

// Tests of an interruption: what fails now and then is what they look for.
jest.retryTimes(0)

let namespace: TestNamespace
let directory: string
let rendered: string

beforeAll(async () => {
  namespace = await testNamespace()
  directory = await mkdtemp(join(tmpdir(), 'interrupted-'))
  const text = await kubectl('kustomize', join(root, 'manifests/overlays/staging'))
  rendered = text.replaceAll('hospital-erp-system', namespace.name)
})
afterAll(async () => {
  await namespace[Symbol.asyncDispose]()
  await rm(directory, { recursive: true })
})

interface Run {
  readonly code: number | null
  readonly output: string
}

/** What an application wants next: another password and another configuration, so that every object of redis-0 differs. */
interface Wish {
  password: string
  policy: string
}

const [day, night]: [Wish, Wish] = [
  { password: 'the-password-of-the-day-shift', policy: 'allkeys-lru' },
  { password: 'the-password-of-the-night-shift', policy: 'allkeys-lfu' }
]

interface Options {
  rehearse: boolean
  timeout: string
}

/** Runs the deploy program as the action does. */
async function deploying(
  { password, policy }: Wish,
  kubeconfig: string,
  { rehearse = true, timeout = '30s' }: Partial<Options> = {},
  onStart: (child: ChildProcess) => void = () => {}
): Promise<Run> {
  const folder = await mkdtemp(join(directory, 'run-'))
  const [manifest, outputs] = [join(folder, 'manifest.yaml'), join(folder, 'output')]
  await writeFile(manifest, rendered.replace('maxmemory-policy allkeys-lru', `maxmemory-policy ${policy}`))
  await writeFile(outputs, '')
  const inputs = {
    MANIFEST: manifest,
    NAMESPACE: namespace.name,
    TIMEOUT: timeout,
    MEMORY_THRESHOLD: '90',
    REDIS_PASSWORD: password,
    MAXMEMORY_POLICY: ''
  }
  const flags = {
    DRY_RUN: 'none',
    CREATE_NAMESPACE: 'false',
    FORCE_CONFLICTS: 'false',
    RECOVER: 'delete-stuck-pod',
    REHEARSE: String(rehearse)
  }
  const env = Object.fromEntries(
    Object.entries({ ...inputs, ...flags }).map(([name, value]) => [`INPUT_${name}`, value])
  )
  const child = spawn(process.execPath, [join(root, 'dist/deploy/index.js')], {
    env: { ...env, INPUT_KUBECONFIG: kubeconfig, RUNNER_TEMP: folder, GITHUB_OUTPUT: outputs }
  })
  onStart(child)
  let output = ''
  child.stdout.on('data', (text) => (output += String(text)))
  child.stderr.on('data', (text) => (output += String(text)))
  await once(child, 'close')
  expectNoSecret(output.replaceAll(/^::add-mask::.*$/gm, ''), [day.password, night.password])
  return { code: child.exitCode, output }
}

/** The run that is interrupted; the next one always rehearses. */
const ways: [string, Moment, Partial<Options>, (child: ChildProcess) => void][] = [
  ['is killed after each of its writes', 'after', {}, (child) => void child.kill('SIGKILL')],
  ['gets SIGTERM before each of its writes', 'before', { rehearse: false }, (child) => void child.kill('SIGTERM')],
  ['loses its network with the answer to each write', 'after', { rehearse: false, timeout: '10s' }, () => {}]
]

test.each(ways)('a run that %s loses no data, and the next one is green', async (_way, moment, options, end) => {
  const plain = await readFile(namespace.kubeconfig, 'utf8')
  expect(await deploying(night, plain)).toMatchObject({ code: 0 })
  await namespace.redisCli('set', 'patient', 'treated')
  for (let write = 1; ; write++) {
    const wish = write % 2 === 1 ? day : night
    let child: ChildProcess | undefined
    await using proxy = await interruptingProxy(namespace.kubeconfig, { write, moment }, () => child && end(child))
    const run = await deploying(wish, proxy.kubeconfig, options, (started) => {
      child = started
    })
    if (proxy.writes.length < write) {
      // Nothing was left to interrupt.
      if (options.timeout === undefined) expect(run).toMatchObject({ code: 0 })
      expect(write).toBeGreaterThan(3)
      break
    }
    expect(run.code).not.toBe(0)
    expect(await deploying(wish, plain)).toMatchObject({ code: 0 })
    expect(await namespace.redisCli('get', 'patient')).toBe('treated')
  }
})
