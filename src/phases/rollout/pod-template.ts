import { type Difference, differencesOf } from '../../core/drift/differences.ts'
import { type Path, pathText } from '../../core/kubernetes/field-path.ts'
import { type Entry, entriesOf, type Writer, writerAmong } from '../../core/kubernetes/managed-fields.ts'
import { at, type KubernetesObject, listAt, textAt } from '../../core/kubernetes/object.ts'
import { names } from '../../core/kubernetes/workload.ts'
import { listed } from '../../core/listing.ts'
import type { Problem } from '../../core/problem.ts'
import { shownValues } from '../../core/redact/shown-value.ts'
import { sanitizeLine } from '../../core/sanitize.ts'
import { deletePod } from './stalled.ts'

/** A field of the pod that is not what its template says. */
export interface PodDifference {
  /** `.spec.containers[name="redis"].image is "redis:6", template: "redis:7.2" (written by kubectl-set at …)` */
  line: string
  /**
   * Somebody wrote it after the pod was created. Otherwise admission completed the pod, as a service mesh does, it was
   * changed through a subresource that is there for it, such as `resize`, or it says where the pod may be scheduled.
   */
  isWritten: boolean
}

/** The differences between the spec of a pod and that of the template from which it was made. */
export function specDifferences(pod: KubernetesObject, template: unknown, claims: readonly string[]): PodDifference[] {
  const wanted = asWorkload(at(template, 'spec'), claims)
  const live = asWorkload(at(pod, 'spec'), claims)
  const found = differencesOf(wanted, live).map((difference) => differenceAt(pod, inPod(difference)))
  const ephemeral = listAt(pod, 'spec', 'ephemeralContainers').map((container) => ({
    line: `ephemeral container ${sanitizeLine(textAt(container, 'name') ?? '')} was added, as kubectl debug does`,
    isWritten: false
  }))
  return [...found, ...ephemeral]
}

/**
 * The same for the labels of the template.
 * @param needed those by which Services and policies select the pod: without one of them it does not serve as rendered,
 *   whoever removed it, which nobody records
 */
export function labelDifferences(pod: KubernetesObject, template: unknown, needed: readonly string[]): PodDifference[] {
  const wanted = Object.entries(Object(at(template, 'metadata', 'labels')))
  return wanted.flatMap(([name, value]) => {
    const live = pod.metadata.labels?.[name]
    if (live === value) return []
    const { line, isWritten } = differenceAt(pod, { path: ['metadata', 'labels', name], live, rendered: value })
    return [{ line, isWritten: isWritten || (live === undefined && needed.includes(name)) }]
  })
}

/** The problem of a pod to which somebody wrote after its creation; undefined if nobody did. */
export function podDrift(
  pod: KubernetesObject,
  statefulSet: KubernetesObject,
  needed: readonly string[],
  namespace: string
): Problem | undefined {
  const { template, claims } = templateOf(statefulSet)
  if (template === undefined) return undefined
  const [spec, labels] = [specDifferences(pod, template, claims), labelDifferences(pod, template, needed)].map((all) =>
    all.filter(({ isWritten }) => isWritten)
  ) as [PodDifference[], PodDifference[]]
  const written = [...spec, ...labels]
  if (written.length === 0) return undefined
  return {
    code: 'config-drift',
    sentence: `pod ${names.pod} is not what its template says: ${few(written)}`,
    hint:
      spec.length > 0
        ? `delete the pod, so that it is made again from its template: ${deletePod(namespace)}`
        : `write the labels of the template again: ${labelPod(namespace, template, pod)}`,
    toleranceMilliseconds: 0
  }
}

/** How admission and resizes changed a pod, in a sentence; undefined if they did not. */
export function podNote(
  pod: KubernetesObject,
  statefulSet: KubernetesObject,
  needed: readonly string[]
): string | undefined {
  const { template, claims } = templateOf(statefulSet)
  if (template === undefined) return undefined
  const told = [...specDifferences(pod, template, claims), ...labelDifferences(pod, template, needed)].filter(
    ({ isWritten }) => !isWritten
  )
  if (told.length === 0) return undefined
  return (
    `Pod ${names.pod} differs from its template by what the cluster changed, such as admission when it was created: ` +
    `${few(told)}.`
  )
}

function templateOf(statefulSet: KubernetesObject): { template: unknown; claims: string[] } {
  const claims = listAt(statefulSet, 'spec', 'volumeClaimTemplates').map((claim) => textAt(claim, 'metadata', 'name'))
  return { template: at(statefulSet, 'spec', 'template'), claims: claims.filter((name) => name !== undefined) }
}

