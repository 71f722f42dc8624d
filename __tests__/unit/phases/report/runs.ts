import type { Run } from '../../../../src/phases/report/verdict.ts'

/** A first deploy that went well. */
export const passedRun: Run = {
  verdict: 'passed',
  unannounced: false,
  environment: 'staging',
  namespace: 'hospital-erp-system',
  topology: 'self-hosted',
  phases: [
    {
      name: 'render',
      outcome: 'passed',
      milliseconds: 85,
      sentence: '3 objects by kustomize build, self-hosted topology'
    },
    { name: 'apply', outcome: 'passed', milliseconds: 240, sentence: '1 created, 1 configured, 1 unchanged' },
    {
      name: 'rollout',
      outcome: 'passed',
      milliseconds: 6_300,
      sentence: 'pod redis-0 is Ready at revision redis-bccfcb799'
    },
    { name: 'probe', outcome: 'passed', milliseconds: 160, sentence: '3 checks passed' }
  ],
  objects: [
    { id: 'StatefulSet/redis', change: 'configured', note: 'configuration changed' },
    { id: 'Secret/redis-credentials', change: 'unchanged', note: 'password kept' },
    { id: 'ConfigMap/redis-config', change: 'created' }
  ],
  checks: [
    { name: 'without a password', passed: true, detail: 'refused' },
    { name: 'write', passed: true, detail: 'SET, GET and DEL of a key of its own' },
    { name: 'used memory', passed: true, detail: '1.0 MiB of 256 MiB, 0.4 %' }
  ],
  revision: 'redis-bccfcb799',
  rolloutMilliseconds: 6_300,
  redisVersion: '7.2.16',
  usedMemoryBytes: 1_064_000,
  maxmemoryBytes: 268_435_456
}

/** A rollout that ended in a crash loop. */
export const failedRun: Run = {
  verdict: 'failed',
  unannounced: false,
  environment: 'staging',
  namespace: 'hospital-erp-system',
  topology: 'self-hosted',
  phases: [
    {
      name: 'render',
      outcome: 'passed',
      milliseconds: 85,
      sentence: '1 object by kustomize build, self-hosted topology'
    },
    { name: 'apply', outcome: 'passed', milliseconds: 240, sentence: '1 unchanged' },
    { name: 'rollout', outcome: 'failed', milliseconds: 8_000, sentence: '' }
  ],
  objects: [{ id: 'StatefulSet/redis', change: 'unchanged' }],
  failure: {
    code: 'crash-loop',
    sentence: 'container redis exited with code 1 right after starting (2nd time)',
    hint: 'read its last log lines below, or `kubectl -n hospital-erp-system logs redis-0 -c redis --previous`',
    evidence: [
      {
        title: 'Last lines of container redis, before its restart',
        text: "*** FATAL CONFIG FILE ERROR (Redis 7.2.16) ***\nReading the configuration file, at line 2\n>>> 'maxmemory 256Mi'\n"
      }
    ]
  }
}
