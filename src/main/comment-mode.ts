import { type CommentMode, commentModes } from '../comment/ports.ts'
import { InputReader, type InputSource } from '../inputs.ts'

/** @throws Failure invalid-input */
export function readCommentMode(source: InputSource): CommentMode {
  const read = new InputReader(source)
  const mode = read.parsedOrElse('comment', commentModes.join(', '), 'auto', (text) =>
    commentModes.find((each) => each === text)
  )
  read.finish()
  return mode
}
