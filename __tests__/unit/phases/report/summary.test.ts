import { describe, expect, test } from '@jest/globals'
import { summaryOf } from '../../../../src/phases/report/summary.ts'
import { failedRun, passedRun } from './runs.ts'

test('the summary of a successful run', () => {
  expect(
    summaryOf(passedRun)
  ).toBe(`### ✅ Redis 7.2.16 is proven to work, asked through a port-forward; the path of a backend was not tried (staging, namespace \`hospital-erp-system\`)

Memory \`█░░░░░░░░░░░░░░░░░░░\` 0.4 % of maxmemory (1.0 MiB of 256 MiB)

| Phase |  | Time | Result |
| --- | --- | --- | --- |
| render | ✅ | 85 ms | 3 objects by kustomize build, self-hosted topology |
| apply | ✅ | 0.2 s | 1 created, 1 configured, 1 unchanged |
| rollout | ✅ | 6.3 s | pod redis-0 is Ready at revision redis-bccfcb799 |
| probe | ✅ | 0.2 s | 3 checks passed |

<details><summary>3 checks passed</summary>

|  | Check | Seen |
| --- | --- | --- |
| ✅ | without a password | refused |
| ✅ | write | SET, GET and DEL of a key of its own |
| ✅ | used memory | 1.0 MiB of 256 MiB, 0.4 % |

</details>

<details><summary>3 objects, 2 changed</summary>

| Object | Change | Note |
| --- | --- | --- |
| \`ConfigMap/redis-config\` | created |  |
| \`Secret/redis-credentials\` | unchanged | password kept |
| \`StatefulSet/redis\` | configured | configuration changed |

</details>
`)
})

test('the summary of a failed run has the failure, then the hint, then the evidence', () => {
  expect(
    summaryOf(failedRun)
  ).toBe(`### ❌ Redis cache failed: \`crash-loop\` (staging, namespace \`hospital-erp-system\`)

**What happened:** container redis exited with code 1 right after starting (2nd time)

**Serving now:** no, clients get no answer or cannot write

**Next:** read its last log lines below, or \`kubectl -n hospital-erp-system logs redis-0 -c redis --previous\`

<details><summary>Last lines of container redis, before its restart</summary>

<pre>*** FATAL CONFIG FILE ERROR (Redis 7.2.16) ***
Reading the configuration file, at line 2
&gt;&gt;&gt; 'maxmemory 256Mi'
</pre>

</details>

| Phase |  | Time | Result |
| --- | --- | --- | --- |
| render | ✅ | 85 ms | 1 object by kustomize build, self-hosted topology |
| apply | ✅ | 0.2 s | 1 unchanged |
| rollout | ❌ | 8.0 s | \`crash-loop\` |

<details><summary>1 object, none changed</summary>

| Object | Change | Note |
| --- | --- | --- |
| \`StatefulSet/redis\` | unchanged |  |

</details>
`)
})

test('the summary of a run without details has the verdict', () => {
  const failure = { code: 'cancelled', sentence: 'step render was skipped', hint: 'run again', evidence: [] } as const
  const summary = summaryOf({ verdict: 'failed', unannounced: true, phases: [], failure: { ...failure, evidence: [] } })
  expect(summary).toBe(
    '### ❌ Redis cache failed: `cancelled`\n\n**What happened:** step render was skipped\n\n**Next:** run again\n'
  )
})

test('marks a phase whose process was killed as unfinished', () => {
  expect(summaryOf({ ...failedRun, running: 'probe' })).toContain('| probe | ❌ |  | did not finish |')
})

describe('the memory gauge', () => {
  const gauge = (usedMemoryBytes: number | undefined, maxmemoryBytes: number | undefined) => {
    const { usedMemoryBytes: _used, maxmemoryBytes: _maximum, ...run } = passedRun
    const memory = {
      ...(usedMemoryBytes !== undefined && { usedMemoryBytes }),
      ...(maxmemoryBytes !== undefined && { maxmemoryBytes })
    }
    const read: typeof passedRun = JSON.parse(JSON.stringify({ ...run, ...memory }))
    return /^Memory .*$/m.exec(summaryOf(read))?.[0]
  }

  test.each([
    [0, '░'.repeat(20), '0.0 %'],
    [1, `█${'░'.repeat(19)}`, '1.0 %'],
    [50, '█'.repeat(10) + '░'.repeat(10), '50.0 %'],
    [100, '█'.repeat(20), '100.0 %'],
    [250, '█'.repeat(20), '250.0 %']
  ])('shows %d percent', (percent, bar, words) => {
    expect(gauge(percent * 1024, 100 * 1024)).toContain(`\`${bar}\` ${words}`)
  })

  test.each([
    ['neither is known', undefined, undefined],
    ['maxmemory is 0', 1_064_000, 0],
    ['Redis did not report its used memory', Number.NaN, 268_435_456],
    ['Redis did not report maxmemory', 1_064_000, Number.NaN]
  ])('is left out where %s', (_, used, maximum) => {
    expect(gauge(used, maximum)).toBeUndefined()
  })
})

test('counts and marks failed checks', () => {
  const checks = [
    { name: 'save', passed: false, detail: 'empty in force, 900 1 rendered' },
    { name: 'appendonly', passed: true, detail: 'yes' }
  ]
  const summary = summaryOf({ ...failedRun, checks })
  expect(summary).toContain('<summary>1 of 2 checks failed</summary>')
  expect(summary).toContain('| ❌ | save | empty in force, 900 1 rendered |')
})

test('titles a verification as such, and shows what each phase failed with', () => {
  const headline =
    'is healthy and as configured, asked through a port-forward; the path of a backend was not tried (staging, namespace `hospital-erp-system`)'
  expect(summaryOf({ ...passedRun, mode: 'verify' })).toContain(`### ✅ Redis 7.2.16 ${headline}\n`)
  const phases = [
    { name: 'drift', outcome: 'failed', milliseconds: 20, sentence: '', code: 'config-drift' },
    { name: 'rollout', outcome: 'failed', milliseconds: 20, sentence: '', code: 'crash-loop' }
  ] as const
  const summary = summaryOf({ ...failedRun, mode: 'verify', phases: [...phases] })
  expect(summary).toContain('| drift | ❌ | 20 ms | `config-drift` |\n| rollout | ❌ | 20 ms | `crash-loop` |')
})
