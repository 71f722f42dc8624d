import { type KubernetesObject, textAt } from '../kubernetes-object.ts'
import { durationNanos } from '../units.ts'
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
  if (policy === 'Periodic' && (durationNanos(interval) ?? 1) <= 0) {
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
  const nanos = durationNanos(textAt(externalSecret, 'spec', 'refreshInterval') ?? '')
  return always && nanos !== undefined && nanos > 0 ? Number(nanos) / 1e6 : undefined
}

function hasWindows({ spec }: KubernetesObject): boolean {
  return typeof spec === 'object' && spec !== null && 'syncWindows' in spec
}
