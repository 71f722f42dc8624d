import { setImmediate } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { Deadline } from '../../../../src/core/deadline.ts'
import { Failure } from '../../../../src/core/failure.ts'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import type { SecretDeps } from '../../../../src/phases/secret/deps.ts'
import { verifySecret } from '../../../../src/phases/secret/secret.ts'
import { externalSecret } from './sync-shapes.ts'

const clock = { now: () => 0, sleep: async () => {} }

/** A cluster that answers with this; the events come late. */
function depsOf(read: () => Promise<KubernetesObject | undefined>, answered: string[]): SecretDeps {
  return {
    cluster: {
      read,
      annotate: async () => undefined,
      async listEvents() {
        for (let turn = 0; turn < 5; turn++) await setImmediate()
        answered.push('events')
        return []
      }
    },
    toFailure: (error, { verb, object }) => new Failure('cluster-unreachable', `${verb} ${object}: ${error}`, 'wait'),
    secret: () => {},
    checked: () => {},
    clock,
    date: () => new Date(),
    signal: new AbortController().signal,
    log: () => {}
  }
}

test('a failed run leaves no open request behind', async () => {
  const answered: string[] = []
  const inputs = { namespace: 'team', externalSecret: externalSecret(), force: true }
  const refuse = async () => Promise.reject('refused')
  await expect(verifySecret(inputs, new Deadline(clock, 1_000), depsOf(refuse, answered))).rejects.toThrow(
    'read ExternalSecret/redis-credentials: refused'
  )
  expect(answered).toEqual(['events'])
})
