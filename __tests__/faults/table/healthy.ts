import { both, green, kubectl, type Line, redisCli, type Subject } from '../line.ts'
import { configured, container, own, ownWith, patched, pod, without } from '../own.ts'
import type { Scene } from '../scene.ts'

/** A user of the application, and nobody else: as `ACL SETUSER` would say it, with the hash of the password in the Secret. */
const application = own(
  patched('StatefulSet/redis', {
    op: 'replace',
    path: `${container}/command`,
    value: [
      '/bin/sh',
      '-ec',
      [
        'umask 077',
        'hash=$(sha256sum /run/redis-credentials/password | cut -d " " -f 1)',
        'echo "user default off" >/run/redis/auth.conf',
        'echo "user app on #$hash ~app:* +@all" >>/run/redis/auth.conf',
        'exec redis-server /etc/redis/redis.conf'
      ].join('\n')
    ]
  }),
  // As the user of the application, who is the only one.
  ...['startupProbe', 'readinessProbe', 'livenessProbe'].map((probe) =>
    patched('StatefulSet/redis', {
      op: 'replace',
      path: `${container}/${probe}/exec/command`,
      value: [
        'sh',
        '-c',
        'test "$(REDISCLI_AUTH=$(cat /run/redis-credentials/password) redis-cli --user app ping)" = PONG'
      ]
    })
  ),
  patched('StatefulSet/redis', {
    op: 'add',
    path: `${pod}/containers/1/env/-`,
    value: { name: 'REDIS_USER', value: 'app' }
  })
)

const addressed =
  (host: (namespace: string) => string) =>
  async (scene: Scene): Promise<void> => {
    const [name, password] = [host(scene.namespace.name), await scene.namespace.credential('password')]
    await scene.patch('secret/redis-credentials', {
      stringData: { host: name, url: `redis://:${password}@${name}:6379` }
    })
  }

const withoutRight = (role: string, resource: string) => async (scene: Scene) => {
  const { rules } = JSON.parse(await scene.kubectl('get', 'role', role, '--output=json')) as {
    rules: { resources: string[] }[]
  }
  await scene.patch(`role/${role}`, { rules: rules.filter(({ resources }) => !resources.includes(resource)) })
}

const otherRedis = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'sessions' },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: 'sessions' } },
    template: {
      metadata: { labels: { app: 'sessions' } },
      spec: {
        containers: [
          { name: 'redis', image: 'docker.io/library/redis:7.2.16-alpine', ports: [{ containerPort: 6379 }] }
        ]
      }
    }
  }
}

/** A cache that is deployed from manifests of its own, and which works. */
function works(
  title: string,
  setting: NonNullable<Line['setting']>,
  look: Line['look'],
  ...notes: (string | RegExp)[]
): Line {
  return { title, setting, look, ...both(green(...notes)) }
}

