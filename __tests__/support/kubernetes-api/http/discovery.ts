import type { JsonObject } from '../json.ts'
import { apiVersionOf, type Resource } from '../resources.ts'

const VERBS = ['create', 'delete', 'get', 'list', 'patch']

const VERSION: JsonObject = {
  major: '1',
  minor: '36',
  emulationMajor: '1',
  emulationMinor: '36',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '35',
  gitVersion: 'v1.36.3',
  gitCommit: '0000000000000000000000000000000000000000',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'go1.26.8',
  compiler: 'gc',
  platform: 'linux/amd64'
}

function group(name: string): JsonObject {
  const version = { groupVersion: `${name}/v1`, version: 'v1' }
  return { name, versions: [version], preferredVersion: version }
}

function resourceList(groupVersion: string, served: readonly Resource[]): JsonObject {
  const resources: JsonObject[] = served
    .filter((resource) => apiVersionOf(resource) === groupVersion)
    .map(({ plural, singular, namespaced, kind, shortNames }) => ({
      name: plural,
      singularName: singular,
      namespaced,
      kind,
      verbs: VERBS,
      ...(shortNames === undefined ? {} : { shortNames: [...shortNames] })
    }))
  if (groupVersion === 'v1') {
    resources.push(
      { name: 'pods/log', singularName: '', namespaced: true, kind: 'Pod', verbs: ['get'] },
      {
        name: 'pods/portforward',
        singularName: '',
        namespaced: true,
        kind: 'PodPortForwardOptions',
        verbs: ['create', 'get']
      }
    )
  }
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources }
}

/** The names of the groups with a name. */
export function groupsOf(resources: readonly Resource[]): string[] {
  return [...new Set(resources.map((resource) => resource.group))].filter((name) => name !== '')
}

/** The discovery document for a path; undefined for every other path. */
export function discoveryDocument(path: string, resources: readonly Resource[]): JsonObject | undefined {
  const groups = groupsOf(resources)
  switch (path) {
    case '/version':
      return VERSION
    case '/api':
      return { kind: 'APIVersions', versions: ['v1'] }
    case '/api/v1':
      return resourceList('v1', resources)
    case '/apis':
      return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(group) }
  }
  const [, name = '', version] = /^\/apis\/([^/]+)(\/v1)?$/.exec(path) ?? []
  if (!groups.includes(name)) return undefined
  if (version !== undefined) return resourceList(`${name}/v1`, resources)
  return { kind: 'APIGroup', apiVersion: 'v1', ...group(name) }
}
