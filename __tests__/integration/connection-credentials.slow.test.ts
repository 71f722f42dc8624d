import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Deadline } from '../../src/core/deadline.ts'
import { Failure } from '../../src/core/failure.ts'
import { type Certificate, selfSignedCertificate } from '../support/kubernetes-api/http/certificate.ts'
import { type KubernetesApi, startKubernetesApi } from '../support/kubernetes-api/server.ts'
import { FastClock } from './applying.ts'
import { ask, connecting, withUser } from './kubeconfigs.ts'
import { failureOf, wordsOf } from './outcome.ts'

let api: KubernetesApi
let folder: string
let pair: Certificate
let other: Certificate

beforeAll(async () => {
  api = await startKubernetesApi()
  pair = await selfSignedCertificate()
  other = await selfSignedCertificate()
})
afterAll(async () => api.close())
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plugin-'))
})
afterEach(async () => rm(folder, { recursive: true }))

const base64 = (text: string) => Buffer.from(text).toString('base64')
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

/** No line of a key in either form, and no part of a token. */
function expectNoKey(failure: Failure): void {
  const words = `${wordsOf(failure)} ${failure.cause ?? ''}`
  const keys = [pair.key, other.key].flatMap((key) => [...key.split('\n').slice(1, 3), base64(key).slice(0, 100)])
  for (const secret of [...keys, 'S3cret', 'Part2', api.token]) expect(words).not.toContain(secret)
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

test('masks a token', async () => {
  expect((await ask({ kubeconfig: api.kubeconfig })).secrets).toEqual([api.token])
})

test('masks user name and password in both forms', async () => {
  const kubeconfig = withUser(api, { username: 'admin', password: 'a-basic-password' })
  const secrets: string[] = []
  await connecting({ kubeconfig }, 1, { mask: (secret) => void secrets.push(secret) })
  const basic = Buffer.from('admin:a-basic-password').toString('base64')
  expect(new Set(secrets)).toEqual(new Set(['a-basic-password', basic]))
})

describe('a token', () => {
  test('with a trailing line break, as from a YAML block, is trimmed', async () => {
    const kubeconfig = withUser(api, { token: `${api.token}\n` })
    expect((await ask({ kubeconfig })).secrets).toEqual([api.token])
  })

  test.each(['S3cret\nPart2', 'S3cretPart2\u0007', 'S3cretPart2\u20ac'])(
    'is refused without being shown: %j',
    async (token) => {
      const failure = await failureOf(connecting({ kubeconfig: withUser(api, { token }) }))
      expect(failure).toMatchObject({
        code: 'invalid-input',
        message:
          'context kubernetes-api cannot be used: the token of its user has a line break or another character that no ' +
          'HTTP header can hold'
      })
      expectNoKey(failure)
    }
  )
})

describe('a client certificate', () => {
  const user = (cert: string, key: string) => ({ 'client-certificate-data': cert, 'client-key-data': key })

  test('is used with its key', async () => {
    const kubeconfig = withUser(api, { token: api.token, ...user(base64(pair.cert), base64(pair.key)) })
    expect(await ask({ kubeconfig })).toMatchObject({ server: api.url })
  })

  test.each([
    [
      'that is PEM',
      () => user(pair.cert, base64(pair.key)),
      'certificate-data of its user is PEM itself, and not base64'
    ],
    ['whose key is PEM', () => user(base64(pair.cert), pair.key), 'key-data of its user is PEM itself, and not base64'],
    [
      'that is cut off',
      () => user(base64(pair.cert).slice(0, 200), base64(pair.key)),
      'certificate-data of its user is no certificate, or cut off (ERR_OSSL_'
    ],
    [
      'whose key is cut off',
      () => user(base64(pair.cert), base64(pair.key).slice(0, 100)),
      'key-data of its user is no private key, or cut off (ERR_OSSL_'
    ],
    [
      'with the key of another',
      () => user(base64(pair.cert), base64(other.key)),
      'the client-key-data of its user does not fit its client-certificate-data (ERR_OSSL_'
    ]
  ])('is refused without being shown: one %s', async (_what, fields, problem) => {
    const failure = await failureOf(connecting({ kubeconfig: withUser(api, { token: api.token, ...fields() }) }))
    expect(failure).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining(problem),
      hint: expect.stringContaining('kubectl config view --raw')
    })
    expectNoKey(failure)
  })
})

test('reports credentials that the server rejects', async () => {
  expect(await failureOf(ask({ kubeconfig: withUser(api, {}) }))).toMatchObject({ code: 'unauthorized' })
})

describe('a credential plugin', () => {
  const credential = (status: object) =>
    JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status })

  test('provides a token, which is masked', async () => {
    const kubeconfig = await withScript(`echo '${credential({ token: api.token })}'`)
    expect((await ask({ kubeconfig })).secrets).toEqual([api.token])
  })

  test('provides a certificate, whose key is masked', async () => {
    const status = credential({ clientCertificateData: pair.cert, clientKeyData: pair.key })
    const secrets: string[] = []
    const mask = (secret: string) => void secrets.push(secret)
    const kubeconfig = await withScript(`cat << 'END'\n${status}\nEND`)
    const { kubeConfig } = await connecting({ kubeconfig, environment }, 1, { mask })
    expect(kubeConfig.getCurrentUser()).toMatchObject({ certData: base64(pair.cert), keyData: base64(pair.key) })
    expect(secrets).toEqual([base64(pair.key), pair.key])
  })

  test('provides a token whose trailing line break is removed', async () => {
    const kubeconfig = await withScript(`cat << 'END'\n${credential({ token: `${api.token}\n` })}\nEND`)
    expect((await ask({ kubeconfig, environment })).secrets).toEqual([api.token])
  })

  test.each([
    ['a token', () => ({ token: 'S3cret\nPart2' }), 'the token of its credential plugin has a line break'],
    [
      'a key',
      () => ({ clientCertificateData: pair.cert, clientKeyData: other.key }),
      'the clientKeyData of its credential plugin does not fit its clientCertificateData'
    ]
  ])('is refused if it provides %s that cannot be used', async (_what, status, problem) => {
    const kubeconfig = await withScript(`cat << 'END'\n${credential(status())}\nEND`)
    const failure = await failureOf(connecting({ kubeconfig, environment }))
    expect(failure).toMatchObject({ code: 'invalid-input', message: expect.stringContaining(problem) })
    expectNoKey(failure)
  })

  test('gets its arguments, its variables and those of the step, and a non-interactive flag', async () => {
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
  ])('fails with a reason: one that %s', async (_situation, script, message, hint) => {
    const kubeconfig = script.includes(' ') ? await withScript(script) : withPlugin(script)
    const failure = await failureOf(connecting({ kubeconfig, environment }))
    expect(failure).toMatchObject({ code: 'unauthorized', hint: expect.stringContaining(hint) })
    expect(failure.message).toMatch(/^context kubernetes-api gives no credentials: /)
    expect(failure.message).toMatch(message)
  })
})

describe('a credential plugin that prompts the user', () => {
  // The shell does not pass signals on: what it waits for must end as well.
  const script = () => `sleep 600 & echo $! > ${folder}/pid; wait`

  test.each([
    ['a minute', 300_000, 60],
    ['the timeout', 20_000, 20]
  ])('is killed with its children after %s, with a log line', async (_limit, timeout, seconds) => {
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

  test('ends with a cancelled run', async () => {
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
