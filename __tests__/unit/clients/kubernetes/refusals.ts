import type { FailureCode } from '../../../../src/core/failure.ts'

const user = 'User "system:serviceaccount:team:default" cannot'
const immutableSpec =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', " +
  "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
const conflict = { reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.a' }

/** What an API server of 1.36 answers: status, reason and message. */
export const refusals: [
  situation: string,
  status: number,
  reason: string,
  message: string,
  code: FailureCode,
  causes?: object[]
][] = [
  ['token expired', 401, 'Unauthorized', 'Unauthorized', 'unauthorized'],
  [
    'no right to patch',
    403,
    'Forbidden',
    `statefulsets.apps "redis" is forbidden: ${user} patch resource "statefulsets" in API group "apps" in the namespace "team"`,
    'forbidden'
  ],
  [
    'no right to create namespaces',
    403,
    'Forbidden',
    `namespaces is forbidden: ${user} create resource "namespaces" in API group "" at the cluster scope`,
    'forbidden'
  ],
  ['role of a binding', 404, 'NotFound', 'roles.rbac.authorization.k8s.io "reader" not found', 'invalid-manifest'],
  [
    'quota of objects',
    403,
    'Forbidden',
    'configmaps "e" is forbidden: exceeded quota: cms, requested: count/configmaps=1, used: count/configmaps=2, limited: count/configmaps=1',
    'quota-exceeded'
  ],
  [
    'namespace on its way out',
    403,
    'Forbidden',
    'configmaps "late" is forbidden: unable to create new content in namespace team because it is being terminated',
    'namespace-missing'
  ],
  [
    'policy of a webhook',
    403,
    'Forbidden',
    'admission webhook "validation.gatekeeper.sh" denied the request: [owner] you must provide labels: {"owner"}',
    'invalid-manifest'
  ],
  [
    'policy of the cluster',
    422,
    'Invalid',
    "configmaps \"x\" is forbidden: ValidatingAdmissionPolicy 'owner' with binding 'all' denied request: no owner",
    'invalid-manifest'
  ],
  [
    'Pod Security',
    403,
    'Forbidden',
    'pods "x" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true',
    'invalid-manifest'
  ],
  [
    'quota that wants limits',
    403,
    'Forbidden',
    'pods "x" is forbidden: failed quota: compute: must specify limits.cpu for: redis',
    'quota-exceeded'
  ],
  [
    'no credentials at all',
    403,
    'Forbidden',
    'configmaps "x" is forbidden: User "system:anonymous" cannot get resource "configmaps" in API group "" in the namespace "team"',
    'unauthorized'
  ],
  ['kind that is not served', 404, 'NotFound', 'the server could not find the requested resource', 'invalid-manifest'],
  ['namespace missing', 404, 'NotFound', 'namespaces "team" not found', 'namespace-missing'],
  [
    'field of another client',
    409,
    'Conflict',
    'Apply failed with 1 conflict: conflict with "one": .data.a',
    'field-conflict',
    [conflict]
  ],
  [
    'spec of a StatefulSet',
    422,
    'Invalid',
    `StatefulSet.apps "redis" is invalid: spec: Forbidden: ${immutableSpec}`,
    'immutable-field'
  ],
  [
    'selector',
    422,
    'Invalid',
    'Deployment.apps "d" is invalid: spec.selector: Invalid value: {"matchLabels":{"a":"y"}}: field is immutable',
    'immutable-field'
  ],
  [
    'type of a Secret',
    422,
    'Invalid',
    'Secret "s" is invalid: type: Invalid value: "kubernetes.io/tls": field is immutable',
    'immutable-field'
  ],
  [
    'immutable ConfigMap',
    422,
    'Invalid',
    'ConfigMap "c" is invalid: data: Forbidden: field is immutable when `immutable` is set',
    'immutable-field'
  ],
  [
    'address of a Service',
    422,
    'Invalid',
    'Service "redis-headless" is invalid: spec.clusterIPs[0]: Invalid value: ["10.96.0.77"]: may not change once set',
    'immutable-field'
  ],
  [
    'spec of a claim',
    422,
    'Invalid',
    'PersistentVolumeClaim "p" is invalid: spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
    'immutable-field'
  ],
  [
    'role of a RoleBinding',
    422,
    'Invalid',
    'RoleBinding.rbac.authorization.k8s.io "r" is invalid: roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"y"}: cannot change roleRef',
    'immutable-field'
  ],
  [
    'labels that do not match',
    422,
    'Invalid',
    'StatefulSet.apps "bad" is invalid: spec.template.metadata.labels: Invalid value: {"a":"c"}: `selector` does not match template `labels`',
    'invalid-manifest'
  ],
  [
    'port out of range',
    422,
    'Invalid',
    'Service "bad" is invalid: [spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive]',
    'invalid-manifest'
  ],
  [
    'unknown field of a new object',
    400,
    'BadRequest',
    'Secret in version "v1" cannot be handled as a Secret: strict decoding error: unknown field "dta"',
    'invalid-manifest'
  ],
  [
    'the same key twice',
    400,
    'BadRequest',
    'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 5: key "data" already set in map',
    'invalid-manifest'
  ],
  [
    'unknown field',
    500,
    '',
    'failed to create typed patch object (/d; /v1, Kind=ConfigMap): .dat: field not declared in schema',
    'invalid-manifest'
  ],
  [
    'number where a text must be',
    500,
    '',
    'failed to create typed patch object (/d; /v1, Kind=ConfigMap): .data.a: expected string, got &value.valueUnstructured{Value:5}',
    'invalid-manifest'
  ],
  [
    'quantity in the unit of Redis',
    500,
    '',
    "failed to convert new object (/w; apps/v1, Kind=StatefulSet) to proper version: unable to convert unstructured object to apps/v1, Kind=StatefulSet: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    'invalid-manifest'
  ],
  ['too many requests', 429, 'TooManyRequests', 'Too many requests, please try again later.', 'cluster-unreachable'],
  [
    'webhook that does not answer',
    500,
    'InternalError',
    'Internal error occurred: failed calling webhook "x.example": context deadline exceeded',
    'invalid-manifest'
  ],
  [
    'webhook of the External Secrets Operator that does not answer',
    500,
    'InternalError',
    'Internal error occurred: failed calling webhook "validate.externalsecret.external-secrets.io": failed to call webhook: Post "https://external-secrets-webhook.external-secrets.svc:443/validate?timeout=5s": no endpoints available for service "external-secrets-webhook"',
    'external-secret-error'
  ],
  [
    'LimitRange',
    403,
    'Forbidden',
    'pods "redis-probe" is forbidden: minimum memory usage per Container is 128Mi, but request is 32Mi',
    'invalid-manifest'
  ],
  [
    'security context constraints',
    403,
    'Forbidden',
    'pods "redis-probe" is forbidden: unable to validate against any security context constraint: [provider restricted-v2: .containers[0].runAsUser: Invalid value: 999: must be in the ranges: [1000660000, 1000669999]]',
    'invalid-manifest'
  ],
  [
    'namespace whose service account is not made yet',
    403,
    'Forbidden',
    'pods "redis-probe" is forbidden: error looking up service account ns/default: serviceaccount "default" not found',
    'invalid-manifest'
  ],
  [
    'Role that gives more than its writer has',
    403,
    'Forbidden',
    'roles.rbac.authorization.k8s.io "a" is forbidden: user "x" (groups=["y"]) is attempting to grant RBAC permissions not currently held',
    'forbidden'
  ],
  ['etcd without a leader', 500, 'InternalError', 'etcdserver: no leader', 'cluster-unreachable'],
  [
    'proxy without a server',
    503,
    'ServiceUnavailable',
    'the server is currently unable to handle the request',
    'cluster-unreachable'
  ],
  ['an answer that nobody expected', 418, '', "I'm a teapot", 'internal']
]
