/**
 * Which lists and maps server-side apply merges, and how: the x-kubernetes-list-type and -map-type of the OpenAPI
 * document of Kubernetes 1.36 for the kinds served here. A location is given by its field names without list items:
 * spec, template, spec, containers, ports.
 */

type ListType = 'atomic' | 'set' | readonly string[]

const ASSOCIATIVE: Readonly<Record<string, readonly string[]>> = {
  claims: ['name'],
  conditions: ['type'],
  containers: ['name'],
  env: ['name'],
  ephemeralContainers: ['name'],
  hostAliases: ['ip'],
  initContainers: ['name'],
  ownerReferences: ['uid'],
  podIPs: ['ip'],
  resourceClaims: ['name'],
  schedulingGates: ['name'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
  volumeDevices: ['devicePath'],
  volumeMounts: ['mountPath'],
  volumes: ['name']
}

const ATOMIC_MAPS: ReadonlySet<string> = new Set([
  'configMapKeyRef',
  'fieldRef',
  'fileKeyRef',
  'involvedObject',
  'labelSelector',
  'nodeSelector',
  'podSelector',
  'requiredDuringSchedulingIgnoredDuringExecution',
  'resourceFieldRef',
  'secretKeyRef',
  'selector'
])

/** Lists whose items are references, which are only owned as a whole. */
const ATOMIC_ITEMS: ReadonlySet<string> = new Set(['imagePullSecrets', 'ownerReferences', 'secrets'])

/** The keys that identify an item of a list; 'set' if the item is its own key; 'atomic' if the list is one value. */
export function listType(fields: readonly string[]): ListType {
  const name = fields.at(-1) ?? ''
  const parent = fields.at(-2)
  switch (name) {
    case 'ports':
      if (parent === 'spec') return ['port', 'protocol']
      return parent?.toLowerCase().endsWith('containers') ? ['containerPort', 'protocol'] : 'atomic'
    case 'finalizers':
      return parent === 'metadata' ? 'set' : 'atomic'
    case 'imagePullSecrets':
      return parent === 'spec' ? ['name'] : 'atomic'
    case 'secrets':
      return fields.length === 1 ? ['name'] : 'atomic'
    default:
      return ASSOCIATIVE[name] ?? 'atomic'
  }
}

export function isAtomicMap(fields: readonly string[], isItem: boolean): boolean {
  const name = fields.at(-1) ?? ''
  return isItem ? ATOMIC_ITEMS.has(name) : ATOMIC_MAPS.has(name)
}

/** The value of a key that an item omits. */
export function keyDefault(key: string): string | null {
  return key === 'protocol' ? 'TCP' : null
}
