import { expect, test } from '@jest/globals'
import { nonBackendFinding } from '../../../../../src/phases/probe/from-pod/from-pod.ts'
import { selfHosted } from '../views.ts'

const finding = (exitCode: number, output: string, table?: string) => {
  const answers = new Map([['anonymous', { exitCode, output: Buffer.from(output) }]])
  if (table !== undefined) answers.set('table', { exitCode: 0, output: Buffer.from(table) })
  return nonBackendFinding(answers, selfHosted())
}
const could = (reason: string) => `Could not connect to Redis at redis.team.svc:6379: ${reason}\n`
const sent =
  '  sl  local_address rem_address   st\n   0: 0A00F40A:9C4E 1764600A:18EB 02 00000000:00000000 02:000000AB 00000000   999\n'

test.each([
  ['packets are dropped', 124, '', sent, 'blocked: no connection within 3 s'],
  ['connections are refused', 1, could('Connection refused'), undefined, 'blocked: Connection refused'],
  ['connections are cut', 1, 'Error: Connection reset by peer', undefined, 'blocked: Connection reset by peer'],
  ['there is no route', 1, could('No route to host'), undefined, 'blocked: No route to host']
])('takes the connection for blocked where %s', (_, exitCode, output, table, detail) => {
  expect(finding(exitCode, output, table)).toMatchObject({ passed: true, detail })
})

test('takes any reply for an admitted connection', () => {
  expect(finding(0, 'NOAUTH Authentication required.\n')).toMatchObject({
    code: 'redis-open',
    passed: false,
    detail: expect.stringContaining('backend can connect to redis.team.svc:6379: NOAUTH'),
    hint: expect.stringContaining('kubectl -n team get networkpolicies')
  })
})

test.each([
  ['the name does not resolve there', 1, could('Try again')],
  ['the lookup hangs', 124, ''],
  ['the image cannot ask', 127, 'redis-cli: not found']
])('proves nothing where %s', (_, exitCode, output) => {
  expect(finding(exitCode, output, '  sl  local_address rem_address   st\n')).toBeUndefined()
})
