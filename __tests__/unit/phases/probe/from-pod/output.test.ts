import { describe, expect, test } from '@jest/globals'
import {
  networkProblemOf,
  type ProbeAnswer,
  probeOutputOf,
  writeOutcomeOf
} from '../../../../../src/phases/probe/from-pod/output.ts'

const address = { host: 'cache.example.org', port: 6379, username: undefined, tls: true }
const now = new Date('2026-11-23T08:00:00Z')
const header = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt\n'
const socket = (state: string) =>
  `${header}   0: 0A00F40A:9C4E 1764600A:18EB ${state} 00000000:00000000 02:000000AB 00000000   999        0 5215 2\n`

type Given = Record<string, [exitCode: number, output?: string]>
const answers = (given: Given): ReadonlyMap<string, ProbeAnswer> =>
  new Map(
    Object.entries(given).map(([name, [exitCode, output = '']]) => [name, { exitCode, output: Buffer.from(output) }])
  )
const could = (reason: string): Given => ({
  anonymous: [1, `Could not connect to Redis at cache.example.org:6379: ${reason}\n`]
})

describe('the network problem of redis-cli', () => {
  test.each<[string, Given, object]>([
    ['no such name', could('Name or service not known'), { kind: 'unresolved', said: 'Name or service not known' }],
    [
      'the server resets',
      { anonymous: [1, 'Error: Connection reset by peer\n'] },
      { kind: 'closed', said: 'Connection reset by peer' }
    ],
    ['another server', { anonymous: [1, 'Error: Protocol error, got "H" as reply type byte\n'] }, { kind: 'unknown' }],
    // The image.
    [
      'no TLS in redis-cli',
      { anonymous: [1, "Unrecognized option or bad number of args for: '--tls'\n"] },
      { kind: 'client', said: "Unrecognized option or bad number of args for: '--tls'" }
    ],
    ['no redis-cli', { anonymous: [127, "timeout: failed to run command 'redis-cli'\n"] }, { kind: 'client' }],
    ['an exit code without output', { anonymous: [1] }, { kind: 'client', said: 'exit code 1' }],
    ['no question', {}, { kind: 'client' }]
  ])('%s', (_, given, networkProblem) => {
    expect(networkProblemOf(answers(given), 6379)).toMatchObject(networkProblem)
  })

  test.each([124, 143])('is read from the connection table after exit code %i of timeout', (code) => {
    const kindWith = (table?: string) =>
      networkProblemOf(answers({ anonymous: [code], ...(table !== undefined && { table: [0, table] }) }), 6379)
    expect(kindWith(socket('02'))).toEqual({ kind: 'timeout', said: 'its address is 10.96.100.23' })
    expect(kindWith(socket('01'))?.kind).toBe('silent')
    expect(kindWith(`${socket('02')}${socket('01')}`)?.kind).toBe('silent')
    expect(kindWith(header)?.kind).toBe('unresolved')
    for (const none of [undefined, '']) expect(kindWith(none)?.kind).toBe('unknown')
  })

  test('is absent for any reply, even an error', () => {
    expect(networkProblemOf(answers({ anonymous: [0, 'NOAUTH Authentication required.\n\n'] }), 6379)).toBeUndefined()
  })
})

describe('what became of the write', () => {
  test.each<[string, Given, object | undefined]>([
    ['not tried', {}, undefined],
    ['read again', { set: [0, 'OK\n'], get: [0, 'written\n'] }, { kind: 'written' }],
    ['not read again', { set: [0, 'OK\n'], get: [0, '\n'] }, { kind: 'differing' }],
    ['hanging', { set: [124], get: [0, '\n'] }, { kind: 'hanging' }],
    [
      'refused',
      { set: [0, "READONLY You can't write against a read only replica.\n"], get: [0, '\n'] },
      { kind: 'refused', command: 'SET', said: "READONLY You can't write against a read only replica." }
    ],
    [
      'not to be read',
      { set: [0, 'OK\n'], get: [0, 'NOPERM No permissions\n'] },
      { kind: 'refused', command: 'GET', said: 'NOPERM No permissions' }
    ],
    ['without an answer', { set: [1], get: [1] }, { kind: 'refused', command: 'SET', said: 'no answer' }]
  ])('%s', (_, given, outcome) => {
    expect(writeOutcomeOf(answers(given).get('set'), answers(given).get('get'))).toEqual(outcome)
  })
})

describe('the additional questions of the probe pod', () => {
  const killed: Given = { anonymous: [124], table: [0, socket('01')] }

  test('an answer without TLS', () => {
    const output = probeOutputOf(
      answers({ ...killed, plain: [0, 'NOAUTH Authentication required.\n\n'] }),
      address,
      now
    )
    expect(output.networkProblem).toEqual({
      kind: 'no-tls',
      said: 'without TLS it answers: NOAUTH Authentication required.'
    })
  })

  test('no answer without TLS either', () => {
    expect(probeOutputOf(answers({ ...killed, plain: [143] }), address, now).networkProblem?.kind).toBe('silent')
  })

  test('add nothing if no certificate was seen', () => {
    const given = could('SSL_connect failed: certificate verify failed')
    expect(probeOutputOf(answers(given), address, now).networkProblem).toEqual({
      kind: 'untrusted',
      said: 'SSL_connect failed: certificate verify failed'
    })
  })
})

test('return the replies of a cache', () => {
  const given: Given = { anonymous: [0, 'NOAUTH\n\n'], ping: [0, 'PONG\n'], info: [0, '# Server\r\nrole:master\r\n'] }
  expect(probeOutputOf(answers(given), address, now)).toEqual({
    networkProblem: undefined,
    certificate: { naming: undefined },
    answers: { anonymous: 'NOAUTH', ping: 'PONG', info: '# Server\r\nrole:master' }
  })
  expect(probeOutputOf(answers(given), { ...address, tls: false }, now).certificate).toBeUndefined()
})
