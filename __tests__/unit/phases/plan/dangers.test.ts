import { describe, expect, test } from '@jest/globals'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { dangersOf } from '../../../../src/phases/plan/dangers.ts'
import fc from '../../../support/fast-check.ts'
import { documentOf } from '../../document-of.ts'
import { type Edit, shipped, shippedOne } from './shipped.ts'

/** The dangers of a change of the shipped manifests, as `rule: sentence`. */
const dangers = (...edits: Edit[]) => said(shipped(), shipped(...edits))
const said = (before: KubernetesObject[], after: KubernetesObject[]) =>
  dangersOf(before, after).map(({ rule, sentence }) => `${rule}: ${sentence}`)

/** What takes the place of a claim. */
const emptyDir: Edit[] = [
  [
    '        - name: run\n          emptyDir',
    '        - name: data\n          emptyDir: {}\n        - name: run\n          emptyDir'
  ],
  [
    '  volumeClaimTemplates:\n    - metadata:\n        name: data',
    '  volumeClaimTemplates:\n    - metadata:\n        name: other'
  ]
]

describe('a dangerous change', () => {
  test.each<[string, Edit[], string]>([
    [
      'that makes the storage smaller',
      [['storage: 5Gi', 'storage: 1Gi']],
      'storage-shrinks: the claim data of StatefulSet/redis would shrink from 5Gi to 1Gi: a volume can grow but not shrink'
    ],
    [
      'that switches the append-only file off',
      [['appendonly yes', 'appendonly no']],
      'persistence-off: appendonly would change from yes to no: Redis would start from its last snapshot; a deployment saves one first'
    ],
    [
      'that takes the line of the append-only file away, because no is built in',
      [['appendonly yes\n', '\n']],
      'persistence-off: appendonly would change from yes to no: Redis would start from its last snapshot; a deployment saves one first'
    ],
    [
      'that removes all save points',
      [['save 60 10000', 'save ""']],
      'persistence-off: the save points 900 1 300 10 60 10000 would all go: Redis would no longer write snapshots'
    ],
    [
      'that puts an emptyDir in the place of the claim',
      emptyDir,
      'persistence-off: /data of container redis would no longer be on the claim data, but on emptyDir, and what Redis writes there would be lost with the pod'
    ],
    [
      'that mounts the claim nowhere',
      [['            - name: data\n              mountPath: /data\n', '']],
      'persistence-off: /data of container redis would no longer be on the claim data, but on nothing, and what Redis writes there would be lost with the pod'
    ],
    [
      'that moves the files on their volume',
      [['appendonly yes', 'appendonly yes\n    appenddirname elsewhere']],
      'files-moved: appenddirname would change from appendonlydir to elsewhere: Redis would not find the files that it has written'
    ],
    [
      'that leaves less memory for keys',
      [['maxmemory 256mb', 'maxmemory 8mb']],
      'maxmemory-shrinks: maxmemory would change from 256 MiB to 8 MiB: a deployment is refused if Redis uses more than that'
    ],
    [
      'to an engine that cannot read the files',
      [['redis:7.2.16-alpine', 'redis:7.0.15-alpine']],
      'engine-older: Redis 7.0 cannot read the files that Redis 7.2 writes: it would not start'
    ],
    [
      'that switches protected mode off',
      [['protected-mode yes', 'protected-mode no']],
      'password-weakened: protected-mode would be off: without a password, Redis would answer every address'
    ],
    [
      'that switches protected mode off by an argument',
      [['redis-server /etc/redis/redis.conf', 'redis-server /etc/redis/redis.conf --protected-mode no']],
      'password-weakened: protected-mode would be off: without a password, Redis would answer every address'
    ],
    [
      'that no longer includes the file with the password',
      [['include /run/redis/auth.conf', '']],
      'password-weakened: Redis would require no password: no requirepass, no user with one, no include of a file with one'
    ],
    [
      'that includes a file of the same ConfigMap instead, which has none',
      [
        ['include /run/redis/auth.conf', 'include /etc/redis/users.conf'],
        ['  maxmemory.conf: |', '  users.conf: ""\n  maxmemory.conf: |']
      ],
      'password-weakened: Redis would require no password: no requirepass, no user with one, no include of a file with one'
    ],
    [
      'that makes a user without a password',
      [['protected-mode yes', 'protected-mode yes\n    user guest on nopass ~* +@all']],
      'password-weakened: the user guest of Redis would need no password (nopass)'
    ],
    [
      'whose command makes a user without a password',
      [['user default on #$hash', 'user default on nopass']],
      'password-weakened: the command of container redis would create a user that needs no password (nopass)'
    ],
    [
      'that gives Redis more than half of its memory',
      [['maxmemory 256mb', 'maxmemory 300mb']],
      'memory-budget: the memory limit 512Mi of container redis would be less than twice maxmemory 300mb: while it saves, Redis may need 600 MiB'
    ],
    [
      'that takes the memory limit away',
      [
        [
          'limits:\n              # Twice maxmemory: the child that rewrites the append-only file or saves a snapshot copies pages.\n              memory: 512Mi',
          'limits: {}'
        ]
      ],
      'memory-budget: container redis would have no memory limit'
    ],
    [
      'that lets Redis grow without an end',
      [['maxmemory 256mb', 'maxmemory 0']],
      'memory-budget: Redis would have no maxmemory and could grow until the kernel kills it'
    ],
    [
      'to an image without a tag',
      [['redis:7.2.16-alpine', 'redis']],
      'image-without-tag: the image docker.io/library/redis of container redis of StatefulSet/redis would have no version tag: a restart may pull a different version'
    ],
    [
      'to an image without a tag, of a registry with a port',
      [['docker.io/library/redis:7.2.16-alpine', 'localhost:5000/redis']],
      'image-without-tag: the image localhost:5000/redis of container redis of StatefulSet/redis would have no version tag: a restart may pull a different version'
    ],
    [
      'to the latest image of a registry with a port',
      [['docker.io/library/redis:7.2.16-alpine', 'localhost:5000/redis:latest']],
      'image-without-tag: the image localhost:5000/redis:latest of container redis of StatefulSet/redis would have no version tag: a restart may pull a different version'
    ],
    [
      'that opens a Service to the world',
      [['type: ClusterIP', 'type: LoadBalancer']],
      'service-exposed: Service/redis would be a LoadBalancer, reachable from outside the cluster'
    ]
  ])('is recognised: %s', (_, edits, expected) => {
    expect(dangers(...edits)).toEqual([expected])
  })

  const switchedOn =
    'persistence-on: appendonly would change from no to yes: Redis would start from an append-only file that is missing ' +
    'or old, and lose every key; a deployment switches it on in the running Redis first, and is refused where it cannot'

  test('is one that switches the append-only file on', () => {
    expect(said(shipped(['appendonly yes', 'appendonly no']), shipped())).toEqual([switchedOn])
  })

  test('is one that switches the append-only file on by an argument', () => {
    const argument: Edit = ['redis-server /etc/redis/redis.conf', 'redis-server /etc/redis/redis.conf --appendonly no']
    expect(said(shipped(argument), shipped())).toEqual([switchedOn])
  })

  test('is one that shrinks a standalone claim', () => {
    const claim = (size: string) =>
      documentOf(
        `{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: a}, spec: {resources: {requests: {storage: ${size}}}}}`
      ).object
    expect(said([claim('1Gi')], [claim('1000Mi')])).toEqual([
      'storage-shrinks: PersistentVolumeClaim/a would shrink from 1Gi to 1000Mi: a volume can grow but not shrink'
    ])
  })

  test.each([
    ['CronJob', 'jobTemplate: {spec: {template: {spec: {containers: [{name: a, image: b}]}}}}'],
    ['Pod', 'containers: [{name: a, image: b}]'],
    ['Deployment', 'template: {spec: {initContainers: [{name: a, image: b}]}}']
  ])('is one that adds a %s whose image has no tag', (kind, spec) => {
    const object = documentOf(`{apiVersion: v1, kind: ${kind}, metadata: {name: x}, spec: {${spec}}}`).object
    expect(said([], [object])).toEqual([
      `image-without-tag: the image b of container a of ${kind}/x would have no version tag: a restart may pull a different version`
    ])
  })

  test('may be dangerous in more than one way', () => {
    expect(
      dangers(['storage: 5Gi', 'storage: 1Gi'], ['appendonly yes', 'appendonly no']).map((each) => each.split(':')[0])
    ).toEqual(['storage-shrinks', 'persistence-off'])
  })

  test('is described in one harmless line', () => {
    const hostile = documentOf(
      '{apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {containers: [{name: "\\n::error::a", image: "##[x]"}]}}'
    ).object
    expect(said([], [hostile])[0]).toBe(
      'image-without-tag: the image # #[x] of container ∶:error::a of Pod/x would have no version tag: a restart may pull a different version'
    )
  })
})

