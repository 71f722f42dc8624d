import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node/dist/config.js'
import { Failure } from '../failure.ts'
import { at, textAt } from '../kubernetes-object.ts'
import { secretsInText, secretsOf } from './kubeconfig-secrets.ts'
import { kubeconfigText } from './kubeconfig-text.ts'

export interface KubeconfigSource {
  /** A kubeconfig as text or as base64 of it; undefined for KUBECONFIG, else the default file. */
  kubeconfig: string | undefined
  environment: NodeJS.ProcessEnv
}

/** What to do about a kubeconfig that is none. */
export const kubeconfigHint =
  'set the input `kubeconfig` to the text of a kubeconfig file, or the variable KUBECONFIG to its path or its text; ' +
  'a secret that the workflow cannot read, as in a pull request from a fork, is an empty text'

/** A problem in words of ours, which quote nothing of a kubeconfig. */
class Problem extends Error {}

/**
 * Nothing of the input or of the variable is ever quoted, a path included: what is taken for one may be a credential.
 * @param mask told of each secret before it can get into a message
 * @throws Failure invalid-input
 */
export function loadKubeconfig(
  { kubeconfig, environment }: KubeconfigSource,
  mask: (secret: string) => void
): KubeConfig {
  try {
    if (kubeconfig !== undefined) return fromText(kubeconfig, 'the text of the input `kubeconfig`', mask)
    // A variable that is set to an empty text counts as none, as for kubectl.
    const variable = environment['KUBECONFIG']
    if (!variable) {
      const file = join(environment['HOME'] || homedir(), '.kube', 'config')
      if (!existsSync(file)) throw new Problem('~/.kube/config does not exist, and KUBECONFIG is not set')
      return fromFile(file, '~/.kube/config', mask)
    }
    if (kubeconfigText(variable) !== undefined && !existsSync(variable)) {
      return fromText(variable, 'the text in KUBECONFIG', mask)
    }
    return fromFiles(variable.trim().split(delimiter).filter(Boolean), mask)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    // Without the cause, which may quote the text.
    throw new Failure('invalid-input', `the kubeconfig cannot be read: ${error.message}`, kubeconfigHint)
  }
}

function fromFiles(files: readonly string[], mask: (secret: string) => void): KubeConfig {
  const [only, ...others] = files
  if (only === undefined) throw new Problem('KUBECONFIG names no file')
  const called = (index: number) =>
    others.length === 0
      ? 'the file that KUBECONFIG names'
      : `file ${index + 1} of ${files.length} that KUBECONFIG names`
  const present = files.map((file, index) => ({ file, name: called(index) })).filter(({ file }) => existsSync(file))
  const [first, ...rest] = present.map(({ file, name }) => fromFile(file, name, mask))
  if (first === undefined) {
    throw new Problem(
      others.length === 0
        ? 'the file that KUBECONFIG names does not exist'
        : `none of the ${files.length} files that KUBECONFIG names exists`
    )
  }
  for (const one of rest) merge(first, one)
  return first
}

function fromFile(file: string, name: string, mask: (secret: string) => void): KubeConfig {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new Problem(`${name} cannot be read (${textAt(error, 'code')})`)
  }
  const kubeConfig = parsed(text, text, name, mask)
  kubeConfig.makePathsAbsolute(dirname(file))
  return kubeConfig
}

function fromText(given: string, name: string, mask: (secret: string) => void): KubeConfig {
  return parsed(given, kubeconfigText(given) ?? given, name, mask)
}

function parsed(given: string, text: string, name: string, mask: (secret: string) => void): KubeConfig {
  for (const secret of secretsInText(given, text)) mask(secret)
  const kubeConfig = new KubeConfig()
  try {
    kubeConfig.loadFromString(text)
  } catch (error) {
    throw new Problem(`${name} ${problemOf(error)}`)
  }
  for (const secret of secretsOf(kubeConfig)) mask(secret)
  return kubeConfig
}

/** What is wrong with a text, without what its reader quotes of it: names of tags and aliases, paths, whole lines. */
function problemOf(error: unknown): string {
  const reason = textAt(error, 'reason')
  if (reason !== undefined) {
    const [line, column] = ['line', 'column'].map((name) => Number(at(error, 'mark', name)) + 1)
    const words = /^[\w ,;()'-]+$/.test(reason) ? `: ${reason}` : ''
    return `is no YAML (line ${line}, column ${column})${words}`
  }
  const code = textAt(error, 'code')
  if (code !== undefined) return `names a file that cannot be read (${code})`
  const missing = /^(?:clusters|contexts|users)\[\d+\](?:\.\w+)+ is missing$/.exec(textAt(error, 'message') ?? '')
  return missing === null ? 'is no kubeconfig' : `is incomplete: ${missing[0]}`
}

// As kubectl does it: the first file to name a thing wins, the current context included. mergeConfig() of client-node
// lets the last one win and refuses a name that two files have.
function merge(into: KubeConfig, one: KubeConfig): void {
  into.loadFromOptions({
    clusters: union(into.getClusters(), one.getClusters()),
    users: union(into.getUsers(), one.getUsers()),
    contexts: union(into.getContexts(), one.getContexts()),
    currentContext: into.getCurrentContext() || one.getCurrentContext()
  })
}

function union<T extends { name: string }>(first: readonly T[], second: readonly T[]): T[] {
  return [...first, ...second.filter(({ name }) => !first.some((known) => known.name === name))]
}
