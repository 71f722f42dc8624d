import { describe, expect, test } from '@jest/globals'
import { parseRedisConfig } from '../../../../src/core/redis/config.ts'
import { askedSettings, settingsChecks } from '../../../../src/phases/probe/settings.ts'

const conf = (text: string) => parseRedisConfig({ 'redis.conf': text }, 'redis.conf')
const judged = (text: string, live: Record<string, string>, unresolved: string[] = []) => {
  const { checks, notes } = settingsChecks(
    new Map(Object.entries({ save: '3600 1 300 100 60 10000', ...live })),
    { expected: conf(text), unresolved },
    true
  )
  return { said: checks.map(({ name, passed, detail }) => `${passed ? '✓' : '✗'} ${name}: ${detail}`), notes }
}

test('every rendered directive is asked for, and no password', () => {
  const asked = askedSettings(conf('requirepass x\nmasterauth y\nuser app on >z\nrename-command A ""\nmaxclients 5'))
  expect(asked).toContain('maxclients')
  for (const name of ['requirepass', 'masterauth', 'user', 'rename-command']) expect(asked).not.toContain(name)
})

test('directives that are as rendered share a line, apart from the six best known', () => {
  expect(judged('appendonly yes\nmaxclients 500\nhz 20', { appendonly: 'yes', maxclients: '500', hz: '20' })).toEqual({
    said: ['✓ appendonly: yes', '✓ save: 3600 1 300 100 60 10000', '✓ other settings: maxclients, hz as rendered'],
    notes: []
  })
})

test('each that differs has a line of its own', () => {
  const { said } = judged('maxclients 500\nhz 20', { maxclients: '5', hz: '20' })
  expect(said).toContain('✗ maxclients: 5 in force, 500 rendered')
  expect(said).toContain('✓ other settings: hz as rendered')
})

describe('not compared, and why:', () => {
  test.each([
    [
      'a form that is not known',
      'brand-new-limit 5mb',
      { 'brand-new-limit': '9' },
      'brand-new-limit (different in form'
    ],
    ['what this Redis does not tell', 'io-threads 4', {}, 'io-threads (this Redis does not tell)'],
    ['what no Redis tells', 'rename-command KEYS ""', {}, 'rename-command (CONFIG GET does not show)'],
    ['a password', 'masterauth x', {}, 'masterauth (the reply would be a password)']
  ])('%s', (_, text, live, words) => {
    const { said, notes } = judged(text, live)
    expect(said.filter((line) => line.startsWith('✗'))).toEqual([])
    expect(notes).toEqual([expect.stringContaining(`Not compared with redis.conf: ${words}`)])
  })

  test('the password itself is proven by logging in', () => {
    expect(judged('requirepass x', {}).notes).toEqual([])
  })
})

test('a setting that is not rendered and cuts clients off is drift, unless a variable sets it', () => {
  expect(judged('hz 10', { hz: '10', timeout: '5' }).said).toContain(
    '✗ timeout: 5 in force, not rendered: idle clients are disconnected'
  )
  expect(judged('timeout 5', { timeout: '5' }).said).toContain('✓ other settings: timeout as rendered')
  expect(judged('hz 10', { hz: '10', timeout: '5' }, ['timeout']).said.join()).not.toContain('timeout')
})
