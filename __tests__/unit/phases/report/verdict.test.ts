import { describe, expect, test } from '@jest/globals'
import type { ProgramResult } from '../../../../src/core/result.ts'
import { runOf, type StepReport } from '../../../../src/phases/report/verdict.ts'

const render: ProgramResult = {
  phases: [{ name: 'render', outcome: 'passed', milliseconds: 85, sentence: '5 objects' }],
  environment: 'staging',
  namespace: 'team',
  topology: 'self-hosted'
}
const deploy: ProgramResult = {
  phases: [{ name: 'apply', outcome: 'passed', milliseconds: 240, sentence: '5 created' }],
  revision: 'redis-bccfcb799',
  redisVersion: '7.2.16'
}
const failure = { code: 'crash-loop', sentence: 'container redis ends', hint: 'read its log', evidence: [] } as const
const refused: ProgramResult = { phases: [], failure: { ...failure, code: 'invalid-input', evidence: [] } }
const broken: ProgramResult = { phases: [], failure: { ...failure, evidence: [] } }

const step = (name: string, outcome: StepReport['outcome'], result?: ProgramResult): StepReport => ({
  name,
  outcome,
  result
})
const rendered = step('render', 'success', render)

describe('a run', () => {
  test('passed if every step passed, and has the facts of all steps', () => {
    expect(runOf([rendered, step('deploy', 'success', deploy)])).toEqual({
      ...render,
      ...deploy,
      phases: [...render.phases, ...deploy.phases],
      verdict: 'passed',
      unannounced: false
    })
  })

  test('has the notes of every step', () => {
    const [first, second] = ['nothing was compared', 'nothing was deleted'].map((note) => ({
      phases: [],
      notes: [note]
    }))
    expect(runOf([step('render', 'success', first), step('deploy', 'success', second)]).notes).toEqual([
      'nothing was compared',
      'nothing was deleted'
    ])
    expect(runOf([rendered, step('deploy', 'success', deploy)])).not.toHaveProperty('notes')
  })

  test('has the failure that a step reported', () => {
    expect(runOf([rendered, step('deploy', 'failure', broken)])).toMatchObject({
      verdict: 'failed',
      unannounced: false,
      failure: { code: 'crash-loop' },
      environment: 'staging'
    })
  })

  test('has the first failure, and skipped steps after it', () => {
    expect(runOf([step('render', 'failure', refused), step('deploy', 'skipped')])).toMatchObject({
      unannounced: false,
      failure: { code: 'invalid-input' }
    })
  })

  test('has the reported failure even if a step was killed afterwards', () => {
    expect(runOf([rendered, step('deploy', 'cancelled', broken)])).toMatchObject({
      unannounced: false,
      failure: { code: 'crash-loop' }
    })
  })

  test('without steps passed', () => {
    expect(runOf([])).toEqual({ phases: [], verdict: 'passed', unannounced: false })
  })
})

describe('a step that ended without a reported failure', () => {
  const run = (deployed: StepReport) => runOf([rendered, deployed])

  test.each([
    [
      'killed in a phase',
      step('deploy', 'failure', { phases: [], running: 'rollout' }),
      'internal',
      'the process of step deploy ended in phase rollout without a reason; it may have been killed'
    ],
    [
      'killed at its start',
      step('deploy', 'failure', { phases: [] }),
      'internal',
      'the process of step deploy ended before its first phase without a reason; it may have been killed'
    ],
    [
      'without a result',
      step('deploy', 'failure'),
      'internal',
      'the process of step deploy ended before its first phase without a reason; it may have been killed'
    ],
    [
      'cancelled in a phase',
      step('deploy', 'cancelled', { phases: [], running: 'rollout' }),
      'cancelled',
      'step deploy was cancelled in phase rollout'
    ],
    [
      'cancelled at its start',
      step('deploy', 'cancelled'),
      'cancelled',
      'step deploy was cancelled before its first phase'
    ],
    ['skipped', step('deploy', 'skipped'), 'cancelled', 'step deploy was skipped']
  ])('gets a failure: %s', (_, deployed, code, sentence) => {
    expect(run(deployed)).toMatchObject({ verdict: 'failed', unannounced: true, failure: { code, sentence } })
  })

  test('was killed after its phases, and its failure does not say before the first', () => {
    const sentence = run(step('deploy', 'failure', deploy)).failure?.sentence
    expect(sentence).toContain('the process of step deploy ended')
    expect(sentence).not.toContain('before its first phase')
  })
})
