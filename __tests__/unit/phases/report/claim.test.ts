import { expect, test } from '@jest/globals'
import type { PhaseName, ProgramResult } from '../../../../src/core/result.ts'
import { claimOf } from '../../../../src/phases/report/claim.ts'

const phases = (...passed: PhaseName[]) =>
  passed.map((name) => ({ name, outcome: 'passed', milliseconds: 1, sentence: '' }) as const)
const write = { name: 'write', passed: true, detail: 'SET, GET and DEL of a key of its own' }
const untried = { ...write, relaxed: true } as const
const cluster = { connectedFrom: 'cluster' } as const
const runner = { connectedFrom: 'runner' } as const

type Row = [place: string, run: Partial<ProgramResult> & Pick<ProgramResult, 'phases'>, claim: string]

const selfHosted: Row[] = [
  [
    'the runner',
    { phases: phases('apply', 'rollout', 'service', 'probe'), checks: [write], redisVersion: '7.2.16' },
    'Redis 7.2.16 is proven to work, asked through a port-forward; the path of a backend was not tried'
  ],
  [
    'the cluster',
    { phases: phases('rollout', 'service', 'probe', 'connection'), checks: [write, write], ...cluster },
    'Redis is proven to work, asked by a backend pod'
  ],
  [
    'nowhere',
    { phases: phases('apply', 'rollout', 'service') },
    'pod redis-0 runs what was applied; no connection was tried'
  ],
  [
    'the runner, where no write could be tried',
    { phases: phases('probe'), checks: [untried] },
    'Redis answers, asked through a port-forward; no write was proven; the path of a backend was not tried'
  ],
  [
    'the cluster, where other nodes hold the keys',
    { phases: phases('probe', 'connection'), ...cluster },
    'Redis answers, asked by a backend pod; no write was proven'
  ]
]

test.each(selfHosted)('a deployment of a Redis in the cluster, asked from %s', (_, run, claim) => {
  expect(claimOf({ topology: 'self-hosted', ...run })).toBe(claim)
})

const managed: Row[] = [
  [
    'the cluster',
    { phases: phases('secret', 'elasticache', 'connection'), checks: [write], ...cluster },
    'Redis is proven to work, asked by a backend pod'
  ],
  [
    'the runner',
    { phases: phases('secret', 'connection'), checks: [write], redisVersion: '7.1.0', ...runner },
    'Redis 7.1.0 is proven to work, asked by this runner; the path of a backend was not tried'
  ],
  ['nowhere', { phases: phases('apply', 'secret') }, 'the Secret was verified; no connection was tried'],
  [
    'nowhere, with a replication group',
    { phases: phases('secret', 'elasticache') },
    'the Secret and the settings of ElastiCache were verified; no connection was tried'
  ]
]

test.each(managed)('a deployment of a managed cache, asked from %s', (_, run, claim) => {
  expect(claimOf({ topology: 'managed', ...run })).toBe(claim)
})

const verifications: Row[] = [
  [
    'a self-hosted Redis through a port-forward',
    { topology: 'self-hosted', phases: phases('drift', 'rollout', 'service', 'probe'), redisVersion: '7.2.16' },
    'Redis 7.2.16 is healthy and as configured, asked through a port-forward; the path of a backend was not tried'
  ],
  [
    'a self-hosted Redis without a connection',
    { topology: 'self-hosted', phases: phases('drift', 'rollout', 'service') },
    'pod redis-0 is healthy, and the objects are as rendered; no connection was tried'
  ],
  [
    'a managed cache from the runner',
    { topology: 'managed', phases: phases('drift', 'secret', 'elasticache', 'connection'), ...runner },
    'Redis answers, asked by this runner, the objects are as rendered, and the Secret and the settings of ElastiCache ' +
      'were verified; the path of a backend was not tried'
  ],
  [
    'a managed cache without a connection',
    { topology: 'managed', phases: phases('drift', 'secret') },
    'the objects are as rendered, and the Secret was verified; no connection was tried'
  ]
]

test.each(verifications)('a verification of %s', (_, run, claim) => {
  expect(claimOf({ mode: 'verify', ...run })).toBe(claim)
})
