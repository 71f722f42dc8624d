import { branchName } from '../base/ref.ts'
import { InputReader, type InputSource } from '../inputs.ts'

/** Whether the manifests are compared with those of a branch, and its name, if there is one. */
export interface BaseInputs {
  isWanted: boolean
  branch: string | undefined
}

/**
 * @param ofPullRequest the branch that a pull request is to be merged into, an empty text outside of one
 * @throws Failure invalid-input
 */
export function readBaseInputs(source: InputSource, ofPullRequest: string): BaseInputs {
  const read = new InputReader(source)
  const given = read.parsed('base-ref', 'the name of a branch, such as main', branchName)
  read.finish()
  return { isWanted: source('dry-run') === 'client', branch: given ?? branchName(ofPullRequest) }
}
