import { describe, expect, test } from '@jest/globals'
import { Deadline } from '../../../../src/core/deadline.ts'
import { usualBackend } from '../../../../src/core/rendered-cache/backend-labels.ts'
import type { RunnerDeps } from '../../../../src/phases/probe/deps.ts'
import { connectFromRunner } from '../../../../src/phases/probe/probe-managed.ts'

const clock = { now: () => 0, sleep: async () => undefined }

const replied = (message: string) => Object.assign(new Error(message), { replied: true })

/** Asks a cache that answers INFO with these lines. */
async function connected(host: string, port: number, info: string[]) {
  const [checks, notes]: [string[], string[]] = [[], []]
  const keys = new Map<string, string | undefined>()
  const deps: RunnerDeps = {
    authorities: [],
    checked: ({ name }) => void checks.push(name),
    note: (sentence) => void notes.push(sentence),
    clock,
    signal: new AbortController().signal,
    log: () => undefined,
    openRedis: async (_, password) => ({
      async call(command, ...[key = '', value]) {
        if (password === undefined) throw replied('NOAUTH Authentication required.')
        if (command === 'PING') return 'PONG'
        if (command === 'INFO' && info.length === 0) throw replied('NOPERM no permissions')
        if (command === 'INFO') return info.join('\r\n')
        if (command === 'SET') keys.set(key, value)
        else if (command === 'GET') return keys.get(key)
        else if (command === 'DEL') keys.delete(key)
        else throw replied(`ERR unknown command '${command}'`)
        return 'OK'
      },
      async [Symbol.asyncDispose]() {}
    })
  }
  const inputs = {
    namespace: 'team',
    credentials: { host, port: String(port), password: 'password', url: `rediss://:password@${host}:${port}` },
    image: 'redis',
    topology: 'managed' as const,
    maxmemoryPolicy: 'allkeys-lru',
    memoryThresholdPercent: 90,
    mayWrite: true,
    backendLabels: usualBackend,
    nonBackend: false,
    owner: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'redis-credentials' } }
  }
  const result = await connectFromRunner(inputs, new Deadline(clock, 60_000), deps)
  return { checks, notes, result }
}

describe('a serverless cache', () => {
  const host = 'erp-abc123.serverless.use1.cache.amazonaws.com'
  const info = ['redis_version:7.1', 'redis_mode:cluster', 'role:master', 'cluster_enabled:1']
  const role = expect.stringContaining('in cluster mode')

  test('passes, and the skipped checks are noted', async () => {
    const { checks, notes, result } = await connected(host, 6379, info)
    expect(checks).toEqual(['host name', 'TCP', 'TLS', 'certificate name', 'without a password', 'PING', 'write'])
    expect(notes).toEqual([
      role,
      'Memory and maxmemory-policy were not checked: a serverless cache scales automatically and has no parameter group.'
    ])
    expect(result).toEqual({ redisVersion: '7.1', usedMemoryBytes: undefined, maxmemoryBytes: undefined })
  })

  test('has a separate reader port, which is noted', async () => {
    const { notes } = await connected(host, 6380, info)
    expect(notes.at(-1)).toBe('Port 6380 of a serverless cache is its reader port; writes go to port 6379.')
  })
})

test('passes without memory and policy in INFO', async () => {
  const { checks, notes } = await connected('redis.example.com', 6380, ['redis_version:7.1', 'role:master'])
  expect(checks.slice(-2)).toEqual(['role', 'write'])
  expect(notes).toEqual(['Memory and maxmemory-policy were not checked: INFO of this cache reports neither.'])
})

test('passes for a user who may not run INFO, and says what was not checked', async () => {
  const { checks, notes } = await connected('redis.example.com', 6380, [])
  expect(checks.slice(-2)).toEqual(['PING', 'write'])
  expect(notes).toEqual([
    'Role, memory and maxmemory-policy were not checked, because the cache does not run INFO: NOPERM no permissions.'
  ])
})
