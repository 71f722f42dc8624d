import type { IncomingMessage } from 'node:http'
import { parse } from 'yaml'
import { clone, isObject, type Json, type JsonObject } from '../json.ts'
import type { KubernetesObject } from '../object.ts'
import { apiVersionOf } from '../resources.ts'
import { badRequest } from '../status.ts'
import type { Route } from './route.ts'

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** The object of a body in YAML or JSON, checked against the request path. */
export function objectFrom(body: string, { resource, namespace, name }: Route): KubernetesObject {
  const fields = fieldsFrom(body)
  const { apiVersion, kind, metadata } = fields
  if (apiVersion !== apiVersionOf(resource) || kind !== resource.kind) throw badRequest(wrongType(fields))
  const meta = isObject(metadata) ? metadata : {}
  const given = typeof meta['name'] === 'string' ? meta['name'] : ''
  if (name !== undefined && given !== '' && given !== name) {
    throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`)
  }
  if (resource.namespaced && meta['namespace'] !== undefined && meta['namespace'] !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
  if (Array.isArray(meta['managedFields']) && meta['managedFields'].length > 0) {
    throw badRequest('metadata.managedFields must be nil')
  }
  const place = { name: given === '' ? (name ?? '') : given, ...(namespace === undefined ? {} : { namespace }) }
  return { ...fields, apiVersion, kind, metadata: { ...clone(meta), ...place } }
}

/** The operations of a JSON patch. */
export function listFrom(body: string): Json[] {
  const value: Json = JSON.parse(body)
  if (!Array.isArray(value)) throw badRequest('json: cannot unmarshal object into Go value of type jsonpatch.Patch')
  return value
}

export function fieldsFrom(body: string): JsonObject {
  let value: Json
  try {
    value = parse(body)
  } catch (error) {
    const problem = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw badRequest(`error decoding YAML: error converting YAML to JSON: yaml: ${problem}`)
  }
  if (isObject(value)) return value
  const type = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  throw badRequest(
    'error decoding YAML: error unmarshaling JSON: while decoding JSON: json: ' +
      `cannot unmarshal ${type} into Go value of type map[string]interface {}`
  )
}

function wrongType({ apiVersion = '/', kind = '' }: JsonObject): string {
  const group = String(apiVersion).includes('/') ? apiVersion : `/${apiVersion}`
  return `invalid object type: ${group}, Kind=${kind}`
}
