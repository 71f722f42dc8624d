import { describe, expect, test } from '@jest/globals'
import { outputsOf } from '../../../../src/phases/report/outputs.ts'
import { failedRun, passedRun } from './runs.ts'

test('the outputs of a successful run contain every fact', () => {
  expect(outputsOf(passedRun)).toEqual({
    verdict: 'passed',
    'failure-code': '',
    topology: 'self-hosted',
    serving: 'true',
    changed: 'true',
    created: '1',
    configured: '1',
    unchanged: '1',
    revision: 'redis-bccfcb799',
    'rollout-seconds': '6.3',
    'redis-version': '7.2.16',
    'used-memory-bytes': '1064000',
    'maxmemory-bytes': '268435456',
    'keys-before': '',
    'keys-after': ''
  })
})

test('the outputs of an early failure contain its code, and empty values for what is unknown', () => {
  const { verdict, 'failure-code': code, ...others } = outputsOf(failedRun)
  expect([verdict, code]).toEqual(['failed', 'crash-loop'])
  expect(outputsOf({ phases: [], verdict: 'failed', unannounced: false })).toEqual({
    verdict: 'failed',
    'failure-code': '',
    ...Object.fromEntries(Object.keys(others).map((name) => [name, '']))
  })
})

describe('the output changed', () => {
  test.each([
    ['nothing was applied', [], 'false'],
    ['all was as wanted', ['unchanged', 'unchanged'], 'false'],
    ['something was created', ['unchanged', 'created'], 'true'],
    ['something was configured', ['configured'], 'true']
  ] as const)('is set where %s', (_, changes, changed) => {
    const objects = changes.map((change, index) => ({ id: `ConfigMap/${index}`, change }))
    expect(outputsOf({ ...passedRun, objects })['changed']).toBe(changed)
  })
})

test('a number that Redis did not report is an empty output, also after its way through the result file', () => {
  const run = { ...passedRun, usedMemoryBytes: Number.NaN, maxmemoryBytes: Number.NaN }
  const read: typeof run = JSON.parse(JSON.stringify(run))
  for (const each of [run, read]) {
    expect(outputsOf(each)).toMatchObject({ 'used-memory-bytes': '', 'maxmemory-bytes': '' })
  }
})
