import { describe, expect, test } from '@jest/globals'
import { parseRedisConfig } from '../../../../src/core/redis/config.ts'
import { askedSettings, type SettingsInputs, settingsChecks } from '../../../../src/phases/probe/settings.ts'

const conf = (text: string) => parseRedisConfig({ 'redis.conf': text }, 'redis.conf')
const judged = (
  text: string,
  live: Record<string, string>,
  unresolved: string[] = [],
  more: Partial<SettingsInputs> = {}
) => {
  const { checks, notes } = settingsChecks(
    new Map(Object.entries({ save: '3600 1 300 100 60 10000', ...live })),
    { expected: conf(text), unresolved, ...more },
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

test('a maxclients that the limit of open files may have lowered is told with its numbers', () => {
  const { said, notes } = judged('maxclients 100000', { maxclients: '65503' })
  expect(said.filter((line) => line.includes('maxclients'))).toEqual([])
  expect(notes).toEqual([
    'maxclients: 65503 in force, 100000 rendered. Redis lowers it at its start to what the limit of open files of its ' +
      'container leaves; its log says whether it did.'
  ])
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
    ['what no Redis tells', 'loadmodule /m.so', {}, 'loadmodule (CONFIG GET does not show)'],
    ['a password', 'masterauth x', {}, 'masterauth (the reply would be a password)']
  ])('%s', (_, text, live, words) => {
    const { said, notes } = judged(text, live)
    expect(said.filter((line) => line.startsWith('✗'))).toEqual([])
    expect(notes).toEqual([expect.stringContaining(`Not compared with redis.conf: ${words}`)])
  })

  test('a renamed command is told by the check that it prevents, and not by every run', () => {
    expect(judged('rename-command FLUSHALL ""', {}).notes).toEqual([])
  })

  test('a relative directory is that of the container, and told where Redis works in another', () => {
    const inDirectory = (live: string) => judged('dir ./', { dir: live }, [], { dataDirectory: '/data' })
    expect(inDirectory('/data')).toMatchObject({ said: expect.arrayContaining([expect.stringContaining('dir as')]) })
    expect(inDirectory('/data').notes).toEqual([])
    expect(inDirectory('/mnt').notes).toEqual([expect.stringContaining('dir (different in form')])
    expect(judged('dir ./', { dir: '/data' }).notes).toEqual([expect.stringContaining('dir (different in form')])
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

describe('what the manifests set while Redis runs', () => {
  const by = 'the postStart hook of container redis'
  const setLive = [
    { directive: 'maxmemory', by },
    { directive: 'slave-priority', by: 'Job/tune' },
    { directive: 'timeout', by }
  ]
  const text = 'maxmemory 256mb\nreplica-priority 100\nhz 10'
  const live = { maxmemory: '1073741824', 'replica-priority': '5', hz: '10', timeout: '5' }

  test('is told with who sets it, rendered or not, and no drift', () => {
    const { said, notes } = judged(text, live, [], { setLive })
    expect(said.filter((line) => line.startsWith('✗'))).toEqual([])
    expect(notes).toEqual([
      `Not compared, because the manifests set it while Redis runs: maxmemory (1073741824 in force, 268435456 rendered; ` +
        `set by ${by}); replica-priority (5 in force, 100 rendered; set by Job/tune); ` +
        `timeout (5 in force, not rendered: idle clients are disconnected; set by ${by}).`
    ])
  })

  test('is told by nothing where it is as rendered', () => {
    const { said, notes } = judged(text, { ...live, maxmemory: '268435456' }, [], { setLive: setLive.slice(0, 1) })
    expect(said).toContain('✓ maxmemory: 268435456')
    expect(notes).toEqual([])
  })

  test('excuses no other setting, unless its name is a variable', () => {
    expect(judged(text, { ...live, hz: '50' }, [], { setLive }).said).toContain('✗ hz: 50 in force, 10 rendered')
    const { said, notes } = judged(text, { ...live, hz: '50' }, [], { setLive: [{ directive: undefined, by }] })
    expect(said.filter((line) => line.startsWith('✗'))).toEqual([])
    expect(notes[0]).toContain(`because ${by} runs CONFIG SET with a variable for the name: `)
  })
})

describe('what redis.conf may not be the last word of', () => {
  const red = (said: string[]) => said.filter((line) => line.startsWith('✗'))
  const live = { timeout: '5', bind: '127.0.0.1' }

  test('is told and not judged where a file out of sight is included', () => {
    const { said, notes } = judged('timeout 300', live, [], { missingIncludes: ['/run/extra.conf'] })
    expect(red(said)).toEqual([])
    expect(notes).toEqual([
      'Perhaps not in force as meant, which is not certain because /run/extra.conf is included and not in the manifests: ' +
        'timeout: 5 in force, 300 rendered; bind: 127.0.0.1 in force, not rendered: nobody outside the pod can connect.',
      'Not compared with redis.conf: /run/extra.conf (included, and not in the manifests).'
    ])
  })

  test.each<[string, string[], Partial<SettingsInputs>]>([
    ['an argument includes a file by a variable', ['include'], {}],
    ['the command does not name the file', [], { byCommand: false }]
  ])('is told and not judged where %s', (_, unresolved, more) => {
    const { said, notes } = judged('timeout 300', live, unresolved, more)
    expect(red(said)).toEqual([])
    expect(notes).toEqual([expect.stringMatching(/^Perhaps not in force as meant, .*: timeout: 5 in force/)])
  })

  test('is judged where the file out of sight is one of users', () => {
    const { said } = judged('timeout 300', { timeout: '5' }, [], { missingIncludes: ['/run/redis/auth.conf'] })
    expect(red(said)).toEqual(['✗ timeout: 5 in force, 300 rendered'])
  })

  test('may be the save points of an argument, which count alone behind an include', () => {
    const text = 'save 900 1\nsave 300 10\nsave 60 1'
    const save = (points: string, overridden: string[]) => red(judged(text, { save: points }, [], { overridden }).said)
    expect(save('60 1', ['save'])).toEqual([])
    expect(save('900 1 300 10 60 1', ['save'])).toEqual([])
    expect(save('300 10', ['save'])).toHaveLength(1)
    expect(save('60 1', [])).toHaveLength(1)
  })
})
