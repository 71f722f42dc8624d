import { describe, expect, test } from '@jest/globals'
import { eventLine, eventsOf, latest } from '../../../../src/core/kubernetes/events.ts'
import { event, pod } from '../../phases/rollout/shapes.ts'

const redis = pod()
const at = (time: string, more: object = {}) => ({ lastTimestamp: `2026-11-23T05:${time}Z`, ...more })

describe('the events of an object', () => {
  test('are its own, oldest first', () => {
    const other = pod({ name: 'redis-1', uid: 'other' })
    const earlier = pod({ uid: 'earlier pod of the same name' })
    const events = [
      event(redis, 'B', 'second', at('02:00')),
      event(other, 'X', 'of another', at('01:30')),
      event(redis, 'A', 'first', at('01:00')),
      event(earlier, 'X', 'of an earlier one', at('01:30'))
    ]
    expect(eventsOf(redis, events).map(({ message }) => message)).toEqual(['first', 'second'])
  })

  test.each([
    ['the time of its series', { series: { count: 2, lastObservedTime: '2026-11-23T05:09:00.123456Z' } }],
    ['when it was seen last', { lastTimestamp: '2026-11-23T05:09:00Z' }],
    ['the time of the newer API', { lastTimestamp: null, eventTime: '2026-11-23T05:09:00.605567Z' }],
    ['when it was written', { lastTimestamp: null, metadata: { name: 'e', creationTimestamp: '2026-11-23T05:09:00Z' } }]
  ])('are ordered in time by %s', (_, times) => {
    const events = [
      event(redis, 'C', 'after', at('10:00')),
      event(redis, 'B', 'between', times),
      event(redis, 'A', 'before', at('08:00'))
    ]
    expect(eventsOf(redis, events).map(({ message }) => message)).toEqual(['before', 'between', 'after'])
  })
})

describe('the latest event', () => {
  const events = [event(redis, 'Unhealthy', 'old'), event(redis, 'BackOff', 'other'), event(redis, 'Unhealthy', 'new')]

  test('of a reason is the last one', () => {
    expect(latest(events, 'Unhealthy')).toBe('new')
  })

  test('is undefined for a reason that never occurred', () => {
    expect(latest(events, 'FailedMount')).toBeUndefined()
  })
})

test.each([
  ['once', { count: 1 }, 'Warning Unhealthy: Startup probe failed'],
  ['several times', { count: 25 }, 'Warning Unhealthy (25 times): Startup probe failed'],
  ['in a series', { count: null, series: { count: 3 } }, 'Warning Unhealthy (3 times): Startup probe failed'],
  ['by the newer API, without a count', { count: null }, 'Warning Unhealthy: Startup probe failed'],
  ['as no warning', { type: 'Normal' }, 'Normal Unhealthy: Startup probe failed']
])('formats an event seen %s as one line', (_, more, line) => {
  expect(eventLine(event(redis, 'Unhealthy', 'Startup probe failed', more))).toBe(line)
})
