import type { KubernetesObject } from '../kubernetes-object.ts'
import { isMap } from '../kubernetes-object.ts'
import { nearest } from './nearest.ts'
import { scalars, wordFor } from './scalars.ts'
import { fieldType, isRequired, type Schema, versionOf } from './schema.ts'

/**
 * What is wrong with the fields of an object, a sentence each, in the order in which they stand: fields that the kind does
 * not have, values of another type, fields that are missing. Values are never named: they may be secret.
 * @param type the name of the kind's type in the schema
 */
export function fieldProblems(object: KubernetesObject, type: string, schema: Schema): Generator<string> {
  return valueProblems(object, type, '', schema)
}

function* valueProblems(value: unknown, written: string, path: string, schema: Schema): Generator<string> {
  // For Kubernetes a field that is null is a field that is not there.
  if (value === null || value === undefined) return
  const type = fieldType(written, schema)
  switch (type.type) {
    case 'any':
      return
    case 'scalar':
      if (!scalars[type.scalar].fits(value)) yield mismatch(value, scalars[type.scalar].words, path)
      return
    case 'one-of':
      if (typeof value !== 'string') yield mismatch(value, scalars.string.words, path)
      // An empty text stands for the default.
      else if (value !== '' && !type.allowed.includes(value)) yield `${path} is none of ${listed(type.allowed)}`
      return
    case 'list':
    case 'map': {
      const items = itemsOf(value, type.type)
      if (items === undefined) yield mismatch(value, `a ${type.type}`, path)
      else for (const [step, item] of items) yield* valueProblems(item, type.of, `${path}${step}`, schema)
      return
    }
    case 'fields':
      if (!isMap(value)) yield mismatch(value, 'a map', path)
      else yield* mapProblems(value, type.fields, path, schema)
  }
}

function* mapProblems(
  value: Record<string, unknown>,
  fields: Record<string, string>,
  path: string,
  schema: Schema
): Generator<string> {
  for (const [key, child] of Object.entries(value)) {
    const type = Object.hasOwn(fields, key) ? fields[key] : undefined
    if (type !== undefined) yield* valueProblems(child, type, `${path}.${key}`, schema)
    else yield unknownField(key, Object.keys(fields), path, schema)
  }
  for (const [key, type] of Object.entries(fields)) {
    if (isRequired(type) && (value[key] ?? null) === null) yield `${path}.${key} is missing`
  }
}

function unknownField(key: string, fields: readonly string[], path: string, schema: Schema): string {
  const meant = nearest(key, fields)
  const suggestion = meant === undefined ? '' : `; ${meant} was probably meant`
  return `${path}.${key} is no field of Kubernetes ${versionOf(schema)}${suggestion}`
}

function mismatch(value: unknown, wanted: string, path: string): string {
  const isQuotable = wanted === scalars.string.words && (typeof value === 'number' || typeof value === 'boolean')
  return `${path} must be ${wanted}, and is ${wordFor(value)}${isQuotable ? ': put it in quotes' : ''}`
}

/** Some lists are longer than anybody reads. */
function listed(texts: readonly string[]): string {
  const named = texts.filter((text) => text !== '')
  return named.length > 12 ? `${named.slice(0, 12).join(', ')} and others` : named.join(', ')
}

/** Each with its step of the path; undefined for what is no such list or map. */
function itemsOf(value: unknown, type: 'list' | 'map'): [step: string, item: unknown][] | undefined {
  if (type === 'list') {
    return Array.isArray(value) ? value.map((item: unknown, index) => [`[${index}]`, item]) : undefined
  }
  return isMap(value) ? Object.entries(value).map(([key, item]) => [`.${key}`, item]) : undefined
}
