import { describe, expect, test } from '@jest/globals'
import { oneRedis } from '../../../../src/phases/probe/one-redis.ts'
import { selfHosted } from './views.ts'

const own = 'run_id:aaaa'
const judged = (rounds: string[], runId: string | undefined = 'aaaa') => oneRedis(rounds, runId, selfHosted())

describe('connections through the Service', () => {
  test('pass if all reach the same Redis', () => {
    expect(judged(Array(9).fill(own))).toEqual({
      finding: {
        name: 'one Redis',
        code: 'service-mismatch',
        passed: true,
        detail: '9 of 9 connections reached the same run_id',
        hint: ''
      },
      notes: []
    })
  })

  test.each([
    ['another run_id', 'run_id:bbbb'],
    ['another password', 'WRONGPASS invalid username-password pair or user is disabled.'],
    ['another password, in the words of redis-cli', 'AUTH failed: WRONGPASS invalid username-password pair']
  ])('fail if some reach a Redis with %s', (_, said) => {
    const { finding } = judged([own, said, own, said])
    expect(finding).toMatchObject({
      code: 'service-mismatch',
      passed: false,
      detail: '2 of 4 connections reached another Redis',
      hint: expect.stringContaining('`kubectl -n team get endpointslices -l kubernetes.io/service-name=redis -o yaml`')
    })
  })

  test('that get no answer are noted, and prove nothing', () => {
    const { finding, notes } = judged([own, 'none', 'LOADING Redis is loading'])
    expect(finding).toMatchObject({ passed: true, detail: '1 of 1 connections reached the same run_id' })
    expect(notes).toEqual(['2 of 3 connections to Redis got no answer to INFO.'])
  })

  test.each([
    ['INFO has no run_id', [own], undefined],
    ['no further connection got an answer to INFO', ['none'], 'aaaa']
  ])('are not compared where %s', (reason, rounds, runId) => {
    expect(oneRedis(rounds, runId, selfHosted())).toEqual({
      finding: undefined,
      notes: [`Not checked that all connections reach one Redis: ${reason}.`]
    })
  })
})
