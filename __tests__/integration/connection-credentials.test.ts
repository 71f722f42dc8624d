import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Deadline } from '../../src/core/deadline.ts'
import { Failure } from '../../src/core/failure.ts'
import { type KubernetesApi, startKubernetesApi } from '../support/kubernetes-api/server.ts'
import { FastClock } from './applying.ts'
import { ask, connecting, withUser } from './kubeconfigs.ts'
import { failureOf } from './outcome.ts'

let api: KubernetesApi
let folder: string

beforeAll(async () => {
  api = await startKubernetesApi()
})
afterAll(async () => api.close())
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plugin-'))
})
afterEach(async () => rm(folder, { recursive: true }))

const environment = { PATH: process.env['PATH'] }

/** A kubeconfig whose user has a credential plugin. */
function withPlugin(command: string, more: object = {}): string {
  const apiVersion = 'client.authentication.k8s.io/v1'
  return withUser(api, { exec: { apiVersion, command, interactiveMode: 'Never', ...more } })
}

/** The same with a shell script as plugin. */
async function withScript(script: string, more: object = {}): Promise<string> {
  const path = join(folder, 'plugin')
  await writeFile(path, `#!/bin/sh\n${script}\n`)
  await chmod(path, 0o755)
  return withPlugin(path, more)
}

/** Whether a process is there that is no zombie. */
async function isRunning(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z')
  return !/\) [ZX]/.test(state)
}

/** The process that the plugin has started, which says its number in a file. */
async function startedBy(): Promise<number> {
  for (;;) {
    const pid = Number(await readFile(join(folder, 'pid'), 'utf8').catch(() => ''))
    if (pid > 0) return pid
    await sleep(10)
  }
}

async function expectEnd(pid: number): Promise<void> {
  while (await isRunning(pid)) await sleep(10)
}

test('a token is a secret', async () => {
  expect((await ask({ kubeconfig: api.kubeconfig })).secrets).toEqual([api.token])
})

test('a name and a password are secrets in both forms', async () => {
  const kubeconfig = withUser(api, { username: 'admin', password: 'a-basic-password' })
  const secrets: string[] = []
  await connecting({ kubeconfig }, 1, { mask: (secret) => void secrets.push(secret) })
  const basic = Buffer.from('admin:a-basic-password').toString('base64')
  expect(new Set(secrets)).toEqual(new Set(['a-basic-password', basic]))
})

test('credentials of nobody: the server does not accept them', async () => {
  expect(await failureOf(ask({ kubeconfig: withUser(api, {}) }))).toMatchObject({ code: 'unauthorized' })
})

describe('a credential plugin', () => {
  const credential = (status: object) =>
    JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status })

  test('gives a token, which is a secret too', async () => {
    const kubeconfig = await withScript(`echo '${credential({ token: api.token })}'`)
    expect((await ask({ kubeconfig })).secrets).toEqual([api.token])
  })

  test('gives a certificate, whose key is a secret', async () => {
    const status = credential({ clientCertificateData: 'certificate', clientKeyData: 'key' })
    const secrets: string[] = []
    const mask = (secret: string) => void secrets.push(secret)
    const { kubeConfig } = await connecting({ kubeconfig: await withScript(`echo '${status}'`) }, 1, { mask })
    const base64 = (text: string) => Buffer.from(text).toString('base64')
    expect(kubeConfig.getCurrentUser()).toMatchObject({ certData: base64('certificate'), keyData: base64('key') })
    expect(secrets).toEqual([base64('key'), 'key'])
  })

  test('gets its arguments, its variables and those of the step, and hears that nobody answers', async () => {
    const script = `echo "$1 $OWN $STEP" > ${folder}/seen; echo "$KUBERNETES_EXEC_INFO" >> ${folder}/seen; cat`
    const more = { args: ['get-token'], env: [{ name: 'OWN', value: 'own' }] }
    const kubeconfig = await withScript(script, more)
    const failure = await failureOf(connecting({ kubeconfig, environment: { ...environment, STEP: 'step' } }))
    expect(await readFile(join(folder, 'seen'), 'utf8')).toBe(
      'get-token own step\n' +
        '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false}}\n'
    )
    expect(failure.message).toContain('what the credential plugin plugin printed has neither a token nor a certificate')
  })

  test.each([
    [
      'is not installed',
      'absent-auth-plugin',
      /: the credential plugin absent-auth-plugin cannot be run \(ENOENT\)$/,
      'install the credential plugin'
    ],
    [
      'says why it fails',
      'echo no route >&2; exit 3',
      /plugin ended with exit code 3: no route$/,
      'what the credential'
    ],
    [
      'says nothing',
      'exit 1',
      /plugin ended with exit code 1: it printed nothing$/,
      'what the credential plugin needs'
    ],
    ['is killed', 'kill -9 $$', /plugin was ended by SIGKILL: it printed nothing$/, 'what the credential plugin needs'],
    ['prints no JSON', 'echo hello', /plugin printed has neither a token nor a certificate$/, 'what the credential'],
    [
      'prints no credentials',
      'echo null',
      /plugin printed has neither a token nor a certificate$/,
      'what the credential'
    ],
    ['has no name', '', /: the kubeconfig names a credential plugin without a command$/, 'what the credential plugin']
  ])('that %s', async (_situation, script, message, hint) => {
    const kubeconfig = script.includes(' ') ? await withScript(script) : withPlugin(script)
    const failure = await failureOf(connecting({ kubeconfig, environment }))
    expect(failure).toMatchObject({ code: 'unauthorized', hint: expect.stringContaining(hint) })
    expect(failure.message).toMatch(/^context kubernetes-api gives no credentials: /)
    expect(failure.message).toMatch(message)
  })
})

describe('a credential plugin that asks a person', () => {
  // The shell does not pass signals on: what it waits for must end as well.
  const script = () => `sleep 600 & echo $! > ${folder}/pid; wait`

  test.each([
    ['a minute', 300_000, 60],
    ['the timeout', 20_000, 20]
  ])('is waited for at most for %s, and said; then it and what it started end', async (_limit, timeout, seconds) => {
    const kubeconfig = await withScript(script())
    const clock = new FastClock(20)
    const log: string[] = []
    const deadline = new Deadline(clock, timeout)
    const failure = await failureOf(
      connecting({ kubeconfig, environment }, 20, { clock, deadline, log: (line) => log.push(line) })
    )
    expect(failure).toMatchObject({
      code: 'unauthorized',
      message: expect.stringMatching(/^the credential plugin plugin gave no credentials within \d+ s$/),
      hint: expect.stringContaining('the token of a service account')
    })
    const said = Number(/within (\d+) s/.exec(failure.message)?.[1])
    expect(said).toBeLessThanOrEqual(seconds)
    // The timeout began before the plugin did.
    expect(said).toBeGreaterThan(seconds - 12)
    expect(log).toEqual(['waiting for the credential plugin plugin'])
    await expectEnd(await startedBy())
  })

  test('ends with a run that is cancelled', async () => {
    const kubeconfig = await withScript(script())
    const cancel = new AbortController()
    const connection = connecting({ kubeconfig, environment }, 1, { signal: cancel.signal })
    const pid = await startedBy()
    const cancelled = new Failure('cancelled', 'the run was cancelled', 'run again')
    cancel.abort(cancelled)
    expect(await failureOf(connection)).toBe(cancelled)
    await expectEnd(pid)
  })
})
