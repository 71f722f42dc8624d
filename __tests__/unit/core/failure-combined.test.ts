import { expect, test } from '@jest/globals'
import { combinedFailure, Failure } from '../../../src/core/failure.ts'

const forbidden = new Failure('forbidden', 'cannot apply Service/redis', 'grant the Role', [{ title: 'A', text: 'a' }])
const conflict = new Failure('field-conflict', 'cannot apply ConfigMap/redis-config', 'set force-conflicts: true', [
  { title: 'B', text: 'b' }
])

test('returns a single failure unchanged', () => {
  expect(combinedFailure([forbidden])).toBe(forbidden)
})

test('combines failures: the first code, and every sentence, hint and piece of evidence', () => {
  expect(combinedFailure([forbidden, conflict])).toMatchObject({
    code: 'forbidden',
    message: 'cannot apply Service/redis. Also: cannot apply ConfigMap/redis-config',
    hint: 'grant the Role; set force-conflicts: true',
    evidence: [
      { title: 'A', text: 'a' },
      { title: 'B', text: 'b' }
    ],
    cause: forbidden
  })
})

test('mentions a cause that all objects share once', () => {
  const same = () => new Failure('unauthorized', 'the API server does not accept the credentials', 'renew them')
  const first = same()
  expect(combinedFailure([first, same(), same()])).toBe(first)
  expect(combinedFailure([first, conflict, same(), conflict])).toMatchObject({
    message: 'the API server does not accept the credentials. Also: cannot apply ConfigMap/redis-config',
    hint: 'renew them; set force-conflicts: true'
  })
})

test('returns an unexpected error first, because it is a bug', () => {
  const bug = new TypeError('x is not a function')
  expect(combinedFailure([forbidden, bug, conflict])).toBe(bug)
})

test('returns undefined without failures', () => {
  expect(combinedFailure([])).toBeUndefined()
})
