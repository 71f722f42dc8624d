import { readFile } from 'node:fs/promises'
import { toFailure } from '../../src/clients/kubernetes/failure.ts'
import type { ManifestDocument } from '../../src/core/manifest.ts'
import { compareObjects } from '../../src/phases/drift/drift.ts'
import { accessTo } from '../integration/applying.ts'
import { ended } from '../integration/outcome.ts'

/** What is not as rendered in a namespace of the test cluster, a line for each field. */
export async function comparing(documents: readonly ManifestDocument[], namespace: string): Promise<string[]> {
  using access = await accessTo({ kubeconfig: await readFile(process.env['KUBECONFIG'] ?? '', 'utf8') }, 1)
  const lines: string[] = []
  const log = (line: string) => void (line.startsWith('✗') && lines.push(line.slice(2)))
  const deps = { cluster: access.cluster, toFailure, checked: () => undefined, note: () => undefined, log }
  const { failure } = await ended(compareObjects(documents, { namespace }, deps))
  // Whatever else went wrong.
  if (failure !== undefined && failure.code !== 'config-drift') throw failure
  return lines
}
