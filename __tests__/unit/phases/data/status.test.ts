import { expect, test } from '@jest/globals'
import { parseInfo } from '../../../../src/core/redis/info.ts'
import { type DataFacts, dataStatus } from '../../../../src/phases/data/status.ts'

const facts = (differences: Partial<DataFacts> = {}, ...lines: string[]): DataFacts => ({
  namespace: 'team',
  keysBefore: 201,
  mayEvict: false,
  written: 5,
  found: 5,
  info: parseInfo(['expired_keys:0', 'evicted_keys:0', 'db0:keys=201,expires=0', ...lines].join('\r\n')),
  ...differences
})

test('data is proven by the sentinel keys, and the numbers are told', () => {
  expect(dataStatus(facts())).toEqual({
    failure: undefined,
    sentence: '5 of 5 sentinel keys found again; 201 keys before, 201 after',
    keysAfter: 201
  })
})

test('other numbers of keys are no loss: clients go on working', () => {
  const { failure, sentence } = dataStatus(facts({}, 'db0:keys=7,expires=0', 'expired_keys:12'))
  expect(failure).toBeUndefined()
  expect(sentence).toContain('201 keys before, 7 after (since its start: 12 expired)')
})

test.each<[string, Partial<DataFacts>, string[]]>([
  ['a sentinel key is missing', { found: 4 }, []],
  ['no key is there any more', {}, ['db0:keys=0']]
])('data is lost where %s', (_, differences, lines) => {
  expect(dataStatus(facts(differences, ...lines)).failure?.code).toBe('data-lost')
})

test.each<[string, string[]]>([
  ['evicted keys', ['evicted_keys:3', 'db0:keys=1']],
  ['flushed them', ['cmdstat_flushall:calls=1,usec=1', 'db0:keys=0']]
])('nothing is lost where the new Redis %s', (_, lines) => {
  expect(dataStatus(facts({ found: 2 }, ...lines)).failure).toBeUndefined()
})

test('a full Redis may have evicted sentinel keys before it ended, but not all keys', () => {
  expect(dataStatus(facts({ mayEvict: true, found: 0 })).failure).toBeUndefined()
  expect(dataStatus(facts({ mayEvict: true, found: 0 }, 'db0:keys=0')).failure?.code).toBe('data-lost')
})

test('a Redis that held nothing loses nothing', () => {
  expect(dataStatus(facts({ keysBefore: 0 }, 'db0:keys=0')).failure).toBeUndefined()
})
