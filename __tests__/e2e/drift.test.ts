import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { parseManifest } from '../../src/core/manifest.ts'
import { awsStandIn } from '../support/cluster/aws-stand-in.ts'
import { kubectlWithInput } from '../support/cluster/kubectl.ts'
import { type TestNamespace, testNamespace } from '../support/cluster/namespace.ts'
import { comparing } from './comparing.ts'

/** Every kind that manifests of an application may have, written as people do and as the server does not keep it. */
const manifest = `apiVersion: v1
kind: ServiceAccount
metadata: {name: many}
automountServiceAccountToken: false
imagePullSecrets: []
---
apiVersion: v1
kind: ConfigMap
metadata: {name: many, labels: {}, annotations: {empty: ''}}
data: {a: "x\\ny\\n", empty: ''}
binaryData: {b: aGVsbG8=}
---
apiVersion: v1
kind: Secret
metadata: {name: many}
stringData: {password: "hello", n: "1"}
data:
  other: |-
    aGVs
    bG8=
---
apiVersion: v1
kind: Service
metadata: {name: many}
spec:
  clusterIP: ''
  selector: {app: many}
  publishNotReadyAddresses: false
  ports:
  - {name: one, port: 80}
  - {name: named, port: 81, targetPort: "http", protocol: UDP}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: many, creationTimestamp: null}
spec:
  replicas: 0
  strategy: {}
  minReadySeconds: 0
  selector: {matchLabels: {app: many}, matchExpressions: []}
  template:
    metadata: {labels: {app: many}, annotations: {}}
    spec:
      hostNetwork: false
      nodeSelector: {}
      tolerations: []
      imagePullSecrets: []
      securityContext: {}
      serviceAccountName: many
      terminationGracePeriodSeconds: 0
      topologySpreadConstraints:
      - {maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: many}}}
      affinity:
        podAntiAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
          - {weight: 100, podAffinityTerm: {topologyKey: a, labelSelector: {}}}
      initContainers:
      - {name: init, image: 'a:b', command: [], resources: {}}
      containers:
      - name: main
        image: 'a:b'
        args: []
        tty: false
        env:
        - {name: EMPTY, value: ''}
        - {name: A, value: "0.5"}
        - {name: F, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
        - {name: R, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Mi}}}
        - {name: S, valueFrom: {secretKeyRef: {name: many, key: password, optional: false}}}
        envFrom:
        - {configMapRef: {name: many}}
        - {prefix: P_, secretRef: {name: many}}
        ports:
        - {containerPort: 80}
        - {containerPort: 80, protocol: UDP, name: udp}
        resources:
          requests: {cpu: 0.1, memory: 1024Mi, ephemeral-storage: 1e9}
          limits: {cpu: 1, memory: 1.5Gi}
        livenessProbe: {httpGet: {port: 80}, initialDelaySeconds: 0, timeoutSeconds: 0, successThreshold: 0}
        readinessProbe: {tcpSocket: {port: "udp"}, periodSeconds: 7}
        startupProbe: {grpc: {port: 80}}
        lifecycle: {preStop: {exec: {command: [a, b]}}}
        securityContext: {runAsUser: 0, privileged: false, capabilities: {}}
        volumeMounts:
        - {name: e, mountPath: /e, readOnly: false}
        - {name: e, mountPath: /f, subPath: x}
        - {name: c, mountPath: /c}
      volumes:
      - {name: e, emptyDir: {}}
      - {name: m, emptyDir: {sizeLimit: 0.5Gi}}
      - {name: c, configMap: {name: many, defaultMode: 0440, items: [{key: a, path: a}]}}
      - {name: s, secret: {secretName: many, optional: true}}
      - {name: d, downwardAPI: {items: [{path: a, fieldRef: {fieldPath: metadata.labels}}]}}
      - {name: p, projected: {sources: [{serviceAccountToken: {path: t}}, {configMap: {name: many}}]}}
      - {name: h, hostPath: {path: /x}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: many}
spec:
  schedule: "0 0 1 1 *"
  suspend: false
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers: [{name: a, image: 'a:b'}]
---
apiVersion: batch/v1
kind: Job
metadata: {name: many}
spec:
  suspend: true
  template:
    metadata: {labels: {app: x}}
    spec:
      restartPolicy: Never
      containers: [{name: a, image: 'a:b'}]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: many}
spec: {minAvailable: 0, selector: {}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: many}
spec:
  podSelector: {}
  ingress:
  - {}
  - from: []
  - from:
    - podSelector: {}
    - namespaceSelector: {}
      podSelector: {matchLabels: {a: b}}
    - ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}
    ports: [{port: 80}, {port: 100, endPort: 200, protocol: UDP}, {port: named}]
  egress:
  - ports: [{port: 53, protocol: UDP}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny}
spec: {podSelector: {matchLabels: {a: ''}}, ingress: [], policyTypes: [Ingress, Egress]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: many}
spec:
  rules:
  - host: a.example.com
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: many, port: {number: 80}}}}]}
  - http: {paths: [{pathType: ImplementationSpecific, backend: {service: {name: many, port: {name: named}}}}]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: many}
rules:
- {apiGroups: [''], resources: [pods], verbs: [get]}
- {apiGroups: [apps], resources: [statefulsets], verbs: [get, list], resourceNames: [x]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: many}
roleRef: {kind: Role, name: many, apiGroup: rbac.authorization.k8s.io}
subjects:
- {kind: ServiceAccount, name: many, namespace: NS}
- {kind: User, name: many}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: many}
spec:
  maxReplicas: 3
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: many}
  metrics: [{type: Resource, resource: {name: memory, target: {type: AverageValue, averageValue: 0.5Gi}}}]
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: many}
spec:
  storageClassName: ''
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 0.5Gi}}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: many}
spec: {hard: {pods: 100, requests.cpu: 100.5}}
---
apiVersion: v1
kind: LimitRange
metadata: {name: many}
spec: {limits: [{type: Container, max: {cpu: 10}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: many}
spec:
  nodeSelector: {nowhere: 'true'}
  securityContext: {runAsNonRoot: true, runAsUser: 999, seccompProfile: {type: RuntimeDefault}}
  containers:
  - name: a
    image: 'a:b'
    env: [{name: A, value: b}]
    securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
`

