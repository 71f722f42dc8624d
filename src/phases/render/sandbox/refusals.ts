import { Failure } from '../../../core/failure.ts'
import { listed } from '../../../core/listing.ts'
import { sanitizeLine } from '../../../core/sanitize.ts'

/** How many problems the sentence names; the evidence has all of them. */
const named = 3

/** Collects the refused references, so that a user sees all of them at once. */
export class Refusals {
  readonly #sentences: string[] = []
  #remote = false

  /** @param sentence file, field, text, and the problem; untrusted */
  add(sentence: string): void {
    this.#sentences.push(sanitizeLine(sentence, 300))
  }

  /** The same for references that the input allow-remote-bases would permit. */
  addRemote(sentence: string): undefined {
    this.#remote = true
    this.add(sentence)
  }

  /** @throws Failure render-failed */
  finish(): void {
    const [first, ...others] = this.#sentences
    if (first === undefined) return
    const count = this.#sentences.length
    throw new Failure(
      'render-failed',
      others.length === 0
        ? first
        : `${count} places in the manifests are rejected: ${listed(this.#sentences, '; ', named)}`,
      this.#remote
        ? 'copy remote files into the repository, or set `allow-remote-bases: true` if you trust everyone who can change them'
        : 'correct it: manifests may reference files in the repository by relative paths',
      others.length === 0 ? [] : [{ title: 'What was rejected', text: this.#sentences.join('\n') }]
    )
  }
}
