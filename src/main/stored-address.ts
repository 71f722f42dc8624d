import { addressNote } from '../apply/address.ts'
import type { Credentials } from '../credentials.ts'
import type { RenderedCache } from '../rendered-cache/rendered-cache.ts'
import { noteInto } from './findings.ts'
import type { Program } from './program.ts'
import type { Target } from './target.ts'

/** Says, and keeps for the report, where applications are sent, if that may be another Redis than the one of the run. */
export function tellStoredAddress(
  credentials: Credentials,
  { services }: RenderedCache,
  { namespace }: Target,
  { result, log }: Program
): void {
  const note = addressNote(credentials, namespace, services)
  if (note !== undefined) noteInto(result, log)(note)
}