function labelPod(namespace: string, template: unknown, pod: KubernetesObject): string {
  const wanted = Object.entries(Object(at(template, 'metadata', 'labels')))
  const wrong = wanted.filter(([name, value]) => pod.metadata.labels?.[name] !== value)
  const pairs = wrong.map(([name, value]) => sanitizeLine(`${name}=${String(value)}`))
  return `\`kubectl -n ${namespace} label pod ${names.pod} ${pairs.join(' ')} --overwrite\``
}

function few(differences: readonly PodDifference[]): string {
  return listed(
    differences.map(({ line }) => line),
    '; '
  )
}

/** Where a template stands in its workload, which is what the rules of comparison go by. */
const templateSpec: Path = ['spec', 'template', 'spec']

/**
 * The spec of a pod or of a template as a workload, without what the controller, the scheduler and the built-in admission
 * plugins write to every pod.
 */
function asWorkload(spec: unknown, claims: readonly string[]): KubernetesObject {
  const {
    nodeName: _node,
    hostname: _host,
    subdomain: _subdomain,
    schedulingGates: _gates,
    priorityClassName: _priority,
    imagePullSecrets: _secrets,
    ...own
  } = Object(spec)
  const content = {
    ...own,
    volumes: listAt(spec, 'volumes').filter((volume) => {
      const name = textAt(volume, 'name') ?? ''
      return !name.startsWith('kube-api-access-') && !claims.includes(name)
    }),
    tolerations: listAt(spec, 'tolerations').filter(
      (toleration) => !textAt(toleration, 'key')?.startsWith('node.kubernetes.io/')
    ),
    containers: listAt(spec, 'containers').map(withoutCompletions),
    initContainers: listAt(spec, 'initContainers').map(withoutCompletions)
  }
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: names.statefulSet },
    spec: { template: { spec: content } }
  }
}

function withoutCompletions(container: unknown): object {
  // AlwaysPullImages, an admission plugin, sets the policy.
  const { imagePullPolicy: _policy, ...own } = Object(container)
  const mounts = listAt(container, 'volumeMounts').filter(
    (mount) => textAt(mount, 'mountPath') !== '/var/run/secrets/kubernetes.io/serviceaccount'
  )
  return { ...own, volumeMounts: mounts }
}

function inPod({ path, ...values }: Difference): Difference {
  return { path: ['spec', ...path.slice(templateSpec.length)], ...values }
}

function differenceAt(pod: KubernetesObject, difference: Difference): PodDifference {
  const found = writerSinceCreation(pod, difference.path)
  const by = found === undefined ? '' : ` (written by ${sanitizeLine(found.manager)} at ${sanitizeLine(found.time)})`
  const isWritten = found !== undefined && !found.isSubresource && !isPlacement(difference.path)
  return { line: `${words(difference)}${by}`, isWritten }
}

/**
 * Whether a field decides on which node the pod may run. The API server lets nobody change it once the scheduling gates
 * are off (ValidatePodUpdate), apart from further tolerations: whoever queues pods, such as Kueue, wrote it before.
 */
function isPlacement(path: Path): boolean {
  return path[0] === 'spec' && ['nodeSelector', 'affinity', 'tolerations'].includes(String(path[1]))
}

function words({ path, live, rendered }: Difference): string {
  const field = sanitizeLine(pathText(path))
  // A whole item is named, not shown.
  const isWhole = [live, rendered].some((value) => typeof value === 'object')
  const shown = isWhole ? undefined : shownValues('Pod', pathText(path), [live, rendered])
  if (rendered === undefined) return `${field} is ${shown?.[0] ?? 'present'} but is not in the template`
  if (live === undefined) return `${field} is missing${shown === undefined ? '' : `, template: ${shown[1]}`}`
  return shown === undefined
    ? `${field} differs from the template (not shown)`
    : `${field} is ${shown[0]}, template: ${shown[1]}`
}

/** Who wrote a field beside the controller that created the pod; admission and defaults leave no trace. */
function writerSinceCreation(pod: KubernetesObject, path: Path): (Writer & { isSubresource: boolean }) | undefined {
  const others = entriesOf(pod).filter((entry) => entry['subresource'] !== 'status' && !isCreator(entry))
  const direct = writerAmong(
    others.filter((entry) => !entry['subresource']),
    path
  )
  if (direct !== undefined) return { ...direct, isSubresource: false }
  const other = writerAmong(others, path)
  return other && { ...other, isSubresource: true }
}

/** Its name differs between distributions, and it may write again later, but only it makes the pod its own. */
function isCreator(entry: Entry): boolean {
  return at(entry, 'fieldsV1', 'f:metadata', 'f:ownerReferences') !== undefined
}
