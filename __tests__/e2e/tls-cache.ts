import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Credentials } from '../../src/core/credentials.ts'
import type { KubernetesObject } from '../../src/core/kubernetes/object.ts'
import { type Access, accessTo } from '../integration/applying.ts'
import { type ConnectionRun, type ConnectOptions, connectingFromPod, credentialsOf } from '../integration/connecting.ts'
import { type Authority, createAuthority, daysFromNow } from '../support/certificates.ts'
import { deployerOf } from '../support/cluster/deployer-role.ts'
import { kubectl } from '../support/cluster/kubectl.ts'
import { type TestNamespace, testNamespace } from '../support/cluster/namespace.ts'
import type { Certificate } from '../support/kubernetes-api/http/certificate.ts'
import { type Cache, caches } from './caches.ts'

export const image = 'docker.io/library/redis:7.2.16-alpine'

/** A namespace with a Redis that speaks TLS behind a Service, as a stand-in for ElastiCache. */
export interface CacheScene extends AsyncDisposable {
  readonly namespace: TestNamespace
  readonly password: string
  readonly authority: Authority
  readonly access: Access
  /** Stores credentials in the Secret. @returns the Secret as it is stored */
  store(credentials: Partial<Credentials>): Promise<KubernetesObject>
  credentials(cache: Cache): Credentials
  /** Stores the credentials for a cache and asks it from a pod; as the administrator, unless another access is given. */
  ask(cache: Cache | Credentials, options?: ConnectOptions & { access?: Access }): Promise<ConnectionRun>
  /** The names of all pods but that of the cache. */
  otherPods(): Promise<string[]>
}

/** @param outside a name by which pods find the Service beside its own; the certificates are for it */
export async function cacheScene(outside?: string): Promise<CacheScene> {
  const namespace = await testNamespace()
  const password = randomBytes(24).toString('hex')
  const authority = await createAuthority()
  const host = outside ?? `cache.${namespace.name}.svc`
  await namespace.apply(await filesSecret(host, authority, password))
  await namespace.apply(cacheService)
  await namespace.apply(cachePod)
  const admin = await kubectl('config', 'view', '--raw', '--minify', '--flatten', '--output=yaml')
  const access = await accessTo({ kubeconfig: admin }, 1, 600_000)
  await namespace.kubectl('wait', '--for=condition=Ready', 'pod/cache', '--timeout=90s')
  const credentials = (cache: Cache) => credentialsOf({ host, port: caches[cache] }, password)
  const store: CacheScene['store'] = async (data) => {
    await namespace.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'redis-credentials' },
      stringData: data
    })
    return JSON.parse(await namespace.kubectl('get', 'secret', 'redis-credentials', '--output=json'))
  }
  const scene: CacheScene = {
    namespace,
    password,
    authority,
    access,
    store,
    credentials,
    async ask(cache, { access: other = access, ...options } = {}) {
      const stored = typeof cache === 'string' ? credentials(cache) : cache
      const owner = await store(stored)
      return connectingFromPod(other, stored, {
        namespace: namespace.name,
        authorities: [authority.certificate],
        image,
        owner,
        ...options
      })
    },
    async otherPods() {
      const names = await namespace.kubectl('get', 'pods', '--output=name')
      return names.split('\n').filter((name) => name !== '' && name !== 'pod/cache')
    },
    async [Symbol.asyncDispose]() {
      access[Symbol.dispose]()
      await namespace[Symbol.asyncDispose]()
    }
  }
  if (outside === undefined) await untilReached(scene)
  return scene
}

/** Waits until the cache can be reached: the nodes of a busy cluster learn of a new Service late. */
export async function untilReached(scene: Pick<CacheScene, 'ask'>): Promise<void> {
  for (let attempt = 1; attempt <= 15; attempt++) {
    if ((await scene.ask('right')).failure?.code !== 'elasticache-unreachable') return
  }
  throw new Error('the cache cannot be reached')
}

