import { foreignMetadataNote } from '../../core/drift/foreign-metadata.ts'
import { type Compared, comparedWith, driftLines, isDrifted, namedLinesOf } from '../../core/drift/format-difference.ts'
import { Failure } from '../../core/failure.ts'
import { type KubernetesObject, objectId } from '../../core/kubernetes/object.ts'
import { listed, mostInSentence } from '../../core/listing.ts'
import type { ManifestDocument } from '../../core/manifest.ts'
import type { DriftDeps } from './deps.ts'
import { driftHint } from './hints.ts'

/** The failure that something is not as rendered. */
export class Drift extends Failure {
  /** Missing objects: `StatefulSet/redis`. */
  readonly missing: readonly string[]
  /** Those, and objects that differ. */
  readonly differing: readonly string[]

  constructor(drifted: readonly Compared[], namespace: string) {
    const lines = drifted.flatMap(namedLinesOf)
    const evidence =
      lines.length > mostInSentence
        ? [{ title: 'Differences from the rendered manifests', text: lines.join('\n') }]
        : []
    super('config-drift', listed(lines, '. '), driftHint(drifted, namespace), evidence)
    this.missing = drifted.filter(({ missing }) => missing).map(({ id }) => id)
    this.differing = drifted.map(({ id }) => id)
  }
}

/**
 * Compares the cluster with the rendered objects, using only reads.
 * @returns what was compared, in one sentence
 * @throws Drift, which names every field that is not as rendered, and every object that is missing
 */
export async function compareObjects(
  documents: readonly ManifestDocument[],
  { namespace }: { namespace: string },
  deps: DriftDeps
): Promise<string> {
  const reading = await Promise.allSettled(documents.map(({ object }) => compare(object, namespace, deps)))
  const compared = reading.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  for (const each of compared) report(each, deps)
  for (const outcome of reading) if (outcome.status === 'rejected') throw outcome.reason
  const drifted = compared.filter(isDrifted)
  if (drifted.length === 0)
    return `${compared.length} ${compared.length === 1 ? 'object is' : 'objects are'} as rendered`
  if (compared.every(({ missing }) => missing)) await requireNamespace(namespace, deps)
  throw new Drift(drifted, namespace)
}

async function compare(rendered: KubernetesObject, namespace: string, deps: DriftDeps): Promise<Compared> {
  try {
    const live = await deps.cluster.read(rendered, namespace)
    const note = live && foreignMetadataNote(rendered, live)
    if (note !== undefined) deps.note(note)
    return comparedWith(rendered, live)
  } catch (error) {
    throw deps.toFailure(error, { verb: 'read', object: objectId(rendered), namespace })
  }
}

function report(compared: Compared, { checked, log }: DriftDeps): void {
  const lines = driftLines(compared)
  for (const line of namedLinesOf(compared)) log(`✗ ${line}`)
  if (lines.length === 0) log(`✓ ${compared.id} as rendered`)
  const detail = lines.length === 0 ? 'every rendered field' : listed(lines, '; ')
  checked({ name: `${compared.id} as rendered`, passed: lines.length === 0, detail })
}

/**
 * If no object exists, the namespace may be missing as well; without permission to read it, only objects are reported.
 */
async function requireNamespace(namespace: string, { cluster }: DriftDeps): Promise<void> {
  const wanted: KubernetesObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }
  const found = await cluster.read(wanted, namespace).catch(() => wanted)
  if (found !== undefined) return
  throw new Failure(
    'namespace-missing',
    `namespace ${namespace} does not exist`,
    'correct the inputs `namespace` and `context`, or deploy first'
  )
}
