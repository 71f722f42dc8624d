import { describe, expect, test } from '@jest/globals'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { podDrift, podNote } from '../../../../src/phases/rollout/pod-template.ts'
import { changed, renderedObject } from '../../core/drift/objects.ts'
import { type Owner, ownedBy } from '../../core/drift/owners.ts'

const statefulSet = renderedObject('StatefulSet')
const template = Object(statefulSet['spec']).template
const containers = ['spec', 'containers'] as const
const redis = [...containers, { name: 'redis' }] as const

/** The pod as the controller makes it, and as the scheduler and the built-in admission plugins complete it. */
const made: KubernetesObject = ownedBy(
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'redis-0',
      labels: { ...template.metadata.labels, 'controller-revision-hash': 'redis-bccfcb799' },
      ownerReferences: [{ uid: 'u', controller: true }]
    },
    spec: {
      ...template.spec,
      nodeName: 'node-1',
      hostname: 'redis-0',
      subdomain: 'redis-headless',
      priorityClassName: 'usual',
      preemptionPolicy: 'PreemptLowerPriority',
      imagePullSecrets: [{ name: 'registry' }],
      tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' }],
      containers: template.spec.containers.map((container: { volumeMounts?: object[] }) => ({
        ...container,
        imagePullPolicy: 'Always',
        volumeMounts: [
          ...(container.volumeMounts ?? []),
          { name: 'kube-api-access-x7x2p', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }
        ]
      })),
      volumes: [
        ...template.spec.volumes,
        { name: 'data', persistentVolumeClaim: { claimName: 'data-redis-0' } },
        { name: 'kube-api-access-x7x2p', projected: { sources: [] } }
      ]
    }
  },
  { manager: 'k3s' },
  ['metadata', 'ownerReferences'],
  [...redis, 'image']
)

const drift = (pod: KubernetesObject, needed: string[] = []) => podDrift(pod, statefulSet, needed, 'team')
const note = (pod: KubernetesObject, needed: string[] = []) => podNote(pod, statefulSet, needed)
/** Another image, and who wrote it. */
const otherImage = (owner: Owner) =>
  ownedBy(changed(made, [...containers, 0, 'image'], 'redis:6'), owner, [...redis, 'image'])

test('a pod as Kubernetes itself makes and completes it is what its template says', () => {
  expect(drift(made)).toBeUndefined()
  expect(note(made)).toBeUndefined()
})

test('a StatefulSet without a template, which no server stores, differs from nothing', () => {
  const bare = { ...statefulSet, spec: {} }
  expect(podDrift(made, bare, [], 'team')).toBeUndefined()
  expect(podNote(made, bare, [])).toBeUndefined()
})

