import { describe, expect, test } from '@jest/globals'
import { type Edit, problemsWith } from './problems-of.ts'

const bind: Edit = ['bind * -::*', 'bind 127.0.0.1']
const argument = (text: string): Edit => [
  'exec redis-server /etc/redis/redis.conf',
  `exec redis-server /etc/redis/redis.conf ${text}`
]
const line = (text: string): Edit => ['protected-mode yes\n', `protected-mode yes\n    ${text}\n`]
const port = (text: string): Edit => ['    port 6379\n', `    ${text}\n`]
const auth = '    include /run/redis/auth.conf'
const sidecar: Edit = ['      containers:\n', '      containers:\n        - {name: proxy, image: envoy}\n']
const exporter: Edit = [
  '      containers:\n',
  '      containers:\n        - {name: exporter, image: oliver006/redis_exporter:v1}\n'
]
const unrendered = line('include /etc/elsewhere/more.conf')

describe('a Redis that clients cannot use is refused:', () => {
  const inside = 'lets nobody outside the pod connect: write bind * -::*'
  const elsewhere = 'is not the port where this action and clients connect: write port 6379'
  const replica = 'makes Redis a replica, which takes no write: remove it'

  test.each<[string, Edit[], string]>([
    ['an address of loopback', [bind], `ConfigMap/redis-config: bind 127.0.0.1 in redis.conf ${inside}`],
    [
      'both of them',
      [['bind * -::*', 'bind 127.0.0.1 -::1']],
      `ConfigMap/redis-config: bind 127.0.0.1 -::1 in redis.conf ${inside}`
    ],
    ['its name', [['bind * -::*', 'bind localhost']], `ConfigMap/redis-config: bind localhost in redis.conf ${inside}`],
    [
      'the last of two lines',
      [['bind * -::*', 'bind *\n    bind ::1']],
      `ConfigMap/redis-config: bind ::1 in redis.conf ${inside}`
    ],
    [
      'a line of a file that redis.conf includes',
      [
        ['bind * -::*\n', '\n'],
        ['maxmemory 256mb\n', 'maxmemory 256mb\n    bind 127.0.0.1\n']
      ],
      `ConfigMap/redis-config: bind 127.0.0.1 in maxmemory.conf ${inside}`
    ],
    [
      'an argument',
      [argument('--bind 127.0.0.1')],
      `StatefulSet/redis: the argument --bind 127.0.0.1 of container redis ${inside}`
    ],
    ['another port', [port('port 6380')], `ConfigMap/redis-config: port 6380 in redis.conf ${elsewhere}`],
    [
      'an address of loopback, beside an exporter of another name',
      [bind, exporter],
      `ConfigMap/redis-config: bind 127.0.0.1 in redis.conf ${inside}`
    ],
    ['no port', [port('port 0')], `ConfigMap/redis-config: port 0 in redis.conf ${elsewhere}`],
    [
      'another port as an argument',
      [argument('--port 6380')],
      `StatefulSet/redis: the argument --port 6380 of container redis ${elsewhere}`
    ],
    [
      'tls-port in the place of the port',
      [port('tls-port 6379')],
      'ConfigMap/redis-config: tls-port 6379 in redis.conf takes the port where Redis listens without TLS, so that it ' +
        'ends at its start: write another one'
    ],
    [
      'TLS alone',
      [port('port 0\n    tls-port 6379')],
      'ConfigMap/redis-config: port 0 in redis.conf leaves only tls-port 6379, and this action and the exporter ' +
        'connect without TLS: write port 6379'
    ],
    [
      'a port of the container that is not the one of Redis',
      [
        ['containerPort: 6379', 'containerPort: 6380'],
        ['targetPort: redis', 'targetPort: 6379']
      ],
      'StatefulSet/redis: ports[0].containerPort of container redis is 6380, and Redis listens on 6379: write 6379'
    ],
    [
      'a replica',
      [line('replicaof 10.0.0.99 6379')],
      `ConfigMap/redis-config: replicaof 10.0.0.99 6379 in redis.conf ${replica}`
    ],
    [
      'a replica by the old word',
      [line('slaveof primary 6379')],
      `ConfigMap/redis-config: slaveof primary 6379 in redis.conf ${replica}`
    ],
    [
      'a cluster without slots',
      [line('cluster-enabled yes')],
      'ConfigMap/redis-config: cluster-enabled yes in redis.conf makes Redis wait for hash slots that nobody gives it, ' +
        'so that no client can write: write cluster-enabled no'
    ]
  ])('%s', (_, edits, sentence) => {
    expect(problemsWith(edits)).toEqual([sentence])
  })
})

