import { expect, test } from '@jest/globals'
import { Failure } from '../../../../src/core/failure.ts'
import { apiCall } from '../../../../src/core/kubernetes/api-call.ts'

const attempt = { verb: 'read', object: 'Secret/redis-credentials', namespace: 'team' }
const toFailure = (error: unknown, { verb, object, namespace }: typeof attempt) =>
  new Failure('forbidden', `cannot ${verb} ${object} in ${namespace}: ${String(error)}`, 'a hint')
const calling = (request: () => Promise<string>, signal = new AbortController().signal) =>
  apiCall(attempt, { toFailure, signal }, request)

test('what the cluster answers is handed on', async () => {
  expect(await calling(async () => 'an answer')).toBe('an answer')
})

test('what the cluster has against a request becomes a failure that says what was tried', async () => {
  await expect(calling(() => Promise.reject('no right'))).rejects.toMatchObject({
    code: 'forbidden',
    message: 'cannot read Secret/redis-credentials in team: no right'
  })
})

test('a request that a cancelled run broke off ends with the reason of the run', async () => {
  const cancel = new AbortController()
  const reason = new Failure('cancelled', 'the run was cancelled', 'run again')
  const request = async () => {
    cancel.abort(reason)
    throw new Error('aborted')
  }
  await expect(calling(request, cancel.signal)).rejects.toBe(reason)
})
