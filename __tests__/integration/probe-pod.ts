import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, constants, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { at, type KubernetesObject, listAt, textAt } from '../../src/core/kubernetes/object.ts'
import type { PodEnd } from '../support/kubernetes-api/cluster/pod-behaviour.ts'
import type { KubernetesApi } from '../support/kubernetes-api/server.ts'

export interface Machine {
  /** The shell that stands for /bin/sh of the image. */
  shell?: readonly string[]
  /** PATH of the image. */
  path?: string
  /** Variables that are other than the pod says them, by the name of the pod: another limit, another route. */
  env?: (pod: string) => Record<string, string>
}

/** Runs what the container of a probe pod runs, as a process of this machine, with its variables and its volumes. */
export async function runContainer(api: KubernetesApi, pod: KubernetesObject, machine: Machine = {}): Promise<PodEnd> {
  const { shell = ['/bin/sh'], path = process.env['PATH'] ?? '', env = () => ({}) } = machine
  const directory = await mkdtemp(join(tmpdir(), 'probe-pod-'))
  try {
    const [work, authorities] = [join(directory, 'probe'), join(directory, 'authorities')]
    await Promise.all([work, authorities].map((each) => mkdir(each)))
    const [container] = listAt(pod, 'spec', 'containers')
    await writeFile(join(authorities, 'pem'), pod.metadata.annotations?.['redis-cache-action/authorities'] ?? '')
    const mounted = (text: string) => text.replaceAll('/run/probe', work).replaceAll('/run/authorities', authorities)
    const variables = Object.entries(variablesOf(api, pod, container)).map(([name, value]) => [name, mounted(value)])
    const [program = '', ...options] = shell
    const child = spawn(program, [...options, '-c', mounted(textAt(container, 'command', 2) ?? '')], {
      env: { PATH: path, ...Object.fromEntries(variables), ...env(pod.metadata.name) },
      stdio: ['ignore', 'pipe', 'inherit']
    })
    const closed = once(child, 'close')
    let log = ''
    for await (const chunk of child.stdout) log += String(chunk)
    await closed
    return { exitCode: child.exitCode ?? 1, log }
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** The variables of a container, those of the Secret included. */
function variablesOf(api: KubernetesApi, pod: KubernetesObject, container: unknown): Record<string, string> {
  return Object.fromEntries(
    listAt(container, 'env').map((variable) => {
      const { name, key } = (at(variable, 'valueFrom', 'secretKeyRef') ?? {}) as { name?: string; key?: string }
      const secret = name === undefined ? undefined : api.read('Secret', pod.metadata.namespace, name)
      const value = Buffer.from(textAt(secret, 'data', key ?? '') ?? '', 'base64').toString()
      return [textAt(variable, 'name') ?? '', name === undefined ? (textAt(variable, 'value') ?? '') : value]
    })
  )
}

/** A program of this machine, by its name. */
export async function findProgram(name: string): Promise<[name: string, path: string | undefined]> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name)
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false
    )
    if (folder !== '' && isThere) return [name, path]
  }
  return [name, undefined]
}
