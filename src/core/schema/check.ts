import type { KubernetesObject } from '../kubernetes/object.ts'
import { sanitizeLine } from '../sanitize.ts'
import { fieldProblems, nearest } from './fields.ts'
import { type Schema, versionOf } from './schema.ts'

/** What the schema says of an object. */
interface Checked {
  /** The problems, one sentence each; empty if there are none, or if the kind is unknown. */
  problems: string[]
  /** Why the kind is unknown. */
  note?: string
}

/** More than anyone corrects at once. */
const maximumProblems = 20

/** Checks kind and fields of a rendered object against the Kubernetes schema, without a cluster. */
export function checkObject(object: KubernetesObject, schema: Schema): Checked {
  const kind = kindOf(object, schema)
  if (kind.known === 'not') return { problems: [], note: sanitizeLine(kind.note) }
  if (kind.known === 'wrong') return { problems: [sanitizeLine(kind.problem)] }
  const problems: string[] = []
  for (const problem of fieldProblems(object, kind.type, schema)) {
    if (problems.length === maximumProblems) return { problems: [...problems, 'and there is more'] }
    problems.push(sanitizeLine(problem))
  }
  return { problems }
}

/** What is known about the kind of an object: its type, why it cannot be checked, or why no cluster has it. */
type Kind = { known: 'type'; type: string } | { known: 'not'; note: string } | { known: 'wrong'; problem: string }

/** Only Kubernetes itself has groups without a dot, and the versions of its own kinds are the same in every cluster. */
function kindOf({ apiVersion, kind }: KubernetesObject, schema: Schema): Kind {
  const served = Object.hasOwn(schema.kinds, apiVersion) ? schema.kinds[apiVersion] : undefined
  if (served?.checked.includes(kind)) return { known: 'type', type: kind }
  const group = groupOf(apiVersion)
  const isOwn = served !== undefined || !group.includes('.')
  const [elsewhere] = Object.entries(schema.kinds).find(([, { checked }]) => checked.includes(kind)) ?? []
  const isMoved = elsewhere !== undefined && groupOf(elsewhere) === group
  if (served?.others.includes(kind) || (!isOwn && !isMoved)) {
    return { known: 'not', note: `its fields are not checked: there is no schema for ${kind} in ${apiVersion}` }
  }
  const problem = `Kubernetes ${versionOf(schema)} has no kind ${kind} in ${apiVersion}`
  const names = served === undefined ? [] : [...served.checked, ...served.others]
  const meant = elsewhere === undefined ? nearest(kind, names) : elsewhere
  return { known: 'wrong', problem: `${problem}${meant === undefined ? '' : `; ${meant} was probably meant`}` }
}

/** `apps/v1` → `apps`; an empty text for `v1`. */
function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
}
