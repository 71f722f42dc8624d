import { isIP } from 'node:net'
import { endpointForm } from '../../../core/aws-endpoint.ts'
import { at, type KubernetesObject, listAt } from '../../../core/kubernetes/object.ts'
import { names, runAnnotation } from '../../../core/kubernetes/workload.ts'
import type { CacheAddress } from '../probe-context.ts'
import { ownPrefix } from '../write.ts'
import { backendScript, nonBackendScript } from './script.ts'

/** The pods that ask. Their names are fixed, so that a Role can name them. */
export const probePods = { backend: 'redis-probe', nonBackend: 'redis-probe-outsider' } as const

export const probeContainer = 'probe'

/** How such a pod is deleted: it has no state, and its name must become free soon. */
export const atOnce = { gracePeriodSeconds: 0 } as const
const authoritiesAnnotation = 'redis-cache-action/authorities'

export interface PodOptions {
  image: string
  address: CacheAddress
  owner: KubernetesObject
  /** Those by which the policies recognise a backend. */
  backendLabels: Readonly<Record<string, string>>
  /** How many further connections must reach the same Redis. */
  rounds: number
  /** Identifies this run. */
  run: string
  /** The seconds after which the cluster ends the pod, even if this process is gone. */
  activeSeconds: number
  /** With TLS: trusted certificates (PEM), and the first bytes of a handshake. */
  tls: { authorities: string; hello: Buffer } | undefined
}

/** The probe pod of a backend. */
export function backendPod({ address, tls, ...options }: PodOptions): KubernetesObject {
  const env = [
    ...secretEnv('host', 'port', 'password'),
    { name: 'REDIS_USER', value: address.username ?? '' },
    { name: 'REDIS_DATABASE', value: String(address.database ?? '') },
    { name: 'PROBE_LIMIT', value: '5' },
    { name: 'PROBE_AUTHORITIES', value: tls === undefined ? '' : trustedFiles(address) },
    // SNI must not contain an IP address (RFC 6066, 3).
    { name: 'PROBE_SNI', value: isIP(address.host) === 0 ? address.host : '' },
    { name: 'PROBE_KEY', value: `${ownPrefix}${options.run}` },
    { name: 'PROBE_ROUNDS', value: String(options.rounds) },
    { name: 'PROBE_HELLO', value: tls?.hello.toString('base64') ?? '' }
  ]
  return pod(probePods.backend, options.backendLabels, backendScript, env, tls?.authorities, options)
}

/** A non-backend pod, which does not get the password. */
export function nonBackendPod({ address, tls, ...options }: PodOptions): KubernetesObject {
  const env = [
    ...secretEnv('host', 'port'),
    // A backend gets a reply in milliseconds; dropped packets take until the timeout.
    { name: 'PROBE_LIMIT', value: '3' }
  ]
  return pod(
    probePods.nonBackend,
    { 'app.kubernetes.io/component': 'probe' },
    nonBackendScript,
    env,
    undefined,
    options
  )
}

/**
 * The CAs that a backend trusts by default, and additional ones. ElastiCache names are only signed by Amazon: redis-cli
 * does not compare the name in a certificate, so with any other CA it would also accept the certificate of a stranger,
 * and send the password there.
 */
function trustedFiles({ host }: CacheAddress): string {
  const system = ['/etc/ssl/certs/ca-certificates.crt', '/etc/ssl/cert.pem']
  return [...(endpointForm(host).aws ? [] : system), '/run/authorities/pem'].join(' ')
}

function secretEnv(...keys: string[]): object[] {
  return keys.map((key) => ({
    name: `REDIS_${key.toUpperCase()}`,
    valueFrom: { secretKeyRef: { name: names.credentials, key } }
  }))
}

/** As restricted as the pods of manifests/base: admitted by Pod Security `restricted`. */
function pod(
  name: string,
  labels: Readonly<Record<string, string>>,
  script: string,
  env: object[],
  authorities: string | undefined,
  { image, owner, run, activeSeconds }: Omit<PodOptions, 'address' | 'tls'>
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      labels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/managed-by': 'redis-cache-action', ...labels },
      annotations: { [runAnnotation]: run, ...(authorities !== undefined && { [authoritiesAnnotation]: authorities }) },
      // As its controller, so that no controller of backends adopts a pod with their label.
      ownerReferences: [{ ...referenceTo(owner), controller: true }]
    },
    spec: {
      restartPolicy: 'Never',
      activeDeadlineSeconds: activeSeconds,
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      // Nobody ever sets this condition, so a Service of the application, which selects pods by the label of backends,
      // never sends requests to this one.
      readinessGates: [{ conditionType: 'redis-cache-action/is-backend' }],
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 999,
        runAsGroup: 1000,
        seccompProfile: { type: 'RuntimeDefault' }
      },
      containers: [
        {
          name: probeContainer,
          image,
          command: ['/bin/sh', '-c', script],
          env,
          resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { cpu: '500m', memory: '64Mi' } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] }
          },
          volumeMounts: [
            { name: 'probe', mountPath: '/run/probe' },
            ...(authorities === undefined
              ? []
              : [{ name: 'authorities', mountPath: '/run/authorities', readOnly: true }])
          ]
        }
      ],
      volumes: [
        { name: 'probe', emptyDir: { medium: 'Memory', sizeLimit: '4Mi' } },
        ...(authorities === undefined ? [] : [authoritiesVolume])
      ]
    }
  }
}

/** The annotation as the file `pem`: no ConfigMap is needed, and none can be left behind. */
const authoritiesVolume = {
  name: 'authorities',
  downwardAPI: {
    items: [{ path: 'pem', fieldRef: { fieldPath: `metadata.annotations['${authoritiesAnnotation}']` } }]
  }
}

function referenceTo({ apiVersion, kind, metadata: { name, uid } }: KubernetesObject): object {
  return { apiVersion, kind, name, uid }
}

/** The status of the probe container; a cluster may have added others. */
export function probeStatus(pod: KubernetesObject): unknown {
  return listAt(pod, 'status', 'containerStatuses').find((status) => at(status, 'name') === probeContainer)
}

/** Where to find more about a pod, as long as the cluster keeps its events. */
export function eventsHint({ metadata: { name } }: KubernetesObject, namespace: string): string {
  return `check its events: \`kubectl -n ${namespace} get events --field-selector involvedObject.name=${name}\``
}
