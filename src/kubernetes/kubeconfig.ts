import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node/dist/config.js'
import { Failure, messageOf } from '../failure.ts'

export interface KubeconfigSource {
  /** A kubeconfig as text or as base64 of it; undefined for KUBECONFIG, else the default file. */
  kubeconfig: string | undefined
  environment: NodeJS.ProcessEnv
}

/** What to do about a kubeconfig that is none. */
export const kubeconfigHint =
  'set the input `kubeconfig` to the text of a kubeconfig file, or the variable KUBECONFIG to its path; ' +
  'a secret that the workflow cannot read, as in a pull request from a fork, is an empty text'

/** @throws Failure invalid-input */
export function loadKubeconfig({ kubeconfig, environment }: KubeconfigSource): KubeConfig {
  const kubeConfig = new KubeConfig()
  try {
    if (kubeconfig !== undefined) {
      kubeConfig.loadFromString(decode(kubeconfig))
      return kubeConfig
    }
    // A variable that is set to an empty text counts as none, as for kubectl.
    const variable = environment['KUBECONFIG'] || join(environment['HOME'] || homedir(), '.kube', 'config')
    const files = variable.split(delimiter).filter(Boolean)
    const present = files.filter((file) => existsSync(file))
    if (files.length === 0) throw new Error('KUBECONFIG names no file')
    if (present.length === 0) throw new Error(`${files.join(', ')} does not exist`)
    for (const [index, file] of present.entries()) merge(kubeConfig, file, index === 0)
    return kubeConfig
  } catch (error) {
    // The lines after the first show the text around an error of YAML, which may be a token.
    const [said] = messageOf(error).split('\n')
    throw new Failure('invalid-input', `the kubeconfig cannot be read: ${said}`, kubeconfigHint, [], error)
  }
}

// As kubectl does it: the first file to name a thing wins, the current context included. mergeConfig() of client-node
// lets the last one win and refuses a name that two files have.
function merge(into: KubeConfig, file: string, first: boolean): void {
  const one = new KubeConfig()
  one.loadFromFile(file)
  if (first || !into.getCurrentContext()) into.setCurrentContext(one.getCurrentContext())
  into.loadFromOptions({
    clusters: union(into.getClusters(), one.getClusters()),
    users: union(into.getUsers(), one.getUsers()),
    contexts: union(into.getContexts(), one.getContexts()),
    currentContext: into.getCurrentContext()
  })
}

function union<T extends { name: string }>(first: readonly T[], second: readonly T[]): T[] {
  return [...first, ...second.filter(({ name }) => !first.some((known) => known.name === name))]
}

/** The text of a kubeconfig that may come as base64, as secrets of workflows often do. */
function decode(kubeconfig: string): string {
  if (!/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(kubeconfig)) return kubeconfig
  return Buffer.from(kubeconfig, 'base64').toString('utf8')
}
