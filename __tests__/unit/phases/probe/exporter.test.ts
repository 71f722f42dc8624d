import { describe, expect, test } from '@jest/globals'
import {
  keyMetrics,
  metricsProblem,
  ofSameRedis,
  parseMetrics,
  runIdIn
} from '../../../../src/phases/probe/exporter.ts'
import fc from '../../../support/fast-check.ts'
import { promptly } from '../../../support/promptly.ts'

const answer = `# HELP redis_up Information about the Redis instance
# TYPE redis_up gauge
redis_up 1
# HELP redis_commands_processed_total commands_processed_total metric
# TYPE redis_commands_processed_total counter
redis_commands_processed_total 4207
redis_connected_clients 2
redis_memory_used_bytes 1.1e+06
redis_keyspace_hits_total 0
redis_keyspace_misses_total 0
redis_db_keys{db="db0"} 1
redis_db_keys{db="db1"} 2
redis_instance_info{maxmemory_policy="allkeys-lru",os="Linux {x} \\" 9"} 1 1700000000000
redis_latest_fork_seconds NaN
redis_config_maxmemory +Inf
`

describe('the Redis of which the exporter speaks', () => {
  const check = { name: 'exporter', code: 'metrics-missing', passed: true, detail: 'fine' } as const

  test('is told by a label of redis_instance_info', () => {
    expect(runIdIn('redis_instance_info{os="a",run_id="4f",tcp_port="6379"} 1\n')).toBe('4f')
    expect(runIdIn('redis_instance_info{run_id="4f"} 1\n')).toBe('4f')
    expect(runIdIn('redis_instance_info{master_run_id="4f"} 1\nother{run_id="4f"} 1\n')).toBeUndefined()
  })

  test('is the one that was asked', () => {
    expect(ofSameRedis({ check, runId: '4f' }, '4f')).toEqual({ check, notes: [] })
  })

  test('is another one: its metrics are not those of this cache', () => {
    expect(ofSameRedis({ check, runId: '4f' }, '77')).toEqual({
      check: {
        ...check,
        passed: false,
        detail: 'it speaks of another Redis: its run_id is 4f…, that of redis-0 77…',
        hint: 'let container metrics ask the Redis beside it: REDIS_ADDR=redis://localhost:6379'
      },
      notes: []
    })
  })

  test.each([
    [undefined, '77', 'the metric redis_instance_info'],
    ['4f', undefined, 'INFO']
  ])('cannot be told by %s and %s, which is a note', (told, asked, who) => {
    expect(ofSameRedis({ check, runId: told }, asked)).toEqual({
      check,
      notes: [`Not checked whether the exporter speaks of this Redis: ${who} has no run_id.`]
    })
  })
})

describe('an answer of the exporter is final', () => {
  const down = (said: string) => `redis_up 0\nredis_exporter_last_scrape_error{err="${said}"} 1\n`

  test.each([
    ['if it has no metrics', '<html>', 0],
    ['if it lacks some', 'redis_up 1\n', 0],
    ['if Redis rejects its password', down('WRONGPASS invalid username-password pair'), 0],
    ['after a moment if Redis did not answer it', down('dial tcp 127.0.0.1:6379: connect: connection refused'), 2_000],
    ['after a moment if it does not say why', 'redis_up 0\n', 2_000]
  ])('%s', (_, text, tolerance) => {
    expect(metricsProblem(text)?.tolerance).toBe(tolerance)
  })

  test.each([
    [
      'a user and a password',
      'dial redis://app:hunter2@cache:6379: \\"no\\" route',
      'dial redis://…@cache:6379: "no" route'
    ],
    [
      'a password with @',
      'dial tcp: lookup redis://:hun@ter@2@cache: no such host',
      'dial tcp: lookup redis://…@cache: no such host'
    ],
    ['a password with a slash', 'dial redis://:hun/ter2@cache:6379: timeout', 'dial redis://…@cache:6379: timeout'],
    ['a password with white space', 'dial redis://:hun ter2@cache:6379: timeout', 'dial redis://…@cache:6379: timeout'],
    ['several addresses', 'dial redis://:a1@one: no; redis://:b2@two: timeout', 'dial redis://…@two: timeout'],
    [
      'a part that is quoted once more',
      'parse \\"redis://:hun/ter2@cache\\": invalid port \\":hun\\" after host',
      'parse "redis://…@cache": invalid port ":…" after host'
    ],
    ['an address without a scheme', 'address app:hun@ter2@cache: too many colons', '…@cache: too many colons'],
    ['no credentials', 'dial tcp 127.0.0.1:6379: i/o timeout', 'dial tcp 127.0.0.1:6379: i/o timeout']
  ])('with its reason, without credentials: %s', (_, said, shown) => {
    expect(metricsProblem(down(said))?.problem).toBe(`redis_up is 0: the exporter cannot query Redis: ${shown}`)
  })

  test('with no part of a password that is quoted with an at sign', () => {
    const said = 'parse \\"redis://:p@ss/word@cache\\": invalid port \\":p@ss\\" after host'
    expect(metricsProblem(down(said))?.problem).not.toMatch(/p@|ss|word/)
  })
})