describe('what somebody wrote to the pod after its creation', () => {
  test('is drift at once: another image, with both, its manager, and how to make the pod again', () => {
    const pod = otherImage({ manager: 'kubectl-set' })
    const { image } = template.spec.containers[0]
    expect(drift(pod)).toEqual({
      code: 'config-drift',
      sentence:
        `pod redis-0 is not what its template says: .spec.containers[name="redis"].image is "redis:6", ` +
        `template: "${image}" (written by kubectl-set at 2026-11-23T02:10:00Z)`,
      hint: 'delete the pod, so that it is made again from its template: `kubectl -n team delete pod redis-0`',
      toleranceMilliseconds: 0
    })
    expect(note(pod)).toBeUndefined()
  })

  test.each<[string, KubernetesObject, string]>([
    [
      'a deadline',
      ownedBy(changed(made, ['spec', 'activeDeadlineSeconds'], 60), { manager: 'kubectl-patch' }, [
        'spec',
        'activeDeadlineSeconds'
      ]),
      '.spec.activeDeadlineSeconds is 60 but is not in the template'
    ]
  ])('is drift: %s', (_, pod, words) => {
    expect(drift(pod)?.sentence).toContain(words)
  })

  test.each<[string, (string | number)[], unknown, string]>([
    ['a node selector', ['nodeSelector'], { pool: 'spot' }, '.spec.nodeSelector'],
    [
      'an affinity to nodes',
      ['affinity'],
      { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } },
      '.spec.affinity'
    ],
    ['a toleration', ['tolerations'], [{ key: 'spot', operator: 'Exists' }], '.spec.tolerations[key="spot"]']
  ])('is no drift, and told, where it says where a gated pod may run: %s', (_, field, value, words) => {
    const path = ['spec', ...field]
    const pod = ownedBy(changed(made, path, value), { manager: 'kueue' }, path)
    expect(drift(pod)).toBeUndefined()
    expect(note(pod)).toContain(words)
    expect(note(pod)).toContain('(written by kueue at')
  })

  test('is drift: another value of a label, which has its own command', () => {
    const name = 'app.kubernetes.io/name'
    const pod = ownedBy(changed(made, ['metadata', 'labels', name], 'other'), { manager: 'kubectl-label' }, [
      'metadata',
      'labels',
      name
    ])
    expect(drift(pod)).toMatchObject({
      code: 'config-drift',
      sentence: expect.stringContaining(
        `.metadata.labels.${name} is "other", template: "redis" (written by kubectl-label`
      ),
      hint: `write the labels of the template again: \`kubectl -n team label pod redis-0 ${name}=redis --overwrite\``
    })
  })

  test('is drift: a label that was removed, where a Service or a policy needs it', () => {
    const name = 'app.kubernetes.io/name'
    const pod = changed(made, ['metadata', 'labels', name], undefined)
    expect(drift(pod, [name])?.sentence).toContain(`.metadata.labels.${name} is missing, template: "redis"`)
    expect(drift(pod, ['another'])).toBeUndefined()
    expect(note(pod, ['another'])).toContain(`.metadata.labels.${name} is missing`)
  })

  test('is no drift where it adds a label', () => {
    const pod = ownedBy(changed(made, ['metadata', 'labels', 'team'], 'x'), { manager: 'kubectl-label' }, [
      'metadata',
      'labels',
      'team'
    ])
    expect([drift(pod), note(pod)]).toEqual([undefined, undefined])
  })
})

describe('what the cluster itself changed', () => {
  test.each<[string, KubernetesObject, string]>([
    [
      'the sidecar of a service mesh',
      changed(made, [...containers, template.spec.containers.length], { name: 'istio-proxy', image: 'proxy' }),
      '.spec.containers[name="istio-proxy"] is present but is not in the template'
    ],
    [
      'the requests of a vertical autoscaler',
      changed(made, [...containers, 0, 'resources', 'requests', 'memory'], '1Gi'),
      '.spec.containers[name="redis"].resources.requests.memory is "1Gi", template: "512Mi"'
    ],
    [
      'the image of a mirror, which the controller is said to have written',
      changed(made, [...containers, 0, 'image'], 'mirror.example/redis:7'),
      'image is "mirror.example/redis:7", template: '
    ],
    [
      'a resize in place',
      ownedBy(
        changed(made, [...containers, 0, 'resources', 'limits', 'memory'], '1Gi'),
        { manager: 'kubectl', subresource: 'resize' },
        [...redis, 'resources', 'limits', 'memory']
      ),
      'limits.memory is "1Gi", template: "512Mi" (written by kubectl at 2026-11-23T02:10:00Z)'
    ],
    [
      'a container of kubectl debug',
      changed(made, ['spec', 'ephemeralContainers'], [{ name: 'debugger-x' }]),
      'ephemeral container debugger-x was added, as kubectl debug does'
    ]
  ])('is told, and no drift: %s', (_, pod, words) => {
    expect(drift(pod)).toBeUndefined()
    expect(note(pod)).toContain(words)
  })

  test('is told in five parts and a number', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    const pod = names.reduce((all, name, index) => changed(all, [...containers, 2 + index], { name }), made)
    expect(note(pod)).toMatch(/; and 2 more\.$/)
  })

  test('is not the status that the kubelet writes', () => {
    const pod = otherImage({ manager: 'kubelet', subresource: 'status' })
    expect(drift(pod)).toBeUndefined()
    expect(note(pod)).not.toContain('kubelet')
  })
})

test('a variable that may hold a credential is never shown', () => {
  const env = [{ name: 'API_TOKEN', value: 'hunter2-hunter2-hunter2' }]
  const pod = changed(made, [...containers, 0, 'env'], env)
  expect(note(pod)).toBeDefined()
  expect(note(pod)).not.toContain('hunter2')
})
