import { describe, expect, test } from '@jest/globals'
import { readVerifyInputs } from '../../../../src/steps/inputs/verify.ts'
import { failureOf } from '../../failure-of.ts'

const defaults = {
  environment: 'staging',
  namespace: 'team',
  'allow-remote-bases': 'false',
  timeout: '1m',
  'memory-threshold': '90'
}
const read = (inputs: Record<string, string> = {}) => {
  const given: Record<string, string> = { ...defaults, ...inputs }
  return readVerifyInputs((name) => given[name] ?? '')
}

test('the defaults of the action', () => {
  expect(read()).toMatchObject({
    namespace: 'team',
    kubeconfig: undefined,
    context: undefined,
    timeoutMilliseconds: 60_000,
    memoryThresholdPercent: 90,
    probeFrom: undefined,
    render: { environment: 'staging', namespace: 'team', manifests: undefined, adjustments: {} }
  })
})

test('what was deployed is rendered with the same adjustments', () => {
  const { render } = read({ maxmemory: '100mb', 'redis-image': 'redis:7.2', manifests: 'deploy/redis' })
  expect(render).toMatchObject({
    manifests: 'deploy/redis',
    adjustments: { maxmemory: '100mb', redisImage: 'redis:7.2' }
  })
})

describe('from where Redis is asked', () => {
  test.each(['runner', 'none'])('%s', (place) => {
    expect(read({ 'probe-from': place }).probeFrom).toBe(place)
  })

  test('not from inside the cluster, and that says why', () => {
    const { code, message } = failureOf(() => read({ 'probe-from': 'cluster' }))
    expect([code, message]).toEqual([
      'invalid-input',
      'probe-from is "cluster", but must be runner or none: verify creates nothing, so no pod can probe from the cluster'
    ])
  })
})

test('all that is wrong is told at once: how to render, and how to judge', () => {
  const wrong = { environment: 'nonsense', maxmemory: '1Gi', timeout: 'soon', 'memory-threshold': '0' }
  const { message } = failureOf(() => read(wrong))
  for (const input of Object.keys(wrong)) expect(message).toContain(`${input} is "`)
})
