import { type KubernetesObject, textAt } from '../kubernetes-object.ts'
import { harmlessLine } from '../untrusted-text.ts'
import { awsCauses } from './aws-causes.ts'
import { brief, describeExternalSecret } from './cause.ts'
import { clusterCauses } from './cluster-causes.ts'
import { storeOf } from './external-secret.ts'

/** Why the operator cannot sync. */
export interface SyncProblem {
  /** To be read after a colon. */
  sentence: string
  hint: string
  /** How long it may last before it is believed: what heals by itself gets more time. */
  toleranceMilliseconds: number
}

/**
 * Puts the event UpdateFailed of an ExternalSecret into our words; its condition says the same in every case. The words
 * are those of the External Secrets Operator 0.20 to 2.9 with its provider for AWS, and of AWS itself.
 * @param words the message of the event, or of the condition where there is no event
 * @param storeWords what the newest event of its store complains of
 */
export function syncProblem(
  words: string,
  externalSecret: KubernetesObject,
  namespace: string,
  storeWords?: string
): SyncProblem {
  const line = harmlessLine(words.replace(/^\(combined from similar events\): /, '').replace(requestId, ''), 4_000)
  const [, key, reason = line] = /^error processing spec\.\S+(?: \(key: (.+?)\))?, err: (.+)$/.exec(line) ?? []
  const sync = {
    key: key ?? extractedKey(line, externalSecret),
    store: storeOf(externalSecret),
    namespace,
    storeWords: storeWords === undefined ? undefined : harmlessLine(storeWords),
    said: harmlessLine(reason)
  }
  for (const { pattern, tolerance = brief, tell } of [...clusterCauses, ...awsCauses]) {
    const match = pattern.exec(reason)
    if (match !== null) return { ...tell(sync, match.slice(1)), toleranceMilliseconds: tolerance }
  }
  const hint = `see what the operator says: ${describeExternalSecret(externalSecret, namespace)}`
  return { sentence: harmlessLine(line), hint, toleranceMilliseconds: brief }
}

/** It differs with every try, and tells only AWS something. */
const requestId = /, RequestID: [^\s,]*/g

/** The name of the secret in AWS where the words give only the place in the spec. */
function extractedKey(line: string, externalSecret: KubernetesObject): string | undefined {
  const [, index] = /spec\.dataFrom\[(\d+)\]/.exec(line) ?? []
  return textAt(externalSecret, 'spec', 'dataFrom', Number(index ?? 0), 'extract', 'key')
}
