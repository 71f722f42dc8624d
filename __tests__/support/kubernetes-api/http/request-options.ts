import type { WriteOptions } from '../operations.ts'
import { invalid } from '../status.ts'

type OptionsKind = 'CreateOptions' | 'DeleteOptions' | 'PatchOptions'

/** The query parameters of a write, validated like the API server does. */
export function writeOptions(kind: OptionsKind, query: URLSearchParams, userAgent: string): WriteOptions {
  const refuse = (reason: string, message: string, field: string): never => {
    throw invalid(kind, 'meta.k8s.io', '', [{ reason, message, field }])
  }
  const dryRun = query.get('dryRun') ?? ''
  if (dryRun !== '' && dryRun !== 'All') {
    refuse('FieldValueNotSupported', `Unsupported value: ["${dryRun}"]: supported values: "All"`, 'dryRun')
  }
  const validation = query.get('fieldValidation') ?? ''
  if (!['', 'Ignore', 'Strict', 'Warn'].includes(validation)) {
    const supported = 'supported values: "", "Ignore", "Strict", "Warn"'
    refuse('FieldValueNotSupported', `Unsupported value: "${validation}": ${supported}`, 'fieldValidation')
  }
  return {
    manager: query.get('fieldManager') ?? managerOf(userAgent),
    force: query.get('force') === 'true',
    dryRun: dryRun === 'All'
  }
}

/** An apply must name its manager; it is not derived from the user agent. */
export function requireFieldManager(query: URLSearchParams): void {
  if ((query.get('fieldManager') ?? '') !== '') return
  const message = 'Required value: is required for apply patch'
  throw invalid('PatchOptions', 'meta.k8s.io', '', [{ reason: 'FieldValueRequired', message, field: 'fieldManager' }])
}

function managerOf(userAgent: string): string {
  return userAgent.split('/')[0] || 'unknown'
}
