/**
 * The defaults of the API server for workloads, and of the External Secrets Operator for its objects, by field.
 * Kubernetes no longer adds defaults to pod templates, because they would restart every pod (defaults.go of packages
 * core and apps).
 */
const defaults: Record<string, readonly unknown[]> = {
  apiVersion: ['v1'],
  conversionStrategy: ['Default'],
  creationPolicy: ['Owner'],
  decodingStrategy: ['None'],
  defaultMode: [0o644],
  deletionPolicy: ['Retain'],
  divisor: ['0', 0],
  dnsPolicy: ['ClusterFirst'],
  enableServiceLinks: [true],
  expirationSeconds: [3600],
  failureThreshold: [3],
  // Both may be the server's default for an earlier tag of the image.
  imagePullPolicy: ['Always', 'IfNotPresent'],
  kind: ['PersistentVolumeClaim', 'SecretStore'],
  maxSurge: ['25%', 0],
  maxUnavailable: ['25%', 1],
  metadataPolicy: ['None'],
  path: ['/'],
  periodSeconds: [10],
  podManagementPolicy: ['OrderedReady'],
  procMount: ['Default'],
  progressDeadlineSeconds: [600],
  protocol: ['TCP'],
  pullPolicy: ['Always', 'IfNotPresent'],
  refreshInterval: ['1h', '1h0m0s'],
  refreshPolicy: ['Periodic'],
  restartPolicy: ['Always'],
  revisionHistoryLimit: [10],
  schedulerName: ['default-scheduler'],
  scheme: ['HTTP'],
  serviceAccountName: ['default'],
  successThreshold: [1],
  terminationGracePeriodSeconds: [30],
  terminationMessagePath: ['/dev/termination-log'],
  terminationMessagePolicy: ['File'],
  timeoutSeconds: [1],
  type: ['RollingUpdate'],
  volumeMode: ['Filesystem'],
  whenDeleted: ['Retain'],
  whenScaled: ['Retain']
}

/** Whether a value is the default of its field. */
export function isDefault(field: string, value: unknown): boolean {
  return Object.hasOwn(defaults, field) && (defaults[field]?.includes(value) ?? false)
}
