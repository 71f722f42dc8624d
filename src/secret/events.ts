import { byTime, countOf, eventsOf } from '../events.ts'
import { at, type KubernetesObject, textAt } from '../kubernetes-object.ts'
import { storeOf } from './external-secret.ts'

/** The failed syncs of an ExternalSecret. Only their words tell what went wrong. */
export function failuresOf(externalSecret: KubernetesObject, events: readonly KubernetesObject[]): KubernetesObject[] {
  return eventsOf(externalSecret, events).filter((event) => textAt(event, 'reason') === 'UpdateFailed')
}

/** Those that are new, or were reported again: the same words are counted in one event. */
export function newFailures(
  failures: readonly KubernetesObject[],
  before: readonly KubernetesObject[]
): KubernetesObject[] {
  const known = new Map(before.map((event) => [event.metadata.uid, countOf(event)]))
  return failures.filter((event) => countOf(event) > (known.get(event.metadata.uid) ?? 0))
}

/** What the store of an ExternalSecret complained of last. The events of a ClusterSecretStore are in another namespace. */
export function storeWords(externalSecret: KubernetesObject, events: readonly KubernetesObject[]): string | undefined {
  const { kind, name } = storeOf(externalSecret)
  const isOfStore = (event: KubernetesObject) =>
    at(event, 'involvedObject', 'kind') === kind && at(event, 'involvedObject', 'name') === name
  const warnings = events.filter((event) => textAt(event, 'type') === 'Warning' && isOfStore(event)).sort(byTime)
  return textAt(warnings.at(-1), 'message')
}
