import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { builtInResource } from '../src/clients/kubernetes/resources.ts'
import type { Schema } from '../src/core/schema/schema.ts'

// Writes schema/kubernetes.json from what the cluster of the kubeconfig says of its own kinds, by kubectl.
//   node scripts/schema.ts           writes it
//   node scripts/schema.ts --check   fails if it is not what a cluster of the same version says
// Take a cluster of the newest version that is supported: a field that only that one knows is accepted.

interface OpenApi {
  $ref?: string
  allOf?: OpenApi[]
  type?: string
  format?: string
  enum?: string[]
  items?: OpenApi
  'x-kubernetes-list-map-keys'?: string[]
  'x-kubernetes-patch-merge-key'?: string
  additionalProperties?: OpenApi
  properties?: Record<string, OpenApi>
  required?: string[]
}

interface Discovered {
  resources: { name: string; kind: string }[]
}

/** What every cluster serves under such a name is Kubernetes' own; a custom kind has a group with a dot. */
const groupVersions = [
  'v1',
  'apps/v1',
  'autoscaling/v1',
  'autoscaling/v2',
  'batch/v1',
  'networking.k8s.io/v1',
  'policy/v1',
  'rbac.authorization.k8s.io/v1',
  'storage.k8s.io/v1'
]

/** Called required, and yet the API server takes an object without them (tried on 1.36): zero or nothing is a value. */
const notEnforced = [
  'HTTPHeader.value',
  'ISCSIVolumeSource.lun',
  'LimitRangeSpec.limits',
  'PodFailurePolicy.rules',
  'PreferredSchedulingTerm.preference',
  'ScaleIOVolumeSource.secretRef',
  'SleepAction.seconds',
  'Sysctl.value'
]

const file = join(import.meta.dirname, '..', 'schema', 'kubernetes.json')
const { gitVersion } = get<{ gitVersion: string }>('/version')
const committed = process.argv.includes('--check') ? readFileSync(file, 'utf8') : undefined
const written = textOf(generate(gitVersion))
if (committed === undefined) {
  writeFileSync(file, written)
  console.log(`schema/kubernetes.json: Kubernetes ${gitVersion}, ${Buffer.byteLength(written)} bytes`)
} else if (!committed.includes(`"${gitVersion}"`)) {
  console.log(`schema/kubernetes.json is not of the version of this cluster, ${gitVersion}: not compared`)
} else if (committed !== written) {
  console.error(`schema/kubernetes.json is not what Kubernetes ${gitVersion} says; run: node scripts/schema.ts`)
  process.exitCode = 1
} else console.log('schema/kubernetes.json is up to date')

function generate(kubernetes: string): Schema {
  const definitions: Record<string, OpenApi> = {}
  const kinds: Schema['kinds'] = {}
  const roots: string[] = []
  for (const groupVersion of groupVersions) {
    const path = groupVersion === 'v1' ? 'api/v1' : `apis/${groupVersion}`
    const { resources } = get<Discovered>(`/${path}`)
    const served = [...new Set(resources.filter(({ name }) => !name.includes('/')).map(({ kind }) => kind))].sort()
    const checked = served.filter((kind) => builtInResource(groupVersion, kind) !== undefined)
    kinds[groupVersion] = { checked, others: served.filter((kind) => !checked.includes(kind)) }
    if (checked.length === 0) continue
    const { components } = get<{ components: { schemas: Record<string, OpenApi> } }>(`/openapi/v3/${path}`)
    Object.assign(definitions, components.schemas)
    const group = groupVersion === 'v1' ? 'core' : groupVersion.replace(/\..*|\/v1$/g, '')
    roots.push(...checked.map((kind) => `io.k8s.api.${group}.v1.${kind}`))
  }
  return { kubernetes, kinds, ...typesOf(roots, definitions) }
}

