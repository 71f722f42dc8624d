import { describe, expect, test } from '@jest/globals'
import { readDeployInputs } from '../../../src/main/deploy-inputs.ts'
import { failureOf } from '../failure-of.ts'

const defaults = {
  namespace: 'team',
  'create-namespace': 'false',
  timeout: '5m',
  'memory-threshold': '90',
  'force-conflicts': 'false'
}
const read = (inputs: Record<string, string> = {}) => {
  const given: Record<string, string> = { ...defaults, ...inputs }
  return readDeployInputs((name) => given[name] ?? '')
}

test('the defaults of the action', () => {
  expect(read()).toEqual({
    namespace: 'team',
    createNamespace: false,
    kubeconfig: undefined,
    context: undefined,
    redisPassword: undefined,
    forceConflicts: false,
    timeoutMilliseconds: 300_000,
    memoryThresholdPercent: 90
  })
})

test('everything set', () => {
  const inputs = {
    'create-namespace': 'true',
    kubeconfig: 'apiVersion: v1\nkind: Config',
    context: 'staging',
    'redis-password': 'pä ss"wort\'#1',
    timeout: '1m30s',
    'memory-threshold': '75.5',
    'force-conflicts': 'true'
  }
  expect(read(inputs)).toEqual({
    namespace: 'team',
    createNamespace: true,
    kubeconfig: 'apiVersion: v1\nkind: Config',
    context: 'staging',
    redisPassword: 'pä ss"wort\'#1',
    forceConflicts: true,
    timeoutMilliseconds: 90_000,
    memoryThresholdPercent: 75.5
  })
})

describe('refused', () => {
  test.each([
    ['namespace', '', 'namespace: nothing was given; allowed is a value: it is required'],
    ['create-namespace', 'yes', 'create-namespace: "yes" was given; allowed is "true" or "false"'],
    ['force-conflicts', '', 'force-conflicts: nothing was given; allowed is "true" or "false"'],
    ['timeout', '300', 'timeout: "300" was given; allowed is a duration such as 5m or 90s'],
    ['timeout', '0s', 'timeout: "0s" was given; allowed is a duration such as 5m or 90s'],
    ['memory-threshold', '0', 'memory-threshold: "0" was given; allowed is a percentage from 1 to 100'],
    ['memory-threshold', '101', 'memory-threshold: "101" was given; allowed is a percentage from 1 to 100'],
    ['memory-threshold', '100.1', 'memory-threshold: "100.1" was given; allowed is a percentage from 1 to 100'],
    ['memory-threshold', '90%', 'memory-threshold: "90%" was given; allowed is a percentage from 1 to 100'],
    ['memory-threshold', '1e1', 'memory-threshold: "1e1" was given; allowed is a percentage from 1 to 100']
  ])('%s: %j', (name, value, sentence) => {
    expect(failureOf(() => read({ [name]: value }))).toMatchObject({ code: 'invalid-input', message: sentence })
  })

  test.each([['two\nlines'], ['two\rlines'], ['a null\0byte']])(
    'a password of more than one line, without telling it',
    (password) => {
      const { message } = failureOf(() => read({ 'redis-password': password }))
      expect(message).toBe('redis-password: "***" was given; allowed is a text of one line')
    }
  )

  test('all that is wrong at once', () => {
    const { message } = failureOf(() => read({ timeout: 'soon', 'memory-threshold': 'half', 'create-namespace': '1' }))
    expect(message.match(/was given/g)).toHaveLength(3)
  })
})

test.each(['1', '100', '100.0', '99.9'])('a threshold of %s percent is accepted', (percent) => {
  expect(read({ 'memory-threshold': percent }).memoryThresholdPercent).toBe(Number(percent))
})
