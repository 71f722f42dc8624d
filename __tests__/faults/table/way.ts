import { both, green, kubectl, type Line, red, type Subject } from '../line.ts'
import type { Scene } from '../scene.ts'

/** An address that somebody adds to the endpoints of Service `redis`. */
const foreignEndpoint = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'redis-foreign', labels: { 'kubernetes.io/service-name': 'redis' } },
  addressType: 'IPv4',
  ports: [{ name: 'redis', port: 6379, protocol: 'TCP' }],
  endpoints: [{ addresses: ['10.0.0.99'], conditions: { ready: true } }]
}

/** A pod of somebody else, with the labels by which the Service finds Redis. */
export const foreignPod = (image: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'shop-0', labels: { 'app.kubernetes.io/name': 'redis' } },
  spec: {
    terminationGracePeriodSeconds: 0,
    securityContext: { runAsNonRoot: true, runAsUser: 999, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'shop',
        image,
        command: ['sleep', '3600'],
        ports: [{ name: 'redis', containerPort: 6379 }],
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }
      }
    ]
  }
})

/** Somebody changed keys of the Secret; a deployment without `redis-password` keeps what is stored. */
function secret(
  title: string,
  change: (scene: Scene) => Promise<Record<string, string | null>>,
  shows: Readonly<{ key: string; value: string | RegExp }>,
  code: Parameters<typeof red>[0],
  ...words: string[]
): Line {
  return {
    title,
    plant: async (scene) => scene.patch('secret/redis-credentials', { stringData: await change(scene) }),
    look: { see: (scene) => scene.namespace.credential(shows.key), shows: shows.value },
    ...both(red(code, ...words))
  }
}

const urlOf = async (scene: Scene, host: string, scheme = 'redis') =>
  `${scheme}://:${encodeURIComponent(await scene.namespace.credential('password'))}@${host}`

/** How clients find Redis: its Service and its Secret. */
export const way: Subject = {
  title: 'Clients do not find Redis, or find another',
  lines: [
    {
      title: 'another pod has the labels of the Service, so that half of the connections go there',
      plant: async (scene) => {
        await scene.namespace.apply(foreignPod('docker.io/library/redis:7.2.16-alpine'))
        await scene.kubectl('wait', '--for=condition=Ready', 'pod/shop-0', '--timeout=60s')
      },
      look: kubectl('get', 'endpointslices', '--output=yaml')('shop-0'),
      ...both(red('service-mismatch', 'leads not to redis-0 alone, but also to Pod shop-0'))
    },
    {
      title: 'another address was added to the endpoints of the Service',
      plant: (scene) => scene.namespace.apply(foreignEndpoint),
      heal: (scene) => scene.kubectl('delete', 'endpointslice', 'redis-foreign'),
      look: kubectl('get', 'endpointslices', '--output=yaml')('10.0.0.99'),
      ...both(red('service-mismatch', 'leads not to redis-0 alone', '10.0.0.99'))
    },
    {
      title: 'the selector of the Service was changed',
      plant: (scene) => scene.patch('service/redis', { spec: { selector: { 'app.kubernetes.io/name': 'other' } } }),
      look: kubectl('get', 'service', 'redis', '--output=jsonpath={.spec.selector}')('other'),
      deploy: red('field-conflict', '.spec.selector', 'kubectl-patch'),
      verify: red('config-drift', 'Service/redis: .spec.selector', 'kubectl-patch')
    },
    {
      title: 'somebody added a second port to the Service',
      plant: (scene) =>
        scene.patch(
          'service/redis',
          [{ op: 'add', path: '/spec/ports/-', value: { name: 'other', port: 6380, targetPort: 6380 } }],
          'json'
        ),
      look: kubectl('get', 'service', 'redis', '--output=jsonpath={.spec.ports}')('6380'),
      deploy: red('config-drift', '6380', 'kubectl-patch'),
      verify: red('config-drift', '6380', 'kubectl-patch')
    },
    {
      title: 'the Service was deleted',
      plant: (scene) => scene.kubectl('delete', 'service', 'redis'),
      look: kubectl('get', 'services', '--output=name')(/^service\/redis-headless\s*$/),
      deploy: green(),
      verify: red('config-drift', 'Service/redis')
    },
    secret(
      '`host` of the Secret is a Service that does not exist',
      async (scene) => ({ host: 'cache', url: await urlOf(scene, 'cache:6379') }),
      { key: 'host', value: /^cache$/ },
      'secret-field',
      'key host names Service/cache'
    ),
    secret(
      '`host` of the Secret is 127.0.0.1',
      async (scene) => ({ host: '127.0.0.1', url: await urlOf(scene, '127.0.0.1:6379') }),
      { key: 'host', value: '127.0.0.1' },
      'secret-field',
      'key host is the loopback address'
    ),
    secret(
      '`port` of the Secret is not the one of the Service',
      async (scene) => ({ port: '6380', url: await urlOf(scene, `redis.${scene.namespace.name}.svc:6380`) }),
      { key: 'port', value: '6380' },
      'secret-field',
      'key port is not a port of Service/redis'
    ),
    secret(
      '`url` of the Secret is `rediss://…`, and Redis has no TLS',
      async (scene) => ({ url: await urlOf(scene, `redis.${scene.namespace.name}.svc:6379`, 'rediss') }),
      { key: 'url', value: /^rediss:/ },
      'secret-field',
      'key url begins with rediss://'
    ),
    secret(
      '`url` of the Secret has another password than `password`',
      async ({ namespace }) => ({ url: `redis://:another-password-2@redis.${namespace.name}.svc:6379` }),
      { key: 'url', value: 'another-password-2' },
      'secret-field',
      'url'
    ),
    secret(
      '`url` of the Secret names a user that Redis does not have',
      async ({ namespace }) => ({
        url: `redis://nobody:${await namespace.credential('password')}@redis.${namespace.name}.svc:6379`
      }),
      { key: 'url', value: 'redis://nobody:' },
      'redis-auth',
      'the user that key url of Secret/redis-credentials names'
    ),
    {
      title: '`password` of the Secret is not text (no UTF-8)',
      plant: (scene) => scene.patch('secret/redis-credentials', { data: { password: '//79/A==' } }),
      look: kubectl('get', 'secret', 'redis-credentials', '--output=jsonpath={.data.password}')('//79/A=='),
      ...both(red('secret-field', 'password'))
    },
    {
      title: 'a key of the Secret is missing',
      plant: (scene) => scene.patch('secret/redis-credentials', { data: { url: null } }),
      look: kubectl('get', 'secret', 'redis-credentials', '--output=jsonpath={.data}')(/^(?!.*"url")/),
      ...both(red('secret-field', 'key url is missing'))
    },
    {
      title: 'the Secret got another password, and redis-0 has not restarted since',
      plant: async (scene) => {
        const url = `redis://:another-password-2@redis.${scene.namespace.name}.svc:6379`
        await scene.patch('secret/redis-credentials', { stringData: { password: 'another-password-2', url } })
      },
      look: { see: (scene) => scene.namespace.credential('password'), shows: 'another-password-2' },
      restarts: true,
      deploy: green(),
      verify: red('redis-auth', 'rejects the password of Secret/redis-credentials', 'delete pod redis-0')
    }
  ]
}