/** All types that can be reached from the roots, by the last part of their names, and the keys of their lists. */
function typesOf(roots: readonly string[], definitions: Record<string, OpenApi>): Pick<Schema, 'types' | 'lists'> {
  const types: Schema['types'] = {}
  const lists: Schema['lists'] = {}
  const found = new Set(roots)
  // The set grows while it is walked.
  for (const name of found) {
    const short = lastPart(name)
    const { properties = {}, required = [] } = definitions[name] ?? {}
    if (types[short] !== undefined) throw new Error(`two types are called ${short}`)
    const fields = Object.entries(properties).map(([field, definition]): [string, string] => {
      addKeys(field, definition)
      const isNeeded = required.includes(field) && !notEnforced.includes(`${short}.${field}`)
      return [field, `${written(field, definition)}${isNeeded ? '!' : ''}`]
    })
    types[short] = Object.fromEntries(fields)
  }
  return { types: sorted(types), lists: sorted(lists) }

  function addKeys(field: string, definition: OpenApi): void {
    const mergeKey = definition['x-kubernetes-patch-merge-key']
    const keys = definition['x-kubernetes-list-map-keys'] ?? (mergeKey === undefined ? undefined : [mergeKey])
    const known = lists[field] ?? []
    if (keys === undefined || known.some((each) => isDeepStrictEqual(each, keys))) return
    lists[field] = [...known, keys].sort(([one = ''], [other = '']) => (one < other ? -1 : 1))
  }

  function written(field: string, definition: OpenApi): string {
    // What is said there is the controllers' own, and thrown away when it is sent.
    if (field === 'status' && definition.type !== 'string') return 'any'
    const name = nameOf(definition)
    return name === undefined ? inline(field, definition) : named(field, name)
  }

  function named(field: string, name: string): string {
    const short = lastPart(name)
    if (short === 'Quantity') return 'quantity'
    if (short === 'IntOrString') return 'int-or-string'
    const definition = definitions[name]
    if (definition === undefined) throw new Error(`there is no definition of ${name}`)
    if (definition.properties === undefined) return inline(field, definition)
    found.add(name)
    return short
  }

  function inline(field: string, { type, format, items, additionalProperties, enum: allowed }: OpenApi): string {
    if (type === 'array' && items !== undefined) return `${written(field, items)}[]`
    if (type === 'object' && additionalProperties !== undefined) return `${written(field, additionalProperties)}{}`
    if (type === 'object') return 'any'
    if (allowed !== undefined) return `|${allowed.join('|')}`
    if (type === 'string' && format === 'byte') return 'bytes'
    if (type === 'string' || type === 'integer' || type === 'boolean') return type
    throw new Error(`the type of a field ${field} is not known: ${type}`)
  }
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)))
}

function nameOf({ $ref, allOf }: OpenApi): string | undefined {
  return $ref?.split('/').at(-1) ?? (allOf?.[0] && nameOf(allOf[0]))
}

function lastPart(name: string): string {
  return name.split('.').at(-1) ?? name
}

/** One line a type, so that a new version can be read as a diff. */
function textOf({ kubernetes, kinds, lists, types }: Schema): string {
  const lines = (entries: object) =>
    Object.entries(entries).map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
  const notice = `Derived from the OpenAPI documents of Kubernetes ${kubernetes}, Copyright The Kubernetes Authors, Apache-2.0; see LICENSE`
  return [
    `{"kubernetes":"${kubernetes}",`,
    `"notice":${JSON.stringify(notice)},`,
    `"kinds":{\n${lines(kinds).join(',\n')}\n},`,
    `"lists":{\n${lines(lists).join(',\n')}\n},`,
    `"types":{\n${lines(types).join(',\n')}\n}}`,
    ''
  ].join('\n')
}

function get<T>(path: string): T {
  return JSON.parse(execFileSync('kubectl', ['get', '--raw', path], { encoding: 'utf8', maxBuffer: 1 << 26 }))
}
