import { type KubernetesObject, textAt } from '../kubernetes-object.ts'
import { names } from '../workload.ts'

/** A line of the ExternalSecret that keeps the Secret from being what AWS holds. */
export interface Obstacle {
  line: string
  /** What it does, to be read after the line. */
  effect: string
  hint: string
}

/** With this the operator reports every sync as done, and writes no Secret. */
export function writesNothing(externalSecret: KubernetesObject): Obstacle | undefined {
  if (textAt(externalSecret, 'spec', 'target', 'creationPolicy') !== 'None') return undefined
  return {
    line: 'creationPolicy: None',
    effect: `makes the operator write no Secret, so that what it reports says nothing about Secret/${names.credentials}`,
    hint: 'set `creationPolicy: Owner` under spec.target of the ExternalSecret, or remove the line'
  }
}

/**
 * What keeps the Secret as the first sync made it, whatever AWS holds since (shouldRefresh and updateSecret in
 * externalsecret_controller.go). OnChange is none of that: an annotation is a change, too.
 */
export function syncsOnce(externalSecret: KubernetesObject, namespace: string): Obstacle | undefined {
  const spec = (...path: string[]) => textAt(externalSecret, 'spec', ...path)
  const policy = spec('refreshPolicy') ?? 'Periodic'
  if (policy === 'CreatedOnce') {
    return {
      line: 'refreshPolicy: CreatedOnce',
      effect: 'forbids every sync after the first',
      hint: 'set `refreshPolicy: Periodic` in the spec of the ExternalSecret, or remove the line'
    }
  }
  const interval = spec('refreshInterval') ?? ''
  if (policy === 'Periodic' && (parseInterval(interval) ?? 1) <= 0) {
    return {
      line: `refreshInterval: ${interval}`,
      effect: 'forbids every sync after the first',
      hint: 'set `refreshInterval: 1h0m0s` in the spec of the ExternalSecret'
    }
  }
  if (spec('target', 'immutable') === 'true') {
    return {
      line: 'immutable: true',
      effect: 'keeps the Secret as it was made first, while every later sync is reported as done',
      hint:
        'remove `immutable: true` under spec.target of the ExternalSecret, and delete the Secret once, which cannot be ' +
        `changed: \`kubectl -n ${namespace} delete secret ${names.credentials}\``
    }
  }
  return undefined
}

/** How often the operator syncs by itself, in milliseconds; undefined if it does not, or not always. */
export function syncInterval(externalSecret: KubernetesObject): number | undefined {
  const policy = textAt(externalSecret, 'spec', 'refreshPolicy') ?? 'Periodic'
  // Outside of its windows a sync may be as late as they are apart.
  const always = policy === 'Periodic' && !hasWindows(externalSecret)
  const milliseconds = parseInterval(textAt(externalSecret, 'spec', 'refreshInterval') ?? '')
  return always && milliseconds !== undefined && milliseconds > 0 ? milliseconds : undefined
}

function hasWindows({ spec }: KubernetesObject): boolean {
  return typeof spec === 'object' && spec !== null && 'syncWindows' in spec
}

const unitMilliseconds: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000
}

/**
 * Milliseconds of a duration as Go writes and reads it: `1h0m0s`, `1.5h`, `-1s`, `0`; undefined if it is none. The
 * durations of inputs are simpler, and never 0.
 */
export function parseInterval(text: string): number | undefined {
  const [, sign, parts] = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+|0)$/.exec(text) ?? []
  if (parts === undefined) return undefined
  const total = [...parts.matchAll(/([\d.]+)([a-zµμ]+)/g)].reduce(
    (sum, [, number, unit]) => sum + Number(number) * (unitMilliseconds[unit ?? ''] ?? 0),
    0
  )
  return sign === '-' ? -total : total
}
