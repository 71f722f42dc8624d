import { describe, expect, test } from '@jest/globals'
import {
  missingRightFailure,
  passwordTimes,
  wrongPasswordFailure,
  wrongUserFailure
} from '../../../../src/phases/probe/auth-failure.ts'

describe('a missing Redis permission', () => {
  test.each([
    [
      'Redis 6.2',
      "NOPERM this user has no permissions to run the 'config' command or its subcommand",
      'the command CONFIG'
    ],
    ['Redis 7.0', "NOPERM this user has no permissions to run the 'config|get' command", 'the command CONFIG GET'],
    ['Redis 8.2', "NOPERM User default has no permissions to run the 'info' command", 'the command INFO'],
    ['anything else', 'NOPERM No permissions to access a key', 'a command']
  ])('names the command, as reported by %s', (_, said, which) => {
    expect(missingRightFailure(said)).toBe(
      `Redis in pod redis-0 accepts the password, but its user may not run ${which}: ${said}`
    )
  })
})

describe('a rejected password', () => {
  const [early, late] = ['2026-11-23T05:36:44Z', '2026-11-23T05:40:00Z']
  const base = 'Redis in pod redis-0 rejects the password of Secret/redis-credentials: WRONGPASS'
  test.each([
    [
      'because the Secret is newer than the pod',
      { started: early, changed: late },
      `${base}. The Secret was changed at ${late}, but Redis has been running since ${early} with the previous one`
    ],
    [
      'although the pod read the Secret',
      { started: late, changed: early },
      `${base}. Redis has been running since ${late} and the Secret has not changed since, so Redis has a different password`
    ],
    ['by a Redis with an unknown start time', { started: undefined, changed: late }, base],
    ['with an unknown time of the change of the Secret', { started: early, changed: undefined }, base]
  ])('has a probable cause: %s', (_, times, sentence) => {
    expect(wrongPasswordFailure('WRONGPASS', times)).toBe(sentence)
  })
})

test('a rejected user of url is not blamed on the password alone', () => {
  expect(wrongUserFailure('WRONGPASS')).toMatch(
    /^Redis in pod redis-0 rejects the user that key url of Secret\/redis-credentials names, or its password: WRONGPASS/
  )
})

describe('the times that explain a rejected password', () => {
  const pod = (state: object) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'redis-0' },
    status: {
      containerStatuses: [
        { name: 'metrics', state: { running: { startedAt: 'x' } } },
        { name: 'redis', state }
      ]
    }
  })
  const secret = (managedFields?: object[]) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 'redis-credentials',
      creationTimestamp: '2026-11-01T00:00:00Z',
      ...(managedFields && { managedFields })
    }
  })
  const entry = (time: string, fieldsV1: object) => ({ manager: 'm', operation: 'Apply', time, fieldsV1 })

  test('are the start of the container and the newest change of the Secret data', () => {
    const fields = [
      entry('2026-11-03T00:00:00Z', { 'f:data': { 'f:password': {} } }),
      entry('2026-11-02T00:00:00Z', { 'f:data': { 'f:host': {} } }),
      entry('2026-11-04T00:00:00Z', { 'f:metadata': { 'f:labels': {} } })
    ]
    expect(passwordTimes(pod({ running: { startedAt: '2026-11-02T12:00:00Z' } }), secret(fields))).toEqual({
      started: '2026-11-02T12:00:00Z',
      changed: '2026-11-03T00:00:00Z'
    })
  })

  test.each([
    ['a Secret without managed fields', pod({ waiting: {} }), secret(), '2026-11-01T00:00:00Z'],
    ['an unreadable pod and Secret', undefined, undefined, undefined]
  ])('are unknown for %s', (_, where, what, changed) => {
    expect(passwordTimes(where, what)).toEqual({ started: undefined, changed })
  })
})
