import { describe, expect, test } from '@jest/globals'
import {
  ApiError,
  conflictsOf,
  ForeignAnswer,
  isStale,
  isStatus,
  NetworkError
} from '../../../../src/clients/kubernetes/errors.ts'
import { isTransient } from '../../../../src/clients/kubernetes/retry.ts'
import fc from '../../../support/fast-check.ts'

const conflict = {
  kind: 'Status',
  status: 'Failure',
  message: 'Apply failed with 1 conflict: conflict with "one": .data.a',
  reason: 'Conflict',
  details: { causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.a' }] },
  code: 409
}
const network = (cause: unknown) => new NetworkError(new URL('https://10.88.0.1:6443/prefix'), cause)

describe('the error of an API response', () => {
  test('carries the Status of the API server', () => {
    expect(new ApiError(409, conflict, 2)).toMatchObject({
      message: conflict.message,
      status: 409,
      reason: 'Conflict',
      causes: conflict.details.causes,
      retryAfter: 2
    })
  })

  test.each([
    ['no body', '', 'HTTP status 502'],
    ['a text of a proxy', '502 Bad Gateway', '502 Bad Gateway'],
    ['a Status without a message', { kind: 'Status' }, 'HTTP status 502'],
    ['a list', [], 'HTTP status 502']
  ])('has a message even with %s', (_, body, message) => {
    expect(new ApiError(502, body)).toMatchObject({ message, reason: '', causes: [] })
  })

  test('accepts any response body', () => {
    fc.assert(fc.property(fc.jsonValue(), (body) => new ApiError(500, body).message !== ''))
  })
})

describe('a request that got no response', () => {
  test.each([
    [
      Object.assign(new Error('connect ECONNREFUSED 10.88.0.1:6443'), { code: 'ECONNREFUSED' }),
      'connect ECONNREFUSED 10.88.0.1:6443'
    ],
    [{ code: 'ECONNRESET', message: '' }, 'ECONNRESET'],
    [undefined, 'no answer']
  ])('names the server: %#', (cause, words) => {
    expect(network(cause).message).toBe(`10.88.0.1:6443: ${words}`)
  })
})

describe('whether a request may be retried', () => {
  test.each([429, 500, 502, 503, 504])('retries after status %d', (status) => {
    expect(isTransient(new ApiError(status, 'the server is busy'))).toBe(true)
  })

  test.each(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT'])('retries after %s', (code) => {
    expect(isTransient(network({ code }))).toBe(true)
  })

  test.each([400, 401, 403, 404, 409, 422])('does not retry after status %d', (status) => {
    expect(isTransient(new ApiError(status, ''))).toBe(false)
  })

  test.each([
    ['an unknown host', network({ code: 'ENOTFOUND' })],
    ['an untrusted certificate', network({ code: 'SELF_SIGNED_CERT_IN_CHAIN' })],
    ['an answer of something else', new ForeignAnswer(new URL('https://10.88.0.1'), 200, 'text/html')],
    ['a bug', new TypeError('x is not a function')],
    ['undefined', undefined]
  ])('does not retry after %s', (_, error) => {
    expect(isTransient(error)).toBe(false)
  })

  test('does not retry an object that the server cannot decode, which it reports with status 500', () => {
    const message = 'failed to create typed patch object (/d; /v1, Kind=ConfigMap): .dat: field not declared in schema'
    expect(isTransient(new ApiError(500, { kind: 'Status', message, code: 500 }))).toBe(false)
  })
})

test('takes a status only from an API response', () => {
  expect(isStatus(new ApiError(404, ''), 404)).toBe(true)
  expect(isStatus(new ApiError(403, ''), 404)).toBe(false)
  expect(isStatus({ status: 404 }, 404)).toBe(false)
})

describe('the fields in conflict', () => {
  const causes = (...messages: string[]) =>
    messages.map((message) => ({ reason: 'FieldManagerConflict', message, field: '.spec.replicas' }))
  const error = (...messages: string[]) =>
    new ApiError(409, { reason: 'Conflict', details: { causes: causes(...messages) } })

  test.each([
    ['conflict with "one"', 'one'],
    ['conflict with "kubectl" using apps/v1', 'kubectl'],
    ['conflict with "kubectl" with subresource "scale" using apps/v1', 'kubectl (scale)'],
    ['a conflict in an unknown form', 'another client']
  ])('reads %s: with %s', (message, manager) => {
    expect(conflictsOf(error(message))).toEqual([{ field: '.spec.replicas', manager }])
    expect(isStale(error(message))).toBe(false)
  })

  test('finds no conflict in another reason, status or error', () => {
    const modified = new ApiError(409, { reason: 'Conflict', message: 'the object has been modified' })
    for (const other of [modified, new ApiError(409, { reason: 'AlreadyExists' }), new ApiError(422, {}), undefined]) {
      expect(conflictsOf(other)).toBeUndefined()
    }
    expect(isStale(modified)).toBe(true)
    expect(isStale(new ApiError(409, { reason: 'AlreadyExists' }))).toBe(false)
  })
})
