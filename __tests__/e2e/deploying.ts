import { readFile } from 'node:fs/promises'
import { toFailure } from '../../src/clients/kubernetes/failure.ts'
import { Deadline } from '../../src/core/deadline.ts'
import type { RenderInputs } from '../../src/phases/render/deps.ts'
import { rollout } from '../../src/phases/rollout/rollout.ts'
import { accessTo, applying } from '../integration/applying.ts'
import { documentsFor } from '../integration/rendering.ts'
import type { TestNamespace } from '../support/cluster/namespace.ts'

/** Renders, applies and waits for redis-0, as the action does; what others wrote is overwritten. */
export async function deployInto(
  { name, kubeconfig }: TestNamespace,
  adjustments: RenderInputs['adjustments'] = {}
): Promise<void> {
  using access = await accessTo({ kubeconfig: await readFile(kubeconfig, 'utf8') }, 1, 120_000)
  const { cluster, clock, cancel } = access
  const documents = await documentsFor({ namespace: name, adjustments })
  const { failure } = await applying(access, documents, { namespace: name, forceConflicts: true })
  if (failure !== undefined) throw failure
  const log = () => undefined
  const deps = { cluster, toFailure, neededLabels: [], clock, date: () => new Date(), signal: cancel.signal, log }
  await rollout(name, new Deadline(clock, 120_000), deps)
}
