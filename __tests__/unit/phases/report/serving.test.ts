import { describe, expect, test } from '@jest/globals'
import type { FailureCode } from '../../../../src/core/failure.ts'
import type { PhaseName, PhaseResult, ProgramResult } from '../../../../src/core/result.ts'
import { servingOf, servingSentence } from '../../../../src/phases/report/serving.ts'

type Facts = Parameters<typeof servingOf>[0]

const passed = (...names: PhaseName[]): PhaseResult[] =>
  names.map((name) => ({ name, outcome: 'passed', milliseconds: 1, sentence: 'done' }))
const failing = (name: PhaseName): PhaseResult => ({ name, outcome: 'failed', milliseconds: 1, sentence: '' })
const failed = (code: FailureCode): Pick<ProgramResult, 'failure'> => ({
  failure: { code, sentence: 'it failed', hint: 'mend it', evidence: [] }
})
const check = (name: string, isPassed = true) => ({ name, passed: isPassed, detail: 'seen' })

describe('the cache serves', () => {
  test.each<[string, Facts]>([
    [
      'a run that has asked it',
      { phases: passed('apply', 'rollout', 'probe'), checks: [check('PING'), check('write')] }
    ],
    [
      'clients although another check failed',
      {
        phases: [...passed('apply', 'rollout'), failing('probe')],
        checks: [check('PING'), check('write'), check('used memory', false)],
        ...failed('memory-over-threshold')
      }
    ],
    [
      'clients as before a refusal',
      { phases: [...passed('plan'), failing('guard')], servedBefore: true, ...failed('data-at-risk') }
    ]
  ])('%s', (_, run) => {
    expect(servingOf(run)).toBe(true)
  })
})

describe('the cache does not serve', () => {
  test.each<[string, Facts]>([
    [
      'where nobody gets an answer',
      { phases: [...passed('apply', 'rollout'), failing('probe')], ...failed('redis-unreachable') }
    ],
    [
      'where it takes no write',
      {
        phases: [...passed('apply'), failing('probe')],
        checks: [check('PING'), check('write', false)],
        ...failed('redis-readonly')
      }
    ],
    ['where its only pod is not Ready', { phases: [...passed('apply'), failing('rollout')], ...failed('crash-loop') }],
    ['where the managed one is away', { phases: [failing('connection')], ...failed('elasticache-unreachable') }]
  ])('%s', (_, run) => {
    expect(servingOf(run)).toBe(false)
  })
})

test.each<[string, Facts]>([
  ['where nobody has asked', { phases: passed('apply', 'rollout') }],
  [
    'where the pod of before may go on',
    { phases: [...passed('apply'), failing('rollout')], ...failed('stuck-revision') }
  ],
  [
    'where something was written since it answered',
    { phases: [failing('apply')], servedBefore: true, ...failed('internal') }
  ],
  ['where the plan was refused', { phases: [failing('plan')], ...failed('immutable-field') }]
])('it is not known %s', (_, run) => {
  expect(servingOf(run)).toBeUndefined()
})

test('is told in one line', () => {
  expect([true, false].map(servingSentence)).toEqual([
    'the cache answers clients',
    'no, clients get no answer or cannot write'
  ])
})