const externalSecret = `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: many}
spec:
  refreshInterval: 1h
  secretStoreRef: {name: aws-secrets-manager, kind: ClusterSecretStore}
  target: {name: many-es}
  data:
  - {secretKey: host, remoteRef: {key: a/b, property: host}}
  - {secretKey: port, remoteRef: {key: a/b, property: port}}
`

const text = awsStandIn() === undefined ? manifest : `${manifest}---\n${externalSecret}`

let namespace: TestNamespace

beforeEach(async () => {
  namespace = await testNamespace()
})
afterEach(async () => namespace[Symbol.asyncDispose]())

/** Gives the server every object, and expects that none has drifted then. */
async function unchangedAfter(...ways: string[][]): Promise<void> {
  const own = text.replace('namespace: NS', `namespace: ${namespace.name}`)
  const documents = parseManifest(own)
  expect(documents.length).toBeGreaterThan(15)
  for (const way of ways) {
    await kubectlWithInput(own, '--namespace', namespace.name, ...way, '-f', '-')
    expect(await comparing(documents, namespace.name)).toEqual([])
  }
}

test('finds no drift in freshly applied objects of many kinds', async () => {
  await unchangedAfter(['apply', '--server-side'])
})

test('finds no drift in objects of another client that owns every default', async () => {
  await unchangedAfter(
    ['create'],
    ['apply', '--server-side', '--force-conflicts', '--field-manager', 'redis-cache-action']
  )
})
