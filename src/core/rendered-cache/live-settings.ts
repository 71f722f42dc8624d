import { at, type KubernetesObject, listAt, objectId, textAt } from '../kubernetes/object.ts'
import { mountedFiles } from './mounted-files.ts'
import { otherWorkloadObjects, podOf } from './workloads.ts'

/** A directive that something rendered sets by CONFIG SET while Redis runs. */
export interface LiveSetting {
  /** In small letters; undefined where it is a variable, so that it may be any. */
  readonly directive: string | undefined
  /** `the postStart hook of container redis` */
  readonly by: string
}

/**
 * What the manifests set in a running Redis: the containers of the pod with their hooks, probes and mounted scripts, and
 * the commands of other workloads. Whether and when they run is not known, nor is the value that is last.
 */
export function liveSettings(statefulSet: KubernetesObject, objects: readonly KubernetesObject[]): LiveSetting[] {
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
  const all = [...own, ...others].flatMap(({ text, by }) => directivesSet(text).map((directive) => ({ directive, by })))
  return [...new Map(all.map((each) => [JSON.stringify(each), each])).values()]
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

/**
 * The directives of each CONFIG SET in a script or a command line: by redis-cli, from its standard input, or as words of
 * a client library (`config_set("hz", 20)`). Since 7.0 one command sets several.
 */
function directivesSet(text: string): (string | undefined)[] {
  const lines = text.replaceAll('\\\n', ' ').split('\n')
  return lines
    .map((line) => line.replace(/(^|\s)#.*/, ''))
    .flatMap((line) => [...line.matchAll(/\bconfig[\s"',_(]*set\b["']?[\s,(]+([^;&|<>)]+)/gi)])
    .flatMap(([, pairs = '']) => {
      const words = [...pairs.matchAll(/"[^"]*"?|'[^']*'?|[^\s"',]+/g)].map(([word]) => word.replaceAll(/["']/g, ''))
      return words.filter((_, index) => index % 2 === 0).map(nameOf)
    })
    .filter((name) => name !== '')
}

/** Empty for what is no name of a directive. */
function nameOf(word: string): string | undefined {
  if (/[$`]/.test(word)) return undefined
  return /^[a-z][a-z0-9._-]*$/i.test(word) ? word.toLowerCase() : ''
}