/** What looks odd, and is right: a run that refuses it keeps somebody from deploying. */
export const healthy: Subject = {
  title: 'Healthy: nothing is wrong, and the run is green',
  lines: [
    { title: 'the cache as it was deployed', look: redisCli('ping')('PONG'), ...both(green()) },
    {
      title: 'another client added a label and an annotation to the StatefulSet',
      plant: async (scene) => {
        await scene.kubectl('label', 'statefulset', 'redis', 'team=erp')
        await scene.kubectl('annotate', 'statefulset', 'redis', 'example.com/ticket=1')
      },
      look: kubectl('get', 'statefulset', 'redis', '--output=jsonpath={.metadata.labels}')('"team":"erp"'),
      ...both(green('team'))
    },
    {
      title: 'another client added a label to redis-0',
      plant: (scene) => scene.kubectl('label', 'pod', 'redis-0', 'example.com/mesh=on'),
      look: kubectl('get', 'pod', 'redis-0', '--show-labels')('example.com/mesh=on'),
      ...both(green())
    },
    {
      title: '`host` of the Secret is `redis-0.redis-headless`',
      plant: addressed(() => 'redis-0.redis-headless'),
      look: { see: (scene) => scene.namespace.credential('host'), shows: 'redis-0.redis-headless' },
      ...both(green())
    },
    {
      title: 'the Role of the run does not let it see EndpointSlices',
      plant: async (scene) => {
        await withoutRight('redis-cache-deployer', 'endpointslices')(scene)
        await withoutRight('redis-cache-reader', 'endpointslices')(scene)
      },
      look: kubectl('get', 'roles', '--output=jsonpath={.items[*].rules}')(/^(?!.*endpointslices)/),
      ...both(green('Whether Service/redis leads to redis-0 alone was not checked'))
    },
    {
      title: 'a container of redis-0 was restarted once, and runs since',
      plant: (scene) => scene.redis('shutdown', 'nosave').catch(() => undefined),
      look: kubectl(
        'get',
        'pod',
        'redis-0',
        '--output=jsonpath={.status.containerStatuses[?(@.name=="redis")].restartCount} {.status.conditions[?(@.type=="Ready")].status}'
      )('1 True'),
      restarts: true,
      ...both(green('restart'))
    },
    {
      title: 'not asked at all, with `probe-from: none`: the summary says so',
      inputs: { 'probe-from': 'none' },
      look: redisCli('ping')('PONG'),
      ...both(green('`probe-from` is `none`'))
    },
    {
      title: 'a full cache with `allkeys-lru`, which evicts, as it must',
      setting: own(configured('maxmemory 2mb')),
      plant: (scene) =>
        scene.redis('eval', "for i = 1, 20000 do redis.call('set', 'key:' .. i, string.rep('x', 100)) end", '0'),
      look: redisCli('info', 'stats')(/evicted_keys:[1-9]/),
      ...both(green())
    },
    works(
      'own users: `default` is off, and `url` names the user of the application',
      { ...application, user: 'app' },
      kubectl('exec', 'redis-0', '--container=redis', '--', 'redis-cli', 'ping')('NOAUTH')
    ),
    {
      ...works(
        'the NetworkPolicy admits backends by another label, asked with `probe-from: cluster`',
        own(
          patched('NetworkPolicy/redis', {
            op: 'replace',
            path: '/spec/ingress/0/from/0/podSelector/matchLabels',
            value: { tier: 'web' }
          })
        ),
        kubectl('get', 'networkpolicy', 'redis', '--output=jsonpath={.spec.ingress[0].from}')('"tier":"web"')
      ),
      deployInputs: { 'probe-from': 'cluster' }
    },
    works(
      '`rename-command CONFIG ""`: what cannot be compared is told',
      own(configured('rename-command CONFIG ""')),
      redisCli('config', 'get', 'maxmemory')('ERR unknown command'),
      'Not compared, because Redis does not run CONFIG GET'
    ),
    works(
      '`rename-command INFO ""`: memory and persistence are told as not checked',
      own(
        configured('rename-command INFO ""'),
        // It cannot do without.
        patched('StatefulSet/redis', { op: 'remove', path: `${pod}/containers/1` })
      ),
      redisCli('info')('ERR unknown command'),
      'Memory and persistence were not checked'
    ),
    works(
      'no persistence is rendered: told, because every restart empties the cache',
      own(configured('appendonly no', 'save ""')),
      redisCli('config', 'get', 'appendonly')('no'),
      'The cache is not persistent'
    ),
    works(
      'no NetworkPolicy, no exporter, and another Redis in a Deployment of its own labels',
      ownWith(
        [otherRedis],
        without('NetworkPolicy', 'redis'),
        patched('StatefulSet/redis', { op: 'remove', path: `${pod}/containers/1` })
      ),
      kubectl('get', 'networkpolicies', '--output=name')(/^\s*$/)
    ),
    works(
      'two mounted ConfigMaps have a key redis.conf, of which the command names one',
      ownWith(
        [
          {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name: 'example-config' },
            data: { 'redis.conf': 'maxmemory 1gb\nappendonly no\n' }
          }
        ],
        patched(
          'StatefulSet/redis',
          {
            op: 'add',
            path: `${pod}/volumes/-`,
            value: { name: 'example', configMap: { name: 'example-config' } }
          },
          { op: 'add', path: `${container}/volumeMounts/-`, value: { name: 'example', mountPath: '/example' } }
        )
      ),
      kubectl('exec', 'redis-0', '--container=redis', '--', 'cat', '/example/redis.conf')('maxmemory 1gb')
    )
  ]
}