describe('the metrics of the exporter', () => {
  test.each([
    ['redis_up', 1],
    ['redis_commands_processed_total', 4207],
    ['redis_memory_used_bytes', 1_100_000],
    ['redis_keyspace_hits_total', 0],
    ['redis_db_keys', 1],
    ['redis_instance_info', 1],
    ['redis_latest_fork_seconds', Number.NaN]
  ])('contain %s as %d', (name, value) => {
    expect(parseMetrics(answer).get(name)).toBe(value)
  })

  test('contain nothing from comments', () => {
    expect([...parseMetrics('# redis_up 1\n#redis_up 1\n\n')]).toEqual([])
  })

  test('pass the check if they are complete', () => {
    expect(metricsProblem(answer)).toBeUndefined()
  })

  test.each([
    ['is empty', '', 'the response has no metric redis_up'],
    ['is a page of something else', '<html>redis_up 1</html>', 'the response has no metric redis_up'],
    [
      'report that Redis is down',
      answer.replace('redis_up 1', 'redis_up 0'),
      'redis_up is 0: the exporter cannot query Redis'
    ],
    ['lacks one metric', answer.replace('redis_connected_clients', 'x'), 'the response lacks redis_connected_clients'],
    ['lacks all but one', 'redis_up 1\n', `the response lacks ${keyMetrics.join(', ')}`],
    [
      'has a metric that is not a number',
      answer.replace('used_bytes 1.1e+06', 'used_bytes NaN'),
      'the response lacks redis_memory_used_bytes'
    ]
  ])('fail the check if they %s', (_, text, problem) => {
    expect(metricsProblem(text)?.problem).toBe(problem)
  })
})

describe('any text as metrics', () => {
  test('is parsed', () => {
    const hostile = fc.string({ unit: fc.constantFrom('redis_up', '{', '}', '"', ' ', '\n', '#', '1', 'a', '=', '\\') })
    fc.assert(fc.property(fc.oneof(hostile, fc.string()), (text) => parseMetrics(text) instanceof Map))
  })

  test('is parsed back into the samples that were written', () => {
    const name = fc.stringMatching(/^[a-z_:][a-z0-9_:]{0,10}$/)
    fc.assert(
      fc.property(
        fc.dictionary(
          name,
          fc.float({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0))
        ),
        (samples) => {
          const text = Object.entries(samples).map(([key, value]) => `# TYPE ${key} gauge\n${key}{a="b"} ${value}\n`)
          expect([...parseMetrics(text.join(''))]).toEqual(Object.entries(samples))
        }
      )
    )
  })

  test('is parsed in linear time with a long line', () => {
    expect(promptly(() => parseMetrics(`redis_up{${'}'.repeat(200_000)}\n`)).size).toBe(0)
  })
})
