import type { ManifestDocument } from '../../core/manifest.ts'
import { type AcceptedObject, differs, type RefusedObject } from './apply-object.ts'
import type { ApplyDeps, ApplyInputs, ObjectStates } from './deps.ts'
import { isFoundation, waves } from './order.ts'
import { isPremature } from './premature.ts'
import type { Trial } from './trial.ts'

/** What a trial comes to: what the server has accepted, and what nothing can be done about before it is written. */
export interface Outlook {
  /** Everything that would be created, changed or kept, in write order. */
  accepted: AcceptedObject[]
  /** What a deployment would be refused for. */
  refused: RefusedObject[]
  /** Refused for something that this run writes first, so that they are tried again after that. */
  premature: RefusedObject[]
}

/** Sorts the results of a trial by what a deployment makes of them. */
export function outlookOf(
  trial: Trial,
  { namespace }: Pick<ApplyInputs, 'namespace'>,
  isUnknownKind: ApplyDeps['isUnknownKind']
): Outlook {
  const accepted = acceptedOf(trial)
  const early = accepted.filter(({ document }) => isFoundation(document.object.kind)).filter(differs)
  const isEarly = (refused: RefusedObject) => isPremature(refused, early, namespace, isUnknownKind)
  const { true: premature = [], false: refused = [] } = Object.groupBy(trial.refused, (each) => `${isEarly(each)}`)
  return { accepted, refused, premature }
}

/** Each object as it is and as it would be; what cannot be tried before something else is written counts as rendered. */
export function statesOf({ accepted, premature }: Outlook): ObjectStates[] {
  return [...accepted.map(statesOfAccepted), ...premature.map(statesAsRendered)]
}

/** Everything that would be created, changed or kept, in write order. */
function acceptedOf({ namespace, secret, documents }: Trial): AcceptedObject[] {
  const { foundations, resources, workloads } = waves([...documents.keys()])
  const acceptedIn = (wave: ManifestDocument[]) => wave.flatMap((document) => documents.get(document) ?? [])
  return [
    ...(namespace ? [namespace] : []),
    ...acceptedIn([...foundations, ...resources]),
    ...(secret ? [secret] : []),
    ...acceptedIn(workloads)
  ]
}

function statesOfAccepted({ document, before, applied }: AcceptedObject): ObjectStates {
  return { wanted: document.object, before, after: applied.object }
}

function statesAsRendered({ object, before }: RefusedObject): ObjectStates {
  return { wanted: object, before, after: object }
}
