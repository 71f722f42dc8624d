import type { Json, JsonObject } from './json.ts'

/** Aliases, not interfaces: only an alias without an index signature counts as JSON. */
export type ManagedFieldsEntry = {
  manager: string
  operation: 'Apply' | 'Update'
  apiVersion: string
  time: string
  fieldsType: 'FieldsV1'
  fieldsV1: JsonObject
  subresource?: string
}

export interface ObjectMeta {
  name: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  deletionTimestamp?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  managedFields?: ManagedFieldsEntry[]
  [key: string]: Json | undefined
}

export interface KubernetesObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
  [key: string]: Json | undefined
}

/** A time in metav1.Time notation: whole seconds. */
export function timestamp(moment: Date = new Date()): string {
  return `${moment.toISOString().slice(0, 19)}Z`
}
