import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import type { Clock } from '../../core/clock.ts'
import type { Deadline } from '../../core/deadline.ts'
import { Failure } from '../../core/failure.ts'
import { at, listAt, textAt } from '../../core/kubernetes/object.ts'
import { redactLine } from '../../core/redact/redact-line.ts'
import { sanitizeLine } from '../../core/sanitize.ts'

/** The time limit of a plugin, and its callbacks. */
export interface PluginDeps {
  clock: Clock
  deadline: Deadline
  /** Aborted when the run is cancelled. */
  signal: AbortSignal
  log(line: string): void
  /** Called with each secret before it can get into a message. */
  mask(secret: string): void
}

/**
 * Why a plugin provided nothing. The message quotes neither its arguments nor its variables, which may be credentials.
 */
export class PluginError extends Error {
  override readonly name = 'PluginError'
  /** Whether the program is missing on this machine. */
  readonly isAbsent: boolean

  constructor(message: string, isAbsent = false) {
    super(message)
    this.isAbsent = isAbsent
  }
}

/** The result of a plugin, in the form of a kubeconfig user. */
export interface PluginCredentials {
  token: string | undefined
  certData: string | undefined
  keyData: string | undefined
}

type Plugin = ChildProcessByStdio<null, Readable, Readable>

/** Longer than a non-interactive plugin takes. */
const longestMilliseconds = 60_000
/** Longer than most take: after that, the log says what the run waits for. */
const quietMilliseconds = 1_000

/**
 * Runs the credential plugin of a user (`exec` in the kubeconfig), and kills it when it takes too long: one that
 * prompts a person would wait forever.
 * @throws Failure unauthorized, PluginError, and the reason of a cancelled run
 */
export async function askPlugin(
  exec: unknown,
  environment: NodeJS.ProcessEnv,
  { clock, deadline, signal, log, mask }: PluginDeps
): Promise<PluginCredentials> {
  const command = textAt(exec, 'command')
  if (!command) throw new PluginError('the kubeconfig names a credential plugin without a command')
  const called = nameOf(command)
  const limit = Math.min(longestMilliseconds, deadline.remaining)
  const variables = listAt(exec, 'env').map((variable) => [textAt(variable, 'name'), textAt(variable, 'value')])
  // Nobody is there to answer a prompt.
  const info = { kind: 'ExecCredential', apiVersion: textAt(exec, 'apiVersion'), spec: { interactive: false } }
  const plugin = spawn(command, listAt(exec, 'args').map(String), {
    env: { ...environment, KUBERNETES_EXEC_INFO: JSON.stringify(info), ...Object.fromEntries(variables) },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, so that its children end with it.
    detached: true
  })
  const over = new AbortController()
  const stop = AbortSignal.any([signal, over.signal])
  clock.sleep(quietMilliseconds, stop).then(
    () => log(`waiting for ${called}`),
    () => {}
  )
  const tooLong = clock.sleep(limit, stop).then(() => {
    throw new Failure(
      'unauthorized',
      `${called} gave no credentials within ${Math.round(limit / 1000)} s`,
      'give the plugin non-interactive credentials, because nobody can log in here; or give the step a kubeconfig with ' +
        'the token of a service account'
    )
  })
  try {
    return await Promise.race([answerOf(plugin, called, mask), tooLong])
  } catch (error) {
    end(plugin)
    throw error
  } finally {
    over.abort()
  }
}

/** Kills a plugin and its children; a survivor does not keep this process alive. */
function end(plugin: Plugin): void {
  try {
    if (plugin.pid !== undefined) process.kill(-plugin.pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
  plugin.stdout.destroy()
  plugin.stderr.destroy()
  plugin.unref()
}

/** A whole command line in place of the program may contain a credential. */
function nameOf(command: string): string {
  const name = /(?:^|\/)([\w.-]{1,64})$/.exec(command)?.[1]
  return name === undefined || /\s/.test(command) ? 'the credential plugin' : `the credential plugin ${name}`
}

async function answerOf(plugin: Plugin, called: string, mask: (secret: string) => void): Promise<PluginCredentials> {
  let [answer, said] = ['', '']
  plugin.stdout.setEncoding('utf8').on('data', (text: string) => (answer += text))
  plugin.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const [code, killer] = await once(plugin, 'close').catch((error: unknown) => {
    const cause = textAt(error, 'code')
    throw new PluginError(`${called} cannot be run (${cause})`, cause === 'ENOENT')
  })
  const status = statusIn(answer)
  const token = textAt(status, 'token')?.trim()
  const [certData, keyData] = ['clientCertificateData', 'clientKeyData'].map((field) => base64(textAt(status, field)))
  // Even if it failed: its error message may repeat what it printed.
  for (const secret of [token, keyData, textAt(status, 'clientKeyData')]) if (secret) mask(secret)
  if (code !== 0) {
    const how = code === null ? `was ended by ${killer}` : `ended with exit code ${code}`
    const shown = said.split('\n').map((line) => redactLine(line).text)
    throw new PluginError(`${called} ${how}: ${sanitizeLine(shown.join('\n')) || 'it printed nothing'}`)
  }
  if (!token && !certData) throw new PluginError(`what ${called} printed has neither a token nor a certificate`)
  return { token, certData, keyData }
}

function base64(text: string | undefined): string | undefined {
  return text === undefined ? undefined : Buffer.from(text).toString('base64')
}

/** The status of an ExecCredential; undefined if the text is not one. */
function statusIn(text: string): unknown {
  try {
    return at(JSON.parse(text), 'status')
  } catch {
    return undefined
  }
}
