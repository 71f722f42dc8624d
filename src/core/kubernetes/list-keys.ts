/**
 * What identifies the items of a list, by the field that holds it: of several keys, the first one that an item has.
 * Those of the Kubernetes API are its x-kubernetes-list-map-keys (`lists` in schema/kubernetes.json), by which the
 * server merges.
 */
const kubernetesKeys: Record<string, string[][]> = {
  conditions: [['type']],
  hostAliases: [['ip']],
  ownerReferences: [['uid']],
  ports: [
    ['containerPort', 'protocol'],
    ['port', 'protocol']
  ],
  topologySpreadConstraints: [['topologyKey', 'whenUnsatisfiable']],
  volumeDevices: [['devicePath']],
  volumeMounts: [['mountPath']]
}

/** Lists that the server treats as one value, and those of ExternalSecret, PodMonitor and PrometheusRule. */
const furtherKeys: Record<string, string[][]> = {
  data: [['secretKey']],
  items: [['key']],
  podMetricsEndpoints: [['port']],
  rules: [['alert'], ['record']],
  subjects: [
    ['kind', 'namespace', 'name'],
    ['kind', 'name']
  ],
  volumeClaimTemplates: [['metadata.name']]
}

/** The keys of all other lists: containers and anything with a name; tolerations, requirements of selectors. */
const usualKeys = [['name'], ['key']]

/** Defaults that the server fills in. */
const defaults: Record<string, string> = { protocol: 'TCP' }

const knownKeys = new Map(Object.entries({ ...kubernetesKeys, ...furtherKeys }))

/** The keys of a list in order of preference, with dots where a key is nested. */
export function listKeys(field: string): readonly string[][] {
  return [...(knownKeys.get(field) ?? []), ...usualKeys]
}

/**
 * The fields that identify an item of a list: `{ containerPort: 6379, protocol: 'TCP' }`.
 * @param field the field that holds the list
 * @param read returns the value of an item at a field path, undefined if it is not a scalar
 * @returns undefined if the item has no key
 */
export function itemKey(field: string, read: (path: string[]) => unknown): Record<string, unknown> | undefined {
  for (const keys of listKeys(field)) {
    const pairs = keys.map((key) => [key, read(key.split('.')) ?? defaults[key]] as const)
    if (pairs.every(([, value]) => value !== undefined)) return Object.fromEntries(pairs)
  }
  return undefined
}
