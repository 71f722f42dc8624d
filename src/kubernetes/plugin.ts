import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import type { Clock, Deadline } from '../deadline.ts'
import { Failure } from '../failure.ts'
import { at, listAt, textAt } from '../kubernetes-object.ts'
import { harmlessLine } from '../untrusted-text.ts'

/** How long a plugin may take, and who is told. */
export interface PluginPorts {
  clock: Clock
  deadline: Deadline
  /** Aborted when the run is cancelled. */
  signal: AbortSignal
  log(line: string): void
}

/** What a plugin gives, as a user of a kubeconfig has it. */
export interface PluginCredentials {
  token: string | undefined
  certData: string | undefined
  keyData: string | undefined
}

type Plugin = ChildProcessByStdio<null, Readable, Readable>

/** Longer than a plugin takes that asks nobody but its cloud. */
const longestMilliseconds = 60_000
/** Longer than most take: from then on, the log says what is waited for. */
const quietMilliseconds = 1_000

/**
 * Runs the credential plugin of a user (`exec` in the kubeconfig), and ends it when it takes too long: one that asks a
 * person would wait for ever.
 * @throws Failure unauthorized, and what the run was cancelled for
 */
export async function askPlugin(
  exec: unknown,
  environment: NodeJS.ProcessEnv,
  { clock, deadline, signal, log }: PluginPorts
): Promise<PluginCredentials> {
  const command = textAt(exec, 'command')
  if (!command) throw new Error('the kubeconfig names a credential plugin without a command')
  const limit = Math.min(longestMilliseconds, deadline.remaining)
  const variables = listAt(exec, 'env').map((variable) => [textAt(variable, 'name'), textAt(variable, 'value')])
  // There is nobody to answer a question.
  const info = { kind: 'ExecCredential', apiVersion: textAt(exec, 'apiVersion'), spec: { interactive: false } }
  const plugin = spawn(command, listAt(exec, 'args').map(String), {
    env: { ...environment, KUBERNETES_EXEC_INFO: JSON.stringify(info), ...Object.fromEntries(variables) },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that what the plugin has started ends with it.
    detached: true
  })
  const over = new AbortController()
  const stop = AbortSignal.any([signal, over.signal])
  clock.sleep(quietMilliseconds, stop).then(
    () => log(`waiting for the credential plugin ${command}`),
    () => {}
  )
  const tooLong = clock.sleep(limit, stop).then(() => {
    throw new Failure(
      'unauthorized',
      `the credential plugin ${command} gave no credentials within ${Math.round(limit / 1000)} s`,
      'give the plugin credentials for machines, because nobody can log in here; or give the step a kubeconfig with ' +
        'the token of a service account'
    )
  })
  try {
    return await Promise.race([answerOf(plugin, command), tooLong])
  } catch (error) {
    end(plugin)
    throw error
  } finally {
    over.abort()
  }
}

/** Ends a plugin and its children; whatever of it survives does not hold this process. */
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

async function answerOf(plugin: Plugin, command: string): Promise<PluginCredentials> {
  let [answer, said] = ['', '']
  plugin.stdout.setEncoding('utf8').on('data', (text: string) => (answer += text))
  plugin.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  // It rejects where the command cannot be run.
  const [code, killer] = await once(plugin, 'close')
  if (code !== 0) {
    const how = code === null ? `was ended by ${killer}` : `ended with exit code ${code}`
    throw new Error(`${command} ${how}: ${harmlessLine(said) || 'it said nothing'}`)
  }
  const status = statusIn(answer)
  const token = textAt(status, 'token')
  const [certData, keyData] = ['clientCertificateData', 'clientKeyData'].map((field) => base64(textAt(status, field)))
  if (!token && !certData) throw new Error(`what ${command} printed has neither a token nor a certificate`)
  return { token, certData, keyData }
}

function base64(text: string | undefined): string | undefined {
  return text === undefined ? undefined : Buffer.from(text).toString('base64')
}

/** The status of an ExecCredential; undefined if the text is none. */
function statusIn(text: string): unknown {
  try {
    return at(JSON.parse(text), 'status')
  } catch {
    return undefined
  }
}
