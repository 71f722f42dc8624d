import { expect, test } from '@jest/globals'
import { hintWithLog } from '../../../../src/phases/rollout/evidence.ts'

const hint = 'read its last words below'
const said = (text: string) => [
  { title: 'Events', text: 'Permission denied' },
  { title: 'Last lines of container redis', text }
]

// As redis-server 7 and runc say it.
test.each([
  ['for another architecture', 'exec /usr/local/bin/redis-server: exec format error', 'a different architecture'],
  ['a full volume', '# Write error writing append only file on disk: No space left on device', 'is full'],
  ['a read-only volume', "# Can't open or create append-only dir appendonlydir: Read-only file system", 'readOnly'],
  ["somebody else's volume", "# Can't open or create append-only dir appendonlydir: Permission denied", 'fsGroup'],
  [
    'a wrong directive',
    "*** FATAL CONFIG FILE ERROR (Redis 7.2.16) ***\nReading the configuration file, at line 12\n>>> 'maxmemory 2x'",
    'correct line 12 of redis.conf, or of a file that it includes;'
  ],
  ['a directive that another program refuses', 'Bad directive', 'correct the redis.conf line that the log names;']
])('recognises %s by the last log lines', (_, text, words) => {
  const after = hintWithLog('crash-loop', hint, said(text))
  expect(after).toContain(words)
  expect(after.endsWith(`; ${hint}`)).toBe(true)
})

test.each([
  ['other words', 'crash-loop', said('Segmentation fault')],
  ['no log', 'crash-loop', []],
  ['another failure', 'oom-killed', said('No space left on device')]
] as const)('keeps the hint for %s', (_, code, evidence) => {
  expect(hintWithLog(code, hint, evidence)).toBe(hint)
})
