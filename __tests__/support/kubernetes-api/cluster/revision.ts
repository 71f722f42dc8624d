import { createHash } from 'node:crypto'
import { isObject, type Json, type JsonObject, objectAt } from '../json.ts'
import type { KubernetesObject } from '../object.ts'

/** The letters and digits that Kubernetes uses in safe names: no vowels, so no words. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'

/** The name of a template's ControllerRevision: the same for equal templates, whatever was stored in between. */
export function revisionName(set: KubernetesObject): string {
  const template: JsonObject = objectAt(set, 'spec', 'template')
  const hash = createHash('sha256').update(canonical(template)).digest().readUInt32BE()
  const digits = [...String(hash)].map((digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length])
  return `${set.metadata.name}-${digits.join('')}`
}

function canonical(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (!isObject(value)) return JSON.stringify(value) ?? 'null'
  return `{${Object.keys(value)
    .sort()
    .map((key) => `${key}:${canonical(value[key])}`)
    .join()}}`
}
