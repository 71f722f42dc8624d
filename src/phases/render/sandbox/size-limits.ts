import { Failure } from '../../../core/failure.ts'
import { sanitizeLine } from '../../../core/sanitize.ts'

/** The input of kustomize. */
interface Amount {
  /** References in kustomizations. */
  references: number
  bytes: number
}

/** A directory with a kustomization, and those that it includes, with repetitions. */
interface Directory extends Amount {
  readonly includes: string[]
}

/** The limits for the input of kustomize: far more than a cache needs, and still rendered within seconds. */
const most: Amount = { references: 1_000, bytes: 5 * 1024 ** 2 }

/** Counts what kustomize reads, directory by directory. */
export class SizeLimits {
  readonly #directories = new Map<string, Directory>()
  readonly #read: Amount = { references: 0, bytes: 0 }

  /** @returns false for a directory that was counted before */
  add(directory: string): boolean {
    if (this.#directories.has(directory)) return false
    this.#directories.set(directory, { references: 0, bytes: 0, includes: [] })
    return true
  }

  include(directory: string, included: string): void {
    this.#directories.get(directory)?.includes.push(included)
  }

  /** @throws Failure render-failed as soon as a limit is exceeded */
  count(directory: string, amount: Partial<Amount>): void {
    for (const sum of [this.#directories.get(directory), this.#read]) {
      if (sum === undefined) continue
      sum.references += amount.references ?? 0
      sum.bytes += amount.bytes ?? 0
    }
    throwIfTooMuch(this.#read)
  }

  /**
   * Kustomize reads a directory as often as it is included: ten levels that each include the next one twice are a
   * thousand.
   * @throws Failure render-failed if a limit is exceeded, or if there is a cycle
   */
  judge(root: string, shown: (directory: string) => string): void {
    const known = new Map<string, Amount>()
    const total = (name: string, above: readonly string[]): Amount => {
      const path = [...above, name]
      if (above.includes(name)) throw circleFailure(path.slice(above.indexOf(name)).map(shown))
      const { includes = [], ...own } = this.#directories.get(name) ?? { references: 0, bytes: 0 }
      const sum = { ...own }
      for (const each of includes) {
        const below = known.get(each) ?? total(each, path)
        known.set(each, below)
        sum.references += below.references
        sum.bytes += below.bytes
      }
      return sum
    }
    throwIfTooMuch(total(root, []))
  }
}

function throwIfTooMuch({ references, bytes }: Amount): void {
  if (references <= most.references && bytes <= most.bytes) return
  throw new Failure(
    'render-failed',
    `the manifests name more than ${most.references} files and directories, or have more than ` +
      `${most.bytes / 1024 ** 2} MiB; what is included twice counts twice`,
    'render only the cache, and leave the rest to other steps'
  )
}

function circleFailure(directories: readonly string[]): Failure {
  const sentence = directories.map((directory) => JSON.stringify(directory)).join(' includes ')
  return new Failure(
    'render-failed',
    `the manifests include themselves: ${sanitizeLine(sentence)}`,
    'remove one of these directories from `resources` or `components`'
  )
}
