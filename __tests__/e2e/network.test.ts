import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { deploy } from '../support/cluster/deploy.ts'
import { type TestNamespace, testNamespace } from '../support/cluster/namespace.ts'

let namespace: TestNamespace

beforeAll(async () => {
  namespace = await testNamespace()
})
afterAll(async () => namespace[Symbol.asyncDispose]())

/** A pod of the namespace as an application would run there, which only sleeps. */
const client = (name: string, component: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { 'app.kubernetes.io/component': component } },
  spec: {
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 0,
    securityContext: { runAsNonRoot: true, runAsUser: 999, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'client',
        image: 'docker.io/library/redis:7.2.16-alpine',
        command: ['sleep', '300'],
        env: ['host', 'port', 'password'].map((key) => ({
          name: `REDIS_${key.toUpperCase()}`,
          valueFrom: { secretKeyRef: { name: 'redis-credentials', key } }
        })),
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }
      }
    ]
  }
})

const script =
  'REDISCLI_AUTH=$REDIS_PASSWORD timeout 4 redis-cli -h "$REDIS_HOST" -p "$REDIS_PORT" ping || echo kept out'
/** How often a new Service is asked that the nodes of a busy cluster do not know yet; 5 s each at most. */
const attempts = 20
const ping = async (pod: string) => (await namespace.kubectl('exec', pod, '--', 'sh', '-c', script)).trim()

test('a backend pod reaches Redis by Service and Secret, and another pod is blocked', async () => {
  expect((await deploy(namespace)).outputs['verdict']).toBe('passed')
  await namespace.apply(client('backend', 'backend'))
  await namespace.apply(client('frontend', 'frontend'))
  await namespace.kubectl('wait', '--for=condition=Ready', 'pod/backend', 'pod/frontend', '--timeout=60s')
  let answer = await ping('backend')
  for (let attempt = 1; answer !== 'PONG' && attempt < attempts; attempt++) answer = await ping('backend')
  expect(answer).toBe('PONG')
  // Nor may they know the policy yet.
  let other = await ping('frontend')
  for (let attempt = 1; other === 'PONG' && attempt < attempts; attempt++) other = await ping('frontend')
  expect(other).toBe('kept out')
})
