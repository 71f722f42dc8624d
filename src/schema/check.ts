import type { KubernetesObject } from '../kubernetes-object.ts'
import { harmlessLine } from '../untrusted-text.ts'
import { fieldProblems } from './fields.ts'
import { kindOf } from './kind.ts'
import type { Schema } from './schema.ts'

/** What the schema says of an object. */
export interface Checked {
  /** What is wrong with it, a sentence each; empty if nothing is, or if nothing is known of its kind. */
  problems: string[]
  /** Why nothing is known of its kind. */
  note?: string
}

/** More than anybody corrects at once. */
const maximumProblems = 20

/** Checks kind and fields of a rendered object against what Kubernetes says of them, without a cluster. */
export function checkObject(object: KubernetesObject, schema: Schema): Checked {
  const kind = kindOf(object, schema)
  if (kind.known === 'not') return { problems: [], note: harmlessLine(kind.note) }
  if (kind.known === 'wrong') return { problems: [harmlessLine(kind.problem)] }
  const problems: string[] = []
  for (const problem of fieldProblems(object, kind.type, schema)) {
    if (problems.length === maximumProblems) return { problems: [...problems, 'and there is more'] }
    problems.push(harmlessLine(problem))
  }
  return { problems }
}
