import { describe, expect, test } from '@jest/globals'
import { parseRedisConfig } from '../../../../src/core/redis/config.ts'
import { parseInfo } from '../../../../src/core/redis/info.ts'
import { managedWriteHint, writeHint } from '../../../../src/phases/probe/hints.ts'
import {
  expectedOutcome,
  liveKeyPatterns,
  type ProofKey,
  proofKey,
  renderedKeyPatterns,
  type WriteFacts,
  type WriteOutcome,
  writeFinding
} from '../../../../src/phases/probe/write.ts'

const config = (text: string) => parseRedisConfig({ 'redis.conf': text }, 'redis.conf')
const own: ProofKey = { prefix: 'redis-cache-action:', isCertain: true }

describe('the key of the proof', () => {
  test.each([
    [undefined, { prefix: 'redis-cache-action:', isCertain: false }],
    [[], own],
    [['*'], own],
    [['app:*', '*'], own],
    [['app:*'], { prefix: 'app:redis-cache-action:', isCertain: true }],
    [['*:app', 'lock', 'app:*'], { prefix: 'app:redis-cache-action:', isCertain: true }],
    [['{app}*'], { prefix: '{app}redis-cache-action:', isCertain: true }]
  ])('where the user has %j', (patterns, key) => {
    expect(proofKey(patterns)).toEqual(key)
  })

  test.each([[['*:app']], [['lock']], [['app:?*']], [['app:[ab]*']], [['app\\**']]])(
    'is not chosen where the user has %j alone, as it might be the key of somebody',
    (patterns) => {
      expect(proofKey(patterns)).toEqual({ because: expect.stringContaining(String(patterns[0])) })
    }
  )

  test('follows the rule of the user that url names', () => {
    const rules = config('user default off\nuser app on >pw ~app:* +@all\n')
    expect(renderedKeyPatterns(rules, 'app')).toEqual(['app:*'])
    expect(renderedKeyPatterns(rules, 'default')).toEqual([])
    expect(renderedKeyPatterns(rules, 'other')).toBeUndefined()
    expect(renderedKeyPatterns(undefined, 'default')).toBeUndefined()
  })

  test.each([
    [
      'Redis 7',
      ['flags', ['on'], 'passwords', [], 'commands', '+@all', 'keys', '~app:* ~b', 'channels', '&*'],
      ['app:*', 'b']
    ],
    ['Redis 6', ['flags', ['on'], 'passwords', [], 'commands', '+@all', 'keys', ['*']], ['*']],
    ['Redis 7, without keys', ['flags', ['on'], 'keys', ''], []],
    ['a user that is not there', null, undefined],
    ['an error', new Error('NOPERM'), undefined]
  ])('is read from ACL GETUSER of %s', (_, reply, patterns) => {
    expect(liveKeyPatterns(reply)).toEqual(patterns)
  })
})

describe('a write that is refused', () => {
  const refused = (said: string, command = 'SET'): WriteOutcome => ({ kind: 'refused', command, said })
  const replica = parseInfo('role:slave\r\nmaster_host:10.0.0.99\r\nmaster_port:6379\r\n')

  test.each([
    ["READONLY You can't write against a read only replica.", 'redis-readonly', 'replica', 'replica of 10.0.0.99:6379'],
    ['NOREPLICAS Not enough good replicas to write.', 'redis-readonly', 'replicas', 'min-replicas-to-write'],
    ["NOPERM this user has no permissions to run the 'set' command", 'redis-readonly', 'command', 'may not run SET'],
    ["NOPERM User app has no permissions to run the 'set' command", 'redis-readonly', 'command', 'may not run SET'],
    [
      'NOPERM this user has no permissions to access one of the keys used as arguments',
      'redis-readonly',
      'key',
      'the key'
    ],
    ['NOPERM No permissions to access a key', 'redis-readonly', 'key', 'may not use the key'],
    ['CLUSTERDOWN Hash slot not served', 'redis-readonly', 'cluster', 'no slots'],
    ['BUSY Redis is busy running a script.', 'redis-readonly', 'script', 'a script blocks'],
    ["OOM command not allowed when used memory > 'maxmemory'.", 'memory-over-threshold', 'memory', 'full'],
    ['MISCONF Redis is configured to save RDB snapshots', 'persistence-failing', 'persistence', 'cannot save'],
    ['LOADING Redis is loading the dataset in memory', 'redis-loading', 'loading', 'loads'],
    ['ERR something new', 'redis-readonly', 'other', 'SET was refused: ERR something new']
  ])('%s', (said, code, problem, detail) => {
    expect(writeFinding(refused(said), { info: replica, user: 'app', key: own })).toEqual({
      check: { name: 'write', code, passed: false, detail: expect.stringContaining(detail) },
      problem,
      notes: []
    })
  })

  test('for the key, where nobody knows which keys the user has, is a note', () => {
    const key = { prefix: 'redis-cache-action:', isCertain: false }
    expect(writeFinding(refused('NOPERM No permissions to access a key'), { info: replica, key })).toEqual({
      check: undefined,
      problem: undefined,
      notes: [
        'Not proven that clients can write: which keys they may use is not known (NOPERM No permissions to access a key).'
      ]
    })
  })

  test('by a node that does not have the keys is a note', () => {
    const { check, notes } = writeFinding(refused('MOVED 3999 10.0.0.4:6379'), { info: replica, key: own })
    expect(check).toBeUndefined()
    expect(notes).toEqual([expect.stringMatching(/^Not proven that clients can write: in cluster mode/)])
  })

  test('because of the database that url names', () => {
    const { check } = writeFinding(refused('ERR DB index is out of range', 'SELECT 99'), { info: replica, key: own })
    expect(check).toMatchObject({ code: 'secret-field', detail: expect.stringContaining('SELECT 99') })
  })

  test.each([
    [{ kind: 'hanging' } as const, 'paused', 'CLIENT PAUSE'],
    [refused("ERR unknown command 'SET', with args"), 'renamed', 'Redis has no command SET, which rename-command'],
    [{ kind: 'differing' } as const, 'differing', 'another value']
  ])('in other ways: %j', (outcome, problem, detail) => {
    expect(writeFinding(outcome, { info: replica, key: own })).toMatchObject({
      check: { code: 'redis-readonly', passed: false, detail: expect.stringContaining(detail) },
      problem
    })
  })
})

