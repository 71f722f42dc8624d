import { at, type KubernetesObject, listAt, textAt } from '../../../core/kubernetes/object.ts'
import { names } from '../../../core/kubernetes/workload.ts'
import { formatBytes, quantityNanos } from '../../../core/units.ts'

/** What a quota that refuses a second pod says of the new one alone. */
export type QuotaVerdict =
  /** There is room for it once the old pod is gone. */
  | { kind: 'fits'; sentence: string }
  /** There is none even then. */
  | { kind: 'exceeded'; sentence: string }
  /** The message or the old pod does not tell. */
  | { kind: 'unknown' }

/** The numbers of the admission plugin: `requested: pods=1,requests.memory=512Mi`. */
const refusal =
  /exceeded quota: (?<quota>\S+), requested: (?<requested>.+), used: (?<used>.+), limited: (?<limited>.+)$/

/**
 * Whether a quota has room for the new pod in the place of the old one.
 * @param message of the API server that refuses the new pod beside the old one
 * @param old the pod that goes
 */
export function quotaVerdict(message: string, old: KubernetesObject): QuotaVerdict {
  // Nothing gets smaller by that: a container without a value that the quota asks for.
  if (message.includes('failed quota')) return { kind: 'exceeded', sentence: 'the quota asks for what the pod lacks' }
  const { quota, requested = '', used = '', limited = '' } = refusal.exec(message.trim())?.groups ?? {}
  if (quota === undefined) return { kind: 'unknown' }
  const [all, before, limits] = [requested, used, limited].map(amounts) as [Amounts, Amounts, Amounts]
  const lines: string[] = []
  for (const [resource, asked] of all) {
    const [now, limit] = [before.get(resource), limits.get(resource)]
    const freed = usageOf(old, resource)
    if (now === undefined || limit === undefined || freed === undefined) return { kind: 'unknown' }
    if (now.nanos - freed + asked.nanos <= limit.nanos) continue
    const ofOld = amountText(freed, resource)
    lines.push(
      `${resource}: ${asked.text} requested, ${now.text} used (${ofOld} by ${names.pod}), ${limit.text} allowed`
    )
  }
  if (all.size === 0) return { kind: 'unknown' }
  return lines.length === 0
    ? { kind: 'fits', sentence: `quota ${quota} has no room for a second pod beside ${names.pod}` }
    : {
        kind: 'exceeded',
        sentence: `quota ${quota} has no room for the new pod even when ${names.pod} is gone: ${lines.join('; ')}`
      }
}

interface Amount {
  text: string
  nanos: bigint
}

type Amounts = ReadonlyMap<string, Amount>

/** `pods=1,requests.memory=512Mi`; what is no quantity is left out. */
function amounts(list: string): Amounts {
  const found = new Map<string, Amount>()
  for (const part of list.split(',')) {
    const [, resource = '', text = ''] = /^\s*(.+)=(\S+)\s*$/.exec(part) ?? []
    const nanos = quantityNanos(text)
    if (nanos !== undefined) found.set(resource, { text, nanos })
  }
  return found
}

function amountText(nanos: bigint, resource: string): string {
  if (/memory|storage/.test(resource)) return formatBytes(Number(nanos / 10n ** 9n))
  return /cpu/.test(resource) ? `${nanos / 10n ** 6n}m` : String(nanos / 10n ** 9n)
}

/** What a pod takes of a quota, in billionths; undefined for a resource that is not of pods. */
function usageOf(pod: KubernetesObject, resource: string): bigint | undefined {
  if (resource === 'pods' || resource === 'count/pods') return 10n ** 9n
  const [, section, name] = /^(requests|limits)\.(.+)$/.exec(resource) ?? []
  if (section !== undefined && name !== undefined) return effective(pod, section, name)
  return ['cpu', 'memory', 'ephemeral-storage'].includes(resource) ? effective(pod, 'requests', resource) : undefined
}

/**
 * What counts of a pod, in billionths: the sum of its containers, or the largest need before they start, and its
 * overhead (PodRequests in helpers.go of k8s.io/component-helpers).
 */
function effective(pod: KubernetesObject, section: string, name: string): bigint | undefined {
  const amountIn = (holder: unknown) => quantityNanos(textAt(holder, 'resources', section, name) ?? '0')
  const ofPod = textAt(pod, 'spec', 'resources', section, name)
  const overhead = quantityNanos(textAt(pod, 'spec', 'overhead', name) ?? '0')
  if (overhead === undefined) return undefined
  if (ofPod !== undefined) return sum(quantityNanos(ofPod), overhead)
  let beside: bigint | undefined = 0n
  let before: bigint | undefined = 0n
  for (const init of listAt(pod, 'spec', 'initContainers')) {
    const need = sum(beside, amountIn(init))
    if (need === undefined || before === undefined) return undefined
    if (need > before) before = need
    // A sidecar keeps what it has.
    if (at(init, 'restartPolicy') === 'Always') beside = need
  }
  let running: bigint | undefined = beside
  for (const container of listAt(pod, 'spec', 'containers')) running = sum(running, amountIn(container))
  if (running === undefined || before === undefined) return undefined
  return (running > before ? running : before) + overhead
}

function sum(one: bigint | undefined, other: bigint | undefined): bigint | undefined {
  return one === undefined || other === undefined ? undefined : one + other
}