/** Certificates and configurations of all caches, as files. */
async function filesSecret(host: string, authority: Authority, password: string): Promise<object> {
  const right = await authority.issue(host)
  const stranger = await createAuthority('Another Authority')
  const hash = createHash('sha256').update(password).digest('hex')
  const auth = `user default on #${hash} ~* &* +@all`
  const policy = 'maxmemory-policy volatile-lru'
  const files = {
    ...cacheFiles('right', right, auth, policy),
    ...cacheFiles(
      'wrong name',
      await authority.issue('master.hospital-erp.abc123.apn2.cache.amazonaws.com'),
      auth,
      policy
    ),
    ...cacheFiles(
      'expired',
      await authority.issue(host, { from: daysFromNow(-20), until: daysFromNow(-1) }),
      auth,
      policy
    ),
    ...cacheFiles('unknown issuer', await stranger.issue(host), auth, policy),
    ...cacheFiles('replica', right, auth, policy, 'replicaof 127.0.0.1 1'),
    ...cacheFiles('open', right, 'protected-mode no', policy),
    ...cacheFiles('no TLS', undefined, auth, policy),
    ...cacheFiles('noeviction', right, auth, 'maxmemory-policy noeviction')
  }
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'cache-files' }, stringData: files }
}

function cacheFiles(
  cache: Cache,
  certificate: Certificate | undefined,
  ...directives: string[]
): Record<string, string> {
  const port = caches[cache]
  const files = [`tls-cert-file /files/${port}.crt`, `tls-key-file /files/${port}.key`, 'tls-auth-clients no']
  const listening = certificate === undefined ? [`port ${port}`] : ['port 0', `tls-port ${port}`, ...files]
  const conf = ['bind * -::*', 'save ""', 'maxmemory 64mb', ...listening, ...directives].join('\n')
  return {
    [`${port}.conf`]: `${conf}\n`,
    ...(certificate !== undefined && { [`${port}.crt`]: certificate.cert, [`${port}.key`]: certificate.key })
  }
}

const cacheService = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'cache' },
  spec: {
    selector: { 'app.kubernetes.io/name': 'cache' },
    ports: Object.values(caches).map((port) => ({ name: `p${port}`, port }))
  }
}

const cachePod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'cache', labels: { 'app.kubernetes.io/name': 'cache' } },
  spec: {
    enableServiceLinks: false,
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 0,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 999,
      runAsGroup: 1000,
      fsGroup: 1000,
      seccompProfile: { type: 'RuntimeDefault' }
    },
    containers: [
      {
        name: 'redis',
        image,
        workingDir: '/tmp',
        command: ['/bin/sh', '-c', 'for conf in /files/*.conf; do redis-server "$conf" & done; wait'],
        readinessProbe: {
          exec: {
            command: [
              '/bin/sh',
              '-c',
              `for port in ${Object.values(caches).join(' ')}; do nc 127.0.0.1 $port </dev/null || exit 1; done`
            ]
          },
          periodSeconds: 1
        },
        resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { cpu: '1', memory: '256Mi' } },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        volumeMounts: [{ name: 'files', mountPath: '/files', readOnly: true }]
      }
    ],
    volumes: [{ name: 'files', secret: { secretName: 'cache-files', defaultMode: 0o440 } }]
  }
}

/** A way in for the deployer of the namespace, whose Role has just these rules. */
export async function accessWith(namespace: TestNamespace, rules: object[], mayCreate: boolean): Promise<Access> {
  const metadata = { name: 'redis-cache-deployer' }
  await namespace.apply({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules })
  // The API server learns of a changed Role a moment after it has stored it.
  const asked = ['auth', 'can-i', 'create', 'pods', `--as=${deployerOf(namespace)}`]
  for (let attempt = 1; ; attempt++) {
    // kubectl ends with 1 after a "no".
    const may = await namespace.kubectl(...asked).then(
      () => true,
      () => false
    )
    if (may === mayCreate) break
    if (attempt === 100) throw new Error(`creating pods is still ${may ? 'allowed' : 'forbidden'}`)
    await sleep(50)
  }
  return accessTo({ kubeconfig: await readFile(namespace.kubeconfig, 'utf8') }, 1, 600_000)
}