describe('a harmless change', () => {
  test.each<[string, Edit[]]>([
    ['that changes nothing', []],
    ['that makes the storage larger', [['storage: 5Gi', 'storage: 10Gi']]],
    ['that writes the same storage otherwise', [['storage: 5Gi', 'storage: 5120Mi']]],
    ['to another version', [['redis:7.2.16-alpine', 'redis:8.0.1']]],
    ['to a digest', [['redis:7.2.16-alpine', `redis@sha256:${'0'.repeat(64)}`]]],
    ['to exactly half of the memory', [['maxmemory 256mb', 'maxmemory 268435456']]],
    ['to a size that Redis refuses to start with', [['maxmemory 256mb', 'maxmemory 256Mi']]],
    ['of some of the save points', [['save 300 10\n', '\n']]],
    ['to a password in the configuration', [['include /run/redis/auth.conf', 'requirepass x']]],
    ['to a user with a password', [['include /run/redis/auth.conf', 'user default on nopass >x ~* +@all']]],
    ['to a file of users', [['include /run/redis/auth.conf', 'aclfile /run/redis/users.acl']]],
    [
      'to a password as an argument',
      [
        ['include /run/redis/auth.conf', ''],
        ['exec redis-server', 'exec redis-server --requirepass "$P"']
      ]
    ],
    ['to a user that is switched off', [['protected-mode yes', 'protected-mode yes\n    user guest off nopass']]],
    [
      'to another volume, with the claim in its place',
      [['name: run\n          emptyDir', 'name: more\n          emptyDir: {}\n        - name: run\n          emptyDir']]
    ]
  ])('is recognised: %s', (_, edits) => {
    expect(dangers(...edits)).toEqual([])
  })

  test('is one that keeps an existing danger', () => {
    const edits: Edit[] = [
      ['appendonly yes', 'appendonly no'],
      ['save 60 10000', 'save ""'],
      ['protected-mode yes', 'protected-mode no'],
      ['include /run/redis/auth.conf', ''],
      ['maxmemory 256mb', 'maxmemory 300mb'],
      ['redis:7.2.16-alpine', 'redis'],
      ['type: ClusterIP', 'type: NodePort'],
      ...emptyDir
    ]
    expect(said(shipped(...edits), shipped(...edits, ['storage: 5Gi', 'storage: 6Gi']))).toEqual([])
  })

  test('is one that removes a danger', () => {
    expect(
      said(
        shipped(['storage: 5Gi', 'storage: 1Gi'], ['save 60 10000', 'save ""'], ['redis:7.2.16-alpine', 'redis']),
        shipped()
      )
    ).toEqual([])
  })

  test('is one that creates everything', () => {
    expect(said([], shipped())).toEqual([])
  })

  test('is one that moves Redis out of the cluster', () => {
    expect(said(shipped(), [])).toEqual([])
  })

  test('is one of a configuration that is not among the objects', () => {
    expect(said(shipped(), [shippedOne('StatefulSet', 'redis')])).toEqual([
      expect.stringContaining('network-policy-weakened')
    ])
  })
})

