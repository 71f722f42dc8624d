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

test('reads the defaults of the action', () => {
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

test('reads the same adjustments that were deployed', () => {
  const { render } = read({ maxmemory: '100mb', 'redis-image': 'redis:7.2', manifests: 'deploy/redis' })
  expect(render).toMatchObject({
    manifests: 'deploy/redis',
    adjustments: { maxmemory: '100mb', redisImage: 'redis:7.2' }
  })
})

describe('the input probe-from of a verification', () => {
  test.each(['runner', 'none'])('accepts %s', (place) => {
    expect(read({ 'probe-from': place }).probeFrom).toBe(place)
  })

  test('refuses to probe from the cluster, with the reason', () => {
    const { code, message } = failureOf(() => read({ 'probe-from': 'cluster' }))
    expect([code, message]).toEqual([
      'invalid-input',
      'probe-from is "cluster", but must be runner or none: verify creates nothing, so no pod can probe from the cluster'
    ])
  })
})

test('names all invalid inputs at once', () => {
  const wrong = { environment: 'nonsense', maxmemory: '1Gi', timeout: 'soon', 'memory-threshold': '0' }
  const { message } = failureOf(() => read(wrong))
  for (const input of Object.keys(wrong)) expect(message).toContain(`${input} is "`)
})
