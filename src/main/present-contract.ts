import { credentialsObject } from '../credentials.ts'
import type { Failure } from '../failure.ts'
import { toPlannerFailure } from '../kubernetes/failure.ts'
import { objectId } from '../kubernetes-object.ts'
import type { RenderedCache } from '../rendered-cache/rendered-cache.ts'
import { contractChecks, contractFailure, contractProblems } from '../secret/contract.ts'
import { remoteSecret } from '../secret/external-secret.ts'
import { masksOf } from '../secret/masks.ts'
import { checkedInto, noteInto } from './findings.ts'
import type { Program } from './program.ts'
import type { Target } from './target.ts'

/** What is wrong with the Secret that a managed cache has now; nothing is synced for a plan. */
export async function presentContract(
  { externalSecret }: RenderedCache,
  { namespace, cluster }: Target,
  { result, redaction, log }: Program
): Promise<Failure | undefined> {
  const note = noteInto(result, log)
  try {
    const secret = await cluster.read(credentialsObject, namespace)
    if (secret === undefined) {
      note(`${objectId(credentialsObject)} is not there yet: its fields can only be judged once it is synced.`)
      return undefined
    }
    for (const mask of masksOf(secret)) redaction.add(mask)
    contractChecks(secret).forEach(checkedInto(result))
    const problems = contractProblems(secret)
    const external = externalSecret?.object
    return problems.length === 0 ? undefined : contractFailure(problems, namespace, external && remoteSecret(external))
  } catch (error) {
    const failure = toPlannerFailure(error, { verb: 'read', object: objectId(credentialsObject), namespace })
    if (failure.code !== 'forbidden') throw failure
    note(`The fields of ${objectId(credentialsObject)} were not checked: ${failure.hint}`)
    return undefined
  }
}