describe('a dangerous first deployment', () => {
  test('is one without a password, with too little memory or with an image without a tag', () => {
    const rules = dangersOf(
      [],
      shipped(
        ['include /run/redis/auth.conf', ''],
        ['maxmemory 256mb', 'maxmemory 1gb'],
        ['redis:7.2.16-alpine', 'redis']
      )
    )
    expect(rules.map(({ rule }) => rule)).toEqual(['password-weakened', 'memory-budget', 'image-without-tag'])
  })
})

test('any danger has a rule and a description', () => {
  const kind = fc.constantFrom('StatefulSet', 'ConfigMap', 'NetworkPolicy', 'Service', 'PersistentVolumeClaim', 'Pod')
  const object = fc.record({ kind, spec: fc.jsonValue(), data: fc.jsonValue() }).map((rest) => ({
    apiVersion: 'v1',
    metadata: { name: 'redis' },
    ...rest
  }))
  const objects = fc.array(fc.oneof(object, fc.constantFrom(...shipped())), { maxLength: 6 })
  fc.assert(
    fc.property(objects, objects, (before, after) => {
      for (const { rule, sentence } of dangersOf(before, after)) {
        expect(rule).toMatch(/^[a-z-]+$/)
        expect(sentence).toMatch(/^.{10,600}$/u)
      }
      expect(dangersOf(after, after)).toEqual([])
    })
  )
})