describe('a Redis that lets others in is refused:', () => {
  const open = (user: string) =>
    `ConfigMap/redis-config: user ${user} in redis.conf lets clients in without a password (nopass): write off, or a ` +
    'password as #<its SHA-256>, in the place of nopass'
  const everybody =
    'ConfigMap/redis-config: redis.conf sets no password, so Redis lets everybody in: include a file that is written at ' +
    'start from Secret/redis-credentials, as manifests/base does'

  test.each<[string, Edit[], string]>([
    ['a user without a password', [line('user guest on nopass ~* +@all')], open('guest')],
    ['a user that may only read', [line('user reader on nopass ~* -@all +get')], open('reader')],
    ['the user of all', [[auth, '    user default on nopass ~* +@all']], open('default')],
    [
      'the user of all, beside a password that Redis forgets then',
      [[auth, '    requirepass x\n    user default on nopass ~* +@all']],
      open('default')
    ],
    [
      'a user as an argument',
      [argument('--user "guest on nopass ~* +@all"')],
      'StatefulSet/redis: the argument --user guest of container redis lets clients in without a password (nopass): ' +
        'write off, or a password as #<its SHA-256>, in the place of nopass'
    ],
    ['no password at all', [[auth, '']], everybody],
    ['an empty password', [[auth, '    requirepass ""']], everybody],
    ['a password of another user alone', [[auth, '    user app on >x ~* +@all']], everybody]
  ])('%s', (_, edits, sentence) => {
    expect(problemsWith(edits)).toEqual([sentence])
  })
})

describe('a Redis is right', () => {
  test.each<[string, Edit[]]>([
    ['that listens on loopback and elsewhere', [['bind * -::*', 'bind 127.0.0.1 10.0.0.7']]],
    ['that leaves the addresses to Redis', [['    bind * -::*\n', '\n']]],
    ['that listens on loopback behind a proxy in its pod', [bind, sidecar]],
    ['that listens on another port behind a proxy', [port('port 6380'), sidecar]],
    ['whose argument overrides the file', [bind, argument("--bind '*'")]],
    ['whose argument is known when it starts', [bind, argument('--bind "$ADDRESS"')]],
    ['that may read more from a file that is not rendered', [bind, port('port 6380'), unrendered]],
    [
      'that may read another file',
      [bind, ['exec redis-server /etc/redis/redis.conf', 'exec redis-server /etc/redis/other.conf']]
    ],
    ['that may be started by another program', [bind, ['exec redis-server', 'exec start-redis']]],
    ['that speaks TLS, too', [port('port 6379\n    tls-port 6380')]],
    [
      'whose container names no port',
      [
        ['            - name: redis\n              containerPort: 6379', '            []'],
        ['targetPort: redis', 'targetPort: 6379']
      ]
    ],
    ['that is no replica', [line('replicaof no one')]],
    ['that is no cluster', [line('cluster-enabled no')]],
    [
      'that is a cluster whose slots a hook may assign',
      [
        line('cluster-enabled yes'),
        [
          '          ports:\n            - name: redis',
          `          lifecycle: {postStart: {exec: {command: [/slots.sh]}}}\n          ports:\n            - name: redis`
        ]
      ]
    ],
    [
      'that is a cluster whose slots a Job assigns',
      [
        line('cluster-enabled yes'),
        [
          'apiVersion: apps/v1\nkind: StatefulSet',
          'apiVersion: batch/v1\nkind: Job\nmetadata: {name: slots}\nspec: {template: {spec: {containers: [{name: cli, ' +
            'command: [redis-cli, --cluster, create]}]}}}\n---\napiVersion: apps/v1\nkind: StatefulSet'
        ]
      ]
    ],
    ['with a user that has a password', [line('user app on >x ~* +@all')]],
    ['with a user that is off', [line('user guest off nopass ~* +@all')]],
    ['with a user whose password comes later', [line('user guest on nopass ~* +@all resetpass >x')]],
    ['with a user that may do nothing', [line('user guest on nopass ~* +@all -@all')]],
    ['with a user that may ask whether Redis is there', [line('user health on nopass -@all +ping')]],
    ['with a user of its own, and default off', [[auth, '    user default off\n    user app on >x ~* +@all']]],
    ['with a password in its configuration', [[auth, '    requirepass x']]],
    ['with a file of users', [[auth, '    aclfile /run/redis/users.acl']]],
    ['with a password as an argument', [[auth, ''], argument('--requirepass "$P"')]],
    [
      'with a password that a hook sets',
      [
        [auth, ''],
        [
          '          startupProbe:',
          '          lifecycle: {postStart: {exec: {command: [set]}}}\n          startupProbe:'
        ]
      ]
    ]
  ])('%s', (_, edits) => {
    expect(problemsWith(edits)).toEqual([])
  })
})

test('the redis.conf of others is not taken for that of Redis, where its command names its own', () => {
  const other = (name: string) =>
    `{apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}}, data: {redis.conf: "bind 127.0.0.1\\nreplicaof a 1\\n"}}`
  const mounted: Edit[] = [
    ['            - name: run\n', '            - {name: other, mountPath: /etc/other}\n            - name: run\n'],
    ['      volumes:\n', '      volumes:\n        - {name: other, configMap: {name: other}}\n']
  ]
  expect(problemsWith(mounted, other('other'), other('sessions'))).toEqual([])
})
