import { at, type KubernetesObject, listAt, objectId, textAt } from '../kubernetes/object.ts'
import { mountedFiles } from './mounted-files.ts'
import { otherWorkloadObjects, podOf } from './workloads.ts'

/** Something rendered that may run commands in Redis. */
export interface RenderedScript {
  /** A command line, or a mounted file that it may run. */
  readonly text: string
  /** `the postStart hook of container redis` */
  readonly by: string
}

/**
 * What the manifests may run: the containers of the pod with their hooks, probes and mounted scripts, and the commands of
 * other workloads. Whether and when they run is not known.
 */
export function renderedScripts(statefulSet: KubernetesObject, objects: readonly KubernetesObject[]): RenderedScript[] {
  const configMaps = objects.filter(({ kind }) => kind === 'ConfigMap')
  const pod = at(statefulSet, 'spec', 'template', 'spec')
  const own = containersIn(pod).flatMap(({ container, id }) => [
    ...startTexts(pod, container, configMaps).map((text) => ({ text, by: id })),
    ...ownActions.map(({ path, name }) => ({ text: joined(at(container, ...path)), by: `the ${name} of ${id}` }))
  ])
  // Their hooks and probes ask their own pods.
  const others = otherWorkloadObjects(objects).flatMap((object) => {
    const spec = at(podOf(object), 'spec')
    return containersIn(spec).flatMap(({ container }) =>
      startTexts(spec, container, configMaps).map((text) => ({ text, by: objectId(object) }))
    )
  })
  return [...own, ...others]
}

/** The lines of a script that are no comment, each with what continues it. */
export function scriptLines(text: string): string[] {
  return text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*/, ''))
}

/** What the kubelet runs in a running container. */
const ownActions = [
  { path: ['lifecycle', 'postStart', 'exec', 'command'], name: 'postStart hook' },
  { path: ['startupProbe', 'exec', 'command'], name: 'startup probe' },
  { path: ['readinessProbe', 'exec', 'command'], name: 'readiness probe' },
  { path: ['livenessProbe', 'exec', 'command'], name: 'liveness probe' }
]

function containersIn(pod: unknown): { container: unknown; id: string }[] {
  const named = (field: string, kind: string) =>
    listAt(pod, field).map((container) => ({ container, id: `${kind} ${textAt(container, 'name') ?? ''}` }))
  return [...named('containers', 'container'), ...named('initContainers', 'init container')]
}

/** Its command line, and the files of ConfigMaps that it may run. */
function startTexts(pod: unknown, container: unknown, configMaps: readonly KubernetesObject[]): string[] {
  const line = joined([...listAt(container, 'command'), ...listAt(container, 'args')])
  return [line, ...[...mountedFiles(pod, container, configMaps).files.values()].map(({ text }) => text)]
}

function joined(words: unknown): string {
  return listAt(words).map(String).join(' ')
}
