import { kustomize, type Line, red, type Subject } from '../line.ts'
import { configured, container, own, ownWith, patched, pod } from '../own.ts'

/** A line whose manifests are refused, by verify too. */
function refused(title: string, manifests: ReturnType<typeof own>, shows: string | RegExp, ...words: string[]): Line {
  const outcome = red('invalid-manifest', ...words)
  return { title, own: manifests, look: kustomize(shows), deploy: outcome, verify: outcome }
}

const ports = [{ name: 'redis', containerPort: 6379 }]
const workload = (kind: string, name: string, labels: Record<string, string>) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name },
  spec: {
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { containers: [{ name: 'redis', image: 'docker.io/library/redis:7.2.16-alpine', ports }] }
    }
  }
})

/** Manifests that cannot work, refused before the cluster is contacted. */
export const manifests: Subject = {
  title: 'The manifests cannot work',
  lines: [
    refused(
      'Service `redis` selects no pod',
      own(patched('Service/redis', { op: 'replace', path: '/spec/selector', value: { app: 'cache' } })),
      'app: cache',
      'Service/redis does not lead to Redis: spec.selector has app: cache'
    ),
    refused(
      'Service `redis` leads to a port where nothing listens',
      own(patched('Service/redis', { op: 'replace', path: '/spec/ports/0/targetPort', value: 6380 })),
      'targetPort: 6380',
      'Service/redis: spec.ports[0].targetPort is 6380'
    ),
    refused(
      'the NetworkPolicy selects no pod',
      own(
        patched('NetworkPolicy/redis', {
          op: 'replace',
          path: '/spec/podSelector',
          value: { matchLabels: { app: 'cache' } }
        })
      ),
      'app: cache',
      'NetworkPolicy/redis isolates nothing'
    ),
    refused(
      'the NetworkPolicy admits everybody to 6379',
      own(patched('NetworkPolicy/redis', { op: 'remove', path: '/spec/ingress/0/from' })),
      /ingress:\n {2}- ports:\n/,
      'NetworkPolicy/redis lets everybody connect to port 6379'
    ),
    refused(
      '`hostNetwork: true`, which switches the NetworkPolicy off',
      own(patched('StatefulSet/redis', { op: 'add', path: `${pod}/hostNetwork`, value: true })),
      'hostNetwork: true',
      'hostNetwork is true, so NetworkPolicy/redis does not apply'
    ),
    refused(
      'a Deployment that is named `redis`, beside the StatefulSet',
      ownWith([workload('Deployment', 'redis', { app: 'other' })]),
      'kind: Deployment',
      'Deployment/redis: kind is Deployment'
    ),
    refused(
      'a Deployment whose pods Service `redis` selects',
      ownWith([workload('Deployment', 'shop', { 'app.kubernetes.io/name': 'redis' })]),
      'name: shop',
      'Deployment/shop: Service/redis, by which clients reach Redis, selects its pods'
    ),
    refused(
      '`bind 127.0.0.1`, as in the stock redis.conf',
      own(configured('bind 127.0.0.1')),
      'bind 127.0.0.1',
      'bind'
    ),
    refused('`port 6380`', own(configured('port 6380')), 'port 6380', 'port 6380', 'is not the port where'),
    refused(
      'TLS alone (`port 0`, `tls-port 6379`)',
      own(configured('port 0', 'tls-port 6379')),
      'tls-port 6379',
      'connect without TLS'
    ),
    refused(
      'an argument gives Redis more memory than the container has (`redis.conf --maxmemory 4gb`)',
      own(
        patched('StatefulSet/redis', {
          op: 'replace',
          path: `${container}/command`,
          value: ['redis-server', '/etc/redis/redis.conf', '--maxmemory', '4gb']
        })
      ),
      '4gb',
      'less than twice maxmemory'
    ),
    refused(
      '`replicaof` another Redis',
      own(configured('replicaof 10.0.0.99 6379')),
      'replicaof',
      'makes Redis a replica'
    ),
    refused(
      '`cluster-enabled yes`',
      own(configured('cluster-enabled yes')),
      'cluster-enabled yes',
      'hash slots that nobody gives it'
    ),
    refused(
      'a user of redis.conf that needs no password',
      own(configured('user evil on nopass ~* +@all')),
      'user evil',
      'user evil',
      'without a password (nopass)'
    ),
    refused(
      'Redis is started without any password',
      own(
        patched('StatefulSet/redis', {
          op: 'replace',
          path: `${container}/command`,
          value: ['redis-server', '/etc/redis/redis.conf']
        }),
        patched('ConfigMap/redis-config', {
          op: 'replace',
          path: '/data/redis.conf',
          value: 'dir /data\nappendonly yes\nprotected-mode no\nmaxmemory 256mb\n'
        })
      ),
      'protected-mode no',
      'no password, so Redis lets everybody in'
    ),
    refused(
      'an append-only file in an `emptyDir` instead of the claim',
      own(
        patched(
          'StatefulSet/redis',
          { op: 'remove', path: '/spec/volumeClaimTemplates' },
          { op: 'add', path: `${pod}/volumes/-`, value: { name: 'data', emptyDir: {} } }
        )
      ),
      /emptyDir: \{\}\n\s+name: data/,
      'is on an emptyDir',
      'lost with the pod'
    ),
    refused(
      '`dir /tmp`, beside the claim',
      own(configured('dir /tmp')),
      'dir /tmp',
      'lost with the pod',
      'write dir /data'
    ),
    refused(
      'the Secret has the suffix of a `secretGenerator`',
      {
        patches: [],
        files: {
          'deploy/redis/kustomization.yaml': JSON.stringify({
            resources: ['../manifests/base'],
            secretGenerator: [{ name: 'redis-credentials', literals: ['host=redis'] }]
          })
        }
      },
      /name: redis-credentials-\w{10}/,
      'has the suffix of a secretGenerator'
    ),
    refused(
      'fields that only the cluster writes, as `kubectl get --output=yaml` prints them',
      own(
        patched('Service/redis', { op: 'add', path: '/metadata/uid', value: '7f5c0b1e-0000-4000-8000-000000000000' })
      ),
      'uid: 7f5c0b1e',
      'has what only the cluster writes'
    ),
    refused(
      'no object at all',
      { patches: [], files: { 'deploy/redis/kustomization.yaml': '{"resources": []}' } },
      /^$/,
      'the manifests render no object'
    )
  ]
}
