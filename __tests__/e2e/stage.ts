import { readFile } from 'node:fs/promises'
import { parse, stringify } from 'yaml'
import { toFailure } from '../../src/clients/kubernetes/failure.ts'
import { Deadline } from '../../src/core/deadline.ts'
import { type ManifestDocument, parseManifest } from '../../src/core/manifest.ts'
import { rollout } from '../../src/phases/rollout/rollout.ts'
import { accessTo, applying } from '../integration/applying.ts'
import { type Ended, ended } from '../integration/outcome.ts'
import { documentsFor } from '../integration/rendering.ts'
import { type TestNamespace, testNamespace } from '../support/cluster/namespace.ts'

/** A StatefulSet as its manifest says it, as far as tests change it. */
export interface Workload {
  spec: {
    updateStrategy?: object
    template: { spec: PodSpec }
    volumeClaimTemplates?: { spec: { storageClassName?: string; [key: string]: unknown } }[]
  }
}

interface PodSpec {
  containers: [Container, Container]
  initContainers?: object[]
  volumes: { name: string; configMap?: object; [key: string]: unknown }[]
  nodeSelector?: Record<string, string>
}

interface Container {
  image: string
  command?: string[]
  env?: object[]
  resources: { requests: Record<string, string>; limits: Record<string, string> }
  securityContext: object
  volumeMounts: { name: string; mountPath: string; readOnly?: boolean; subPath?: string }[]
  startupProbe?: object
  readinessProbe?: object
  livenessProbe?: object
}

export type Edit = (workload: Workload, redis: Container, pod: PodSpec) => void

export type Run = Ended<string> & { log: string[]; seconds: number }

/** A namespace of its own in which manifests of the action are applied and followed with the rights of the deployer. */
export interface Stage extends AsyncDisposable {
  readonly namespace: TestNamespace
  readonly access: Awaited<ReturnType<typeof accessTo>>
  /** The documents of the action with a change. */
  documents(edit?: Edit, data?: Record<string, string>): Promise<ManifestDocument[]>
  apply(edit?: Edit, data?: Record<string, string>): Promise<void>
  rollout(timeoutSeconds?: number, onLog?: (line: string) => void): Promise<Run>
}

export async function stage(): Promise<Stage> {
  const namespace = await testNamespace()
  const access = await accessTo({ kubeconfig: await readFile(namespace.kubeconfig, 'utf8') }, 1)
  const documents: Stage['documents'] = async (edit, data) => {
    const rendered = await documentsFor({ namespace: namespace.name })
    return parseManifest(rendered.map(({ source }) => changed(source, edit, data)).join('---\n'))
  }
  return {
    namespace,
    access,
    documents,
    async apply(edit, data) {
      const { failure } = await applying(access, await documents(edit, data), { namespace: namespace.name })
      if (failure !== undefined) throw failure
    },
    async rollout(timeoutSeconds = 90, onLog = () => undefined) {
      const { cluster, clock, cancel } = access
      const log: string[] = []
      const deadline = new Deadline(clock, timeoutSeconds * 1000)
      const outcome = await ended(
        rollout(namespace.name, deadline, {
          cluster,
          toFailure,
          neededLabels: [],
          clock,
          date: () => new Date(),
          signal: cancel.signal,
          log(line) {
            log.push(line)
            onLog(line)
          }
        }).then(({ revision }) => revision)
      )
      return { ...outcome, log, seconds: deadline.elapsed / 1000 }
    },
    async [Symbol.asyncDispose]() {
      access[Symbol.dispose]()
      await namespace[Symbol.asyncDispose]()
    }
  }
}

function changed(source: string, edit: Edit | undefined, data: Record<string, string> | undefined): string {
  const object: unknown = parse(source)
  if (isWorkload(object)) {
    const pod = object.spec.template.spec
    // Many states share one small node.
    for (const { resources } of pod.containers) resources.requests['cpu'] = '10m'
    edit?.(object, pod.containers[0], pod)
  } else if (isConfigMap(object)) {
    Object.assign(object.data, data)
  }
  return stringify(object)
}

function isWorkload(object: unknown): object is Workload {
  return typeof object === 'object' && object !== null && 'kind' in object && object.kind === 'StatefulSet'
}

function isConfigMap(object: unknown): object is { data: Record<string, string> } {
  return typeof object === 'object' && object !== null && 'kind' in object && object.kind === 'ConfigMap'
}
