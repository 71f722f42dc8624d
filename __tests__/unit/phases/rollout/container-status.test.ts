import { describe, expect, test } from '@jest/globals'
import { exitReason, runtime } from '../../../../src/phases/rollout/container-status.ts'
import { ended } from './shapes.ts'

describe('the exit reason of a container', () => {
  test.each([
    ['well', ended('Completed', 0), 'exit code 0'],
    ['by itself', ended('Error', 1), 'exit code 1'],
    ['killed, as reported by containerd', ended('Error', 137), 'exit code 137 (SIGKILL)'],
    ['crashed, as reported by containerd', ended('Error', 139), 'exit code 139 (SIGSEGV)'],
    ['stopped, as reported by containerd', ended('Error', 143), 'exit code 143 (SIGTERM)'],
    ['killed, reported as a signal', ended('Error', 137, { signal: 9 }), 'signal 9 (SIGKILL)'],
    ['with a code that only looks like a signal', ended('Error', 255), 'exit code 255'],
    ['unknown', { terminated: undefined }, 'an unknown exit code']
  ])('is readable: %s', (_, { terminated }, words) => {
    expect(exitReason(terminated)).toBe(words)
  })
})

describe('the runtime of a container', () => {
  test.each([
    ['no time', '05:37:23Z', 'right after starting'],
    ['some seconds', '05:37:32Z', 'right after starting'],
    ['long', '05:39:28Z', 'after 2 min 5 s'],
    ['an unknown time', '', 'right after starting']
  ])('is readable: %s', (_, time, words) => {
    const { terminated } = ended('Error', 1, { finishedAt: `2026-11-23T${time}` })
    expect(runtime(terminated)).toBe(words)
  })
})
