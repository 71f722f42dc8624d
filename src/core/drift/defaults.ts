import { at } from '../kubernetes/object.ts'

/**
 * The defaults of the API server for workloads, and of the External Secrets Operator for its objects, by field. Among them
 * are those that the server does not write, but that a client may: a chart that says explicitly what is so anyway.
 * Kubernetes no longer adds defaults to pod templates, because they would restart every pod (defaults.go of packages
 * core and apps).
 */
const defaults: Record<string, readonly unknown[]> = {
  allowPrivilegeEscalation: [true],
  apiVersion: ['v1'],
  conversionStrategy: ['Default'],
  creationPolicy: ['Owner'],
  decodingStrategy: ['None'],
  defaultMode: [0o644],
  deletionPolicy: ['Retain'],
  divisor: ['0', 0, '1', 1],
  dnsPolicy: ['ClusterFirst'],
  enableServiceLinks: [true],
  expirationSeconds: [3600],
  failureThreshold: [3],
  fsGroupChangePolicy: ['Always'],
  hostUsers: [true],
  // Both may be the server's default for an earlier tag of the image.
  imagePullPolicy: ['Always', 'IfNotPresent'],
  kind: ['PersistentVolumeClaim', 'SecretStore'],
  maxSurge: ['25%', 0],
  maxUnavailable: ['25%', 1],
  metadataPolicy: ['None'],
  minDomains: [1],
  mountPropagation: ['None'],
  nodeAffinityPolicy: ['Honor'],
  nodeTaintsPolicy: ['Ignore'],
  // Of a toleration.
  operator: ['Equal'],
  path: ['/'],
  periodSeconds: [10],
  podManagementPolicy: ['OrderedReady'],
  preemptionPolicy: ['PreemptLowerPriority'],
  procMount: ['Default'],
  progressDeadlineSeconds: [600],
  protocol: ['TCP'],
  pullPolicy: ['Always', 'IfNotPresent'],
  recursiveReadOnly: ['Disabled'],
  refreshInterval: ['1h', '1h0m0s'],
  refreshPolicy: ['Periodic'],
  restartPolicy: ['Always'],
  revisionHistoryLimit: [10],
  schedulerName: ['default-scheduler'],
  scheme: ['HTTP'],
  seLinuxChangePolicy: ['MountOption'],
  serviceAccountName: ['default'],
  successThreshold: [1],
  supplementalGroupsPolicy: ['Merge'],
  terminationGracePeriodSeconds: [30],
  terminationMessagePath: ['/dev/termination-log'],
  terminationMessagePolicy: ['File'],
  timeoutSeconds: [1],
  type: ['RollingUpdate'],
  volumeMode: ['Filesystem'],
  whenDeleted: ['Retain'],
  whenScaled: ['Retain']
}

/** Whether a value is the default of its field; a list is, if all of its items are. */
export function isDefault(field: string, value: unknown): boolean {
  if (Array.isArray(value)) return value.every((item) => isDefaultItem(field, item))
  return Object.hasOwn(defaults, field) && (defaults[field]?.includes(value) ?? false)
}

/** Whether an item of a list says what is so without it: a resource that is resized without a restart. */
export function isDefaultItem(list: string, item: unknown): boolean {
  return list === 'resizePolicy' && at(item, 'restartPolicy') === 'NotRequired'
}