test('a pause says for how long, where Redis does', () => {
  const info = parseInfo('role:master\r\npaused_timeout_milliseconds:90000\r\n')
  expect(writeFinding({ kind: 'hanging' }, { info, key: own }).check?.detail).toMatch(/, for another 1 min 30 s$/)
})

describe('what would become of a write, by what Redis reports', () => {
  const outcome = (facts: Partial<WriteFacts>) =>
    expectedOutcome({
      info: parseInfo('role:master\r\n'),
      role: undefined,
      cluster: undefined,
      leastReplicas: undefined,
      dryRuns: [{ command: 'SET', said: 'OK' }],
      hangs: false,
      ...facts
    })
  const good = parseInfo('role:master\r\nmin_slaves_good_slaves:1\r\n')
  const noGood = parseInfo('role:master\r\nmin_slaves_good_slaves:0\r\n')

  test.each<[string, Partial<WriteFacts>, string | undefined]>([
    ['a master', {}, undefined],
    ['a master of which nothing else is known', { dryRuns: [], info: new Map(), role: 'master' }, undefined],
    ['a replica', { info: parseInfo('role:slave\r\n') }, 'READONLY'],
    ['a replica that may not run INFO', { info: new Map(), role: 'slave' }, 'READONLY'],
    [
      'a cluster that is complete',
      { cluster: parseInfo('cluster_state:ok\r\ncluster_slots_assigned:16384\r\n') },
      undefined
    ],
    ['a cluster that is not', { cluster: parseInfo('cluster_state:fail\r\n') }, 'CLUSTERDOWN'],
    ['a node without slots', { cluster: parseInfo('cluster_state:ok\r\ncluster_slots_assigned:0\r\n') }, 'CLUSTERDOWN'],
    ['enough replicas', { info: good, leastReplicas: 1 }, undefined],
    ['too few replicas', { info: good, leastReplicas: 2 }, 'NOREPLICAS'],
    ['no replicas, where it is not known how many are wanted', { info: noGood }, 'NOREPLICAS'],
    ['a renamed SET', { dryRuns: [{ command: 'SET', said: "ERR Command 'SET' not found" }] }, 'ERR Command'],
    ['a user without SET', { dryRuns: [{ command: 'SET', said: "no permissions to run the 'set' command" }] }, 'NOPERM']
  ])('%s', (_, facts, said) => {
    expect(outcome(facts)).toEqual(
      said === undefined
        ? { kind: 'possible' }
        : { kind: 'refused', command: 'SET', said: expect.stringMatching(new RegExp(`^${said}`)) }
    )
  })

  test('a pause', () => {
    expect(outcome({ hangs: true })).toEqual({ kind: 'hanging' })
  })
})

describe('what to type', () => {
  test.each([
    ['replica', 'redis-cli REPLICAOF NO ONE'],
    ['replicas', 'redis-cli CONFIG SET min-replicas-to-write 0'],
    ['command', 'redis-cli ACL SETUSER default +@read +@write'],
    ['key', 'redis-cli ACL SETUSER default "~*"'],
    ['cluster', 'redis-cli CLUSTER ADDSLOTSRANGE 0 16383'],
    ['script', 'redis-cli SCRIPT KILL'],
    ['paused', 'redis-cli CLIENT UNPAUSE'],
    ['persistence', 'df -h /data'],
    ['memory', 'maxmemory-policy allkeys-lru'],
    ['database', 'redis-cli CONFIG GET databases'],
    ['other', 'kubectl -n team logs redis-0 -c redis']
  ] as const)('after %s: %s', (problem, words) => {
    expect(writeHint(problem, 'team')).toContain(words)
    expect(managedWriteHint(problem)).not.toContain('kubectl')
  })

  test.each([
    ['command', 'in its rule in redis.conf (`+@read +@write`), and deploy again'],
    ['key', 'in its rule in redis.conf (`~*`), and deploy again']
  ] as const)('is nothing that a user of an application cannot do, after %s', (problem, words) => {
    const hint = writeHint(problem, 'team', 'app')
    expect(hint).toContain(words)
    expect(hint).not.toContain('ACL SETUSER')
  })

  test('as the user of url, whose name may not break out of the command', () => {
    expect(writeHint('paused', 'team', 'app')).toContain('redis-cli --user app CLIENT UNPAUSE')
    expect(writeHint('paused', 'team', "a'; rm")).toContain('redis-cli --user USER CLIENT UNPAUSE')
  })
})
