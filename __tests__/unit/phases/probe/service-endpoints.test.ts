import { describe, expect, test } from '@jest/globals'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { serviceProblem } from '../../../../src/phases/probe/service-endpoints.ts'

const uid = '6e93b7e0-2f05-4041-8d9d-089135c009be'

function podWith(...addresses: string[]): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'redis-0', namespace: 'team', uid },
    status: { podIP: addresses[0], podIPs: addresses.map((ip) => ({ ip })) }
  }
}

interface EndpointShape {
  address?: string
  pod?: string | null
  uid?: string
  conditions?: object
}

const endpoint = (shape: EndpointShape = {}) => {
  const { address = '10.244.0.5', pod = 'redis-0', conditions = { ready: true, serving: true } } = shape
  const targetRef = { kind: 'Pod', name: pod, namespace: 'team', uid: shape.uid ?? (pod === 'redis-0' ? uid : 'other') }
  return { addresses: [address], conditions, ...(pod !== null && { targetRef }) }
}

const slice = (
  endpoints: object[] | null,
  { family = 'IPv4', ports = [6379] }: { family?: string; ports?: number[] | null } = {}
): KubernetesObject => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: `redis-${family.toLowerCase()}` },
  addressType: family,
  endpoints,
  ports: ports?.map((port) => ({ name: 'redis', port, protocol: 'TCP' })) ?? null
})

const judged = (slices: KubernetesObject[], pod = podWith('10.244.0.5')) =>
  serviceProblem(slices, { namespace: 'team', service: 'redis', port: 6379, pod })

const ending = { ready: false, serving: true, terminating: true }
const dual = podWith('10.244.0.5', 'fd00::5')

describe('a Service leads to redis-0 alone:', () => {
  test.each<[string, KubernetesObject[], KubernetesObject?]>([
    ['one slice', [slice([endpoint()])]],
    ['an endpoint that does not say whether it is ready', [slice([endpoint({ conditions: {} })])]],
    ['beside another port', [slice([endpoint()], { ports: [9121, 6379] })]],
    [
      'another pod that is ending',
      [slice([endpoint(), endpoint({ pod: 'redis-1', address: '10.244.0.6', conditions: ending })])]
    ],
    [
      'another pod that is not ready, to which no client is sent',
      [slice([endpoint(), endpoint({ pod: 'shop-0', address: '10.244.0.9', conditions: { ready: false } })])]
    ],
    [
      'another pod without a port of the name that the Service calls',
      [slice([endpoint()]), slice([endpoint({ pod: 'backup-x', address: '10.244.0.9' })], { ports: null })]
    ],
    ['a second slice without endpoints', [slice([endpoint()]), slice(null, { ports: null })]],
    [
      'both families of the pod',
      [slice([endpoint()]), slice([endpoint({ address: 'fd00::5' })], { family: 'IPv6' })],
      dual
    ],
    ['one family of a pod that has two', [slice([endpoint({ address: 'fd00::5' })], { family: 'IPv6' })], dual],
    ['a family that the pod does not have', [slice([endpoint()]), slice(null, { family: 'IPv6', ports: null })]]
  ])('%s', (_, slices, ...[pod]) => {
    expect(judged(slices, pod)).toBeUndefined()
  })
})

describe('a Service does not lead to redis-0 alone:', () => {
  const foreign = endpoint({ pod: 'shop-0', address: '10.244.0.9' })
  const alone = 'leads not to redis-0 alone, but also to'
  test.each<[string, KubernetesObject[], string, KubernetesObject?]>([
    ['no slice', [], 'has no endpoints, so nobody can connect'],
    ['a slice without endpoints', [slice(null, { ports: null })], 'has no endpoints, so nobody can connect'],
    ['another pod beside it', [slice([endpoint(), foreign])], `${alone} Pod shop-0 (10.244.0.9)`],
    ['another pod in another slice', [slice([endpoint()]), slice([foreign])], `${alone} Pod shop-0 (10.244.0.9)`],
    ['another pod instead', [slice([foreign])], `${alone} Pod shop-0 (10.244.0.9)`],
    [
      'an address of no pod',
      [slice([endpoint(), endpoint({ pod: null, address: '192.0.2.7' })])],
      `${alone} address 192.0.2.7`
    ],
    [
      'a redis-0 of another time',
      [slice([endpoint({ uid: 'before', address: '10.244.0.4' })])],
      `${alone} Pod redis-0 (10.244.0.4), which is another than the one of this run`
    ],
    [
      'more others than are named',
      [slice(['a', 'b', 'c', 'd', 'e'].map((pod) => endpoint({ pod, address: '10.244.0.9' })))],
      `${alone} Pod a (10.244.0.9), Pod b (10.244.0.9), Pod c (10.244.0.9), and 2 more`
    ],
    [
      'redis-0 is not ready',
      [slice([endpoint({ conditions: { ready: false } })])],
      'sends nobody to redis-0 at 10.244.0.5: its endpoint is not ready'
    ],
    [
      'another port',
      [slice([endpoint()], { ports: [6380] })],
      'leads not to port 6379 of redis-0; its endpoints have ports: 6380'
    ],
    [
      'no port',
      [slice([endpoint()], { ports: null })],
      'leads not to port 6379 of redis-0; its endpoints have ports: none'
    ],
    [
      'one of two families',
      [slice([endpoint()]), slice(null, { family: 'IPv6', ports: null })],
      'does not lead to redis-0 at fd00::5',
      dual
    ],
    [
      'an address that the pod does not have',
      [slice([endpoint({ address: '10.244.0.8' })])],
      'does not lead to redis-0 at 10.244.0.5'
    ]
  ])('%s', (_, slices, words, ...[pod]) => {
    expect(judged(slices, pod)).toMatchObject({
      code: 'service-mismatch',
      sentence: `Service/redis in namespace team, which Secret/redis-credentials names, ${words}`
    })
  })

  test('the hint can be typed', () => {
    const { hint } = judged([]) ?? {}
    expect(hint).toContain('`kubectl -n team get endpointslices -l kubernetes.io/service-name=redis -o wide`')
    expect(hint).toContain('`kubectl -n team get pods -o wide --show-labels`')
  })

  test('a name with control characters cannot leave its line', () => {
    const hostile = endpoint({ pod: 'a\n::set-output name=x::y' })
    expect(judged([slice([hostile])])?.sentence).not.toContain('\n')
  })
})
