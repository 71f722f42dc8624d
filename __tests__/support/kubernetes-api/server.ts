import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { runBarePods } from './cluster/bare-pods.ts'
import { runEndpointSlices } from './cluster/endpoint-slice-controller.ts'
import { EventRecorder } from './cluster/event-recorder.ts'
import { ExternalSecretController } from './cluster/external-secret-controller.ts'
import { Kubelet } from './cluster/kubelet.ts'
import { BehaviourQueue, type PodBehaviour } from './cluster/pod-behaviour.ts'
import { StatefulSetController } from './cluster/stateful-set-controller.ts'
import type { SyncOutcome } from './cluster/sync-outcome.ts'
import { selfSignedCertificate } from './http/certificate.ts'
import { type Fault, Faults } from './http/fault.ts'
import { httpsServer } from './http/https-server.ts'
import { kubeconfigOf } from './http/kubeconfig.ts'
import { PortForwards } from './http/port-forward.ts'
import { type RecordedRequest, RequestLog } from './http/request-log.ts'
import { ResourceHandler } from './http/resource-handler.ts'
import type { KubernetesObject } from './object.ts'
import { Operations } from './operations.ts'
import { EXTERNAL_SECRETS, RESOURCES } from './resources.ts'
import { ObjectStore } from './store.ts'
import { Timers } from './timers.ts'

export type { PodBehaviour } from './cluster/pod-behaviour.ts'
export type { SyncOutcome } from './cluster/sync-outcome.ts'
export type { Fault, FaultReply } from './http/fault.ts'
export type { RecordedRequest } from './http/request-log.ts'
export type { Json, JsonObject } from './json.ts'
export type { KubernetesObject, ManagedFieldsEntry } from './object.ts'

export interface KubernetesApi extends AsyncDisposable {
  /** https://127.0.0.1:PORT */
  readonly url: string
  /** YAML: the certificate, a user with a bearer token, one context. */
  readonly kubeconfig: string
  readonly token: string
  /** The password of the user `proxy`, which is accepted as well; a URL must encode it. */
  readonly password: string
  readonly requests: readonly RecordedRequest[]
  /** A copy of the stored object. */
  read(kind: string, namespace: string | undefined, name: string): KubernetesObject | undefined
  /** Creates or replaces an object like another client. */
  seed(object: Seed, options?: { readonly fieldManager?: string }): void
  remove(kind: string, namespace: string | undefined, name: string): void
  /** Behaviours for the next attempts to create a pod, one each; the last one is repeated. */
  behave(...behaviours: PodBehaviour[]): void
  /** The External Secrets Operator and the content of its provider. */
  readonly operator: Operator
  fault(fault: Fault): void
  /** Breaks the open port-forwards. */
  dropForwards(): void
  /** Port-forwards open but carry nothing, until called with false. */
  silenceForwards(silent?: boolean): void
  close(): Promise<void>
}

export interface Operator {
  /** Sets the value of a name at the provider: a text, or an object that is stored as JSON. */
  hold(name: string, value: string | Readonly<Record<string, string | number>>): void
  forget(name: string): void
  /** The outcomes of the next syncs, one each; the last one is repeated. */
  ends(...outcomes: SyncOutcome[]): void
  stop(): void
  start(): void
}

/** An object in test code; unknown, so that objects with other types can be passed. */
export interface Seed {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly [key: string]: unknown
}

export interface KubernetesApiOptions {
  readonly namespaces?: readonly string[]
  /** Port of a pod to local TCP port. */
  readonly forward?: Readonly<Record<number, number>>
  readonly forwardHost?: string
  /** How long a healthy pod takes from its creation to Ready; all other steps are proportional. */
  readonly startMs?: number
  /** Whether the definitions of the External Secrets Operator are installed. */
  readonly externalSecrets?: boolean
}

/** Starts a Kubernetes API server with controllers, scheduler and kubelet in this process. */
export async function startKubernetesApi(options: KubernetesApiOptions = {}): Promise<KubernetesApi> {
  const {
    namespaces = ['default'],
    forward = {},
    forwardHost = '127.0.0.1',
    startMs = 50,
    externalSecrets = true
  } = options
  const store = new ObjectStore()
  const timers = new Timers()
  const context = { store, timers, startMs, events: new EventRecorder(store) }
  const operations = new Operations(store)
  const behaviours = new BehaviourQueue()
  const kubelet = new Kubelet(context)
  const faults = new Faults()
  const log = new RequestLog()
  const forwards = new PortForwards({ forward, forwardHost })
  const handler = new ResourceHandler(store, operations, kubelet.logs)
  const token = randomBytes(16).toString('hex')
  const password = `p@/%${randomBytes(16).toString('hex')}`
  new StatefulSetController(context, kubelet, behaviours)
  runBarePods(context, kubelet, behaviours)
  runEndpointSlices(context)
  const controller = new ExternalSecretController(context, operations)
  store.onChange(({ type, object }) => {
    if (type === 'DELETED' && object.kind === 'Pod') forwards.closeOf(object.metadata.uid)
    if (type === 'ADDED' && object.kind === 'Namespace') populate(operations, object.metadata.name)
  })
  const seed = (object: Seed, fieldManager: string): void => {
    operations.put(toObject(object), { manager: fieldManager })
  }
  for (const name of namespaces) seed({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, 'kubectl-create')

  const certificate = await selfSignedCertificate()
  const resources = [...RESOURCES, ...(externalSecrets ? EXTERNAL_SECRETS : [])]
  const server = httpsServer(certificate, { token, password, resources, store, handler, forwards, faults, log, timers })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const url = `https://127.0.0.1:${port}`

  const close = async (): Promise<void> => {
    if (!server.listening) return
    timers.close()
    forwards.close()
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  return {
    url,
    token,
    password,
    kubeconfig: kubeconfigOf(url, certificate.cert, token),
    requests: log.requests,
    read: (kind, namespace, name) => store.get(kind, namespace, name),
    seed: (object, { fieldManager = 'kubectl' } = {}) => seed(object, fieldManager),
    remove: (kind, namespace, name) => store.delete(kind, namespace, name),
    behave: (...next) => behaviours.set(next),
    operator: {
      hold: (name, value) => controller.remote.hold(name, value),
      forget: (name) => controller.remote.forget(name),
      ends: (...outcomes) => controller.outcomes.set(outcomes),
      stop: () => controller.stop(),
      start: () => controller.start()
    },
    fault: (fault) => faults.add(fault),
    dropForwards: () => forwards.drop(),
    silenceForwards: (silent = true) => forwards.silence(silent),
    close,
    [Symbol.asyncDispose]: close
  }
}

function toObject(seed: Seed): KubernetesObject {
  const object: KubernetesObject = JSON.parse(JSON.stringify(seed))
  return object
}

/** The initial content of every namespace. */
function populate(operations: Operations, namespace: string): void {
  const options = { manager: 'kube-controller-manager' }
  const account = { name: 'default', namespace }
  operations.put({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: account }, options)
  const ca = { name: 'kube-root-ca.crt', namespace }
  operations.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: ca, data: { 'ca.crt': '' } }, options)
}
