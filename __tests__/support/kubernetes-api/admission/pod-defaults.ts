import { type Json, type JsonObject, listAt, objectAt, textAt } from '../json.ts'

/** The defaults of a pod and of a pod template alike. */
export function podSpecDefaults(spec: JsonObject): JsonObject {
  const volumes = listAt(spec, 'volumes').map(volume)
  const initContainers = listAt(spec, 'initContainers').map(container)
  return {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    ...spec,
    containers: listAt(spec, 'containers').map(container),
    ...(initContainers.length === 0 ? {} : { initContainers }),
    ...(volumes.length === 0 ? {} : { volumes })
  }
}

/** The additional defaults of a pod compared with its template. */
export function podOnlyDefaults(spec: JsonObject): JsonObject {
  const account = textAt(spec, 'serviceAccountName') || 'default'
  return {
    enableServiceLinks: true,
    preemptionPolicy: 'PreemptLowerPriority',
    priority: 0,
    ...spec,
    serviceAccount: account,
    serviceAccountName: account,
    containers: listAt(spec, 'containers').map((item) => ({
      ...objectAt(item),
      resources: withRequests(objectAt(item, 'resources'))
    }))
  }
}

/** A limit without a request is also the request. */
function withRequests(resources: JsonObject): JsonObject {
  const requests = { ...objectAt(resources, 'limits'), ...objectAt(resources, 'requests') }
  return Object.keys(requests).length === 0 ? resources : { ...resources, requests }
}

function container(item: Json): JsonObject {
  const image = textAt(item, 'image')
  const name = image.slice(image.lastIndexOf('/') + 1)
  const isLatest = !image.includes('@') && (!name.includes(':') || name.endsWith(':latest'))
  const ports = listAt(item, 'ports').map((port) => ({ protocol: 'TCP', ...objectAt(port) }))
  const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((field): [string, Json][] => {
    const value = objectAt(item)[field]
    return value === undefined ? [] : [[field, probe(objectAt(value))]]
  })
  return {
    imagePullPolicy: isLatest ? 'Always' : 'IfNotPresent',
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    ...objectAt(item),
    ...(ports.length === 0 ? {} : { ports }),
    ...Object.fromEntries(probes)
  }
}

function probe(fields: JsonObject): JsonObject {
  const { httpGet } = fields
  return {
    failureThreshold: 3,
    periodSeconds: 10,
    successThreshold: 1,
    timeoutSeconds: 1,
    ...fields,
    ...(httpGet === undefined ? {} : { httpGet: { scheme: 'HTTP', ...objectAt(httpGet) } })
  }
}

function volume(item: Json): JsonObject {
  const fields = { ...objectAt(item) }
  for (const source of ['configMap', 'secret']) {
    if (fields[source] !== undefined) fields[source] = { defaultMode: 420, ...objectAt(fields[source]) }
  }
  return fields
}
