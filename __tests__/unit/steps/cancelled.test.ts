import { describe, expect, test } from '@jest/globals'
import type { ProgramResult } from '../../../src/core/result.ts'
import { cancelled } from '../../../src/steps/cancelled.ts'

const phases: ProgramResult['phases'] = [{ name: 'render', outcome: 'passed', milliseconds: 1, sentence: 'done' }]

describe('the failure of a cancelled run', () => {
  test.each<[string, Partial<ProgramResult>, string, string]>([
    ['where it stood', { running: 'rollout' }, 'waiting', 'during rollout; its last log line: waiting'],
    ['after what it stood', { phases }, 'rendered', 'after render; its last log line: rendered'],
    ['that it had not begun', {}, '', 'after the start; nothing was logged yet']
  ])('says %s', (_, result, lastLine, words) => {
    const failure = cancelled('SIGINT', { phases: [], ...result }, lastLine)
    expect(failure).toMatchObject({ code: 'cancelled', message: `the run was cancelled (SIGINT) ${words}` })
  })

  const unchanged = { id: 'Service/redis', change: 'unchanged' } as const
  const changed = { id: 'ConfigMap/redis-config', change: 'configured' } as const
  const made = { id: 'Secret/redis-credentials', change: 'created' } as const
  test.each<[string, Partial<ProgramResult>, string]>([
    [
      'what it wrote',
      { running: 'apply', objects: [changed, unchanged, made] },
      'run again: what was applied stays (ConfigMap/redis-config, Secret/redis-credentials), and a new run continues ' +
        'from there'
    ],
    [
      'that no write of its was answered',
      { running: 'apply', objects: [unchanged] },
      'run again: nothing was confirmed as applied yet'
    ],
    ['that nothing differed', { running: 'rollout', objects: [unchanged] }, 'run again: nothing was applied'],
    ['that it came to no write', {}, 'run again: nothing was applied'],
    ['no word of writes where it only looks', { mode: 'verify' }, 'run again'],
    ['no word of writes in a plan', { running: 'plan' }, 'run again']
  ])('mentions in its hint %s', (_, result, hint) => {
    expect(cancelled('SIGTERM', { phases: [], ...result }, 'x').hint).toBe(hint)
  })
})
