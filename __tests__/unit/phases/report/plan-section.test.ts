import { describe, expect, test } from '@jest/globals'
import type { Plan, PlannedObject, ProgramResult } from '../../../../src/core/result.ts'
import { outputsOf } from '../../../../src/phases/report/outputs.ts'
import { summaryOf } from '../../../../src/phases/report/summary.ts'
import { runOf } from '../../../../src/phases/report/verdict.ts'

const objects: PlannedObject[] = [
  { id: 'Service/redis', action: 'unchanged', diff: '' },
  { id: 'ConfigMap/redis-config', action: 'change', diff: '@@ data @@\n-maxmemory 256mb\n+maxmemory 300mb\n' },
  { id: 'StatefulSet/redis', action: 'change', note: 'configuration changed', diff: '@@ spec @@\n-a\n+b\n' }
]
const sentence = '2 to change, redis-0 would restart (configuration)'
const plan: Plan = { asked: true, sentence, objects, restart: ['configuration'], dangers: [] }

function planned(changes: Partial<Plan> = {}, failure?: ProgramResult['failure']) {
  const result: ProgramResult = {
    phases: [],
    environment: 'staging',
    namespace: 'clinic',
    mode: 'plan',
    plan: { ...plan, ...changes },
    ...(failure && { failure })
  }
  return runOf([{ name: 'deploy', outcome: failure === undefined ? 'success' : 'failure', result }])
}

test('the summary of a plan has the verdict, the objects and their diffs', () => {
  expect(
    summaryOf(planned())
  ).toBe(`### 📋 Plan: 2 to change, redis-0 would restart (configuration) (staging, namespace \`clinic\`)

| Object | Plan | Note |
| --- | --- | --- |
| \`ConfigMap/redis-config\` | to change |  |
| \`StatefulSet/redis\` | to change | configuration changed |
| \`Service/redis\` | unchanged |  |

<details><summary>ConfigMap/redis-config</summary>

\`\`\`diff
@@ data @@
-maxmemory 256mb
+maxmemory 300mb
\`\`\`

</details>

<details><summary>StatefulSet/redis</summary>

\`\`\`diff
@@ spec @@
-a
+b
\`\`\`

</details>

A dry run cannot tell whether images can be pulled, a node has room, and Redis starts.
`)
})

test('dangers come before everything else', () => {
  const dangers = [{ rule: 'storage-shrinks', sentence: 'the claim data of StatefulSet/redis shrinks from 5Gi to 1Gi' }]
  const [, second] = summaryOf(planned({ dangers })).split('\n\n')
  expect(second).toBe('> ⚠️ `storage-shrinks`: the claim data of StatefulSet/redis shrinks from 5Gi to 1Gi')
})

test('the summary of a failing plan has the reason and the remedy', () => {
  const failure = { code: 'immutable-field', sentence: 'cannot change it', hint: 'put it back', evidence: [] } as const
  const refused: PlannedObject = { id: 'StatefulSet/redis', action: 'refused', note: 'cannot change it', diff: '' }
  const run = planned({ objects: [refused] }, { ...failure, evidence: [] })
  expect(run.verdict).toBe('failed')
  expect(summaryOf(run)).toContain('### ❌ This would fail: `immutable-field` (staging, namespace `clinic`)')
  expect(summaryOf(run)).toContain('| `StatefulSet/redis` | ❌ refused | cannot change it |')
  expect(summaryOf(run)).toContain('**Next:** put it back')
})

test('the outputs count the planned changes', () => {
  expect(outputsOf(planned())).toMatchObject({
    verdict: 'planned',
    changed: 'true',
    created: '0',
    configured: '2',
    unchanged: '1'
  })
  expect(outputsOf(planned({ objects: objects.slice(0, 1) }))).toMatchObject({ changed: 'false', unchanged: '1' })
  const dropped: PlannedObject = { id: 'ConfigMap/x', action: 'dropped', diff: '' }
  expect(outputsOf(planned({ objects: [dropped] }))).toMatchObject({ changed: 'true', created: '0', configured: '0' })
  const unknown: PlannedObject = { id: 'ConfigMap/x', action: 'unknown', diff: '' }
  expect(outputsOf(planned({ objects: [unknown] }))).toMatchObject({ changed: '' })
})

describe('diffs that do not fit', () => {
  const long = (id: string, lines: number): PlannedObject => ({
    id,
    action: 'change',
    diff: `+${'x'.repeat(500)}\n`.repeat(lines)
  })

  test('are left out whole and counted', () => {
    const many = [long('ConfigMap/a', 200), long('ConfigMap/b', 2), long('ConfigMap/c', 200)]
    const summary = summaryOf(planned({ objects: many }), 60_000)
    expect(Buffer.byteLength(summary)).toBeLessThan(60_000)
    expect(summary).toContain('<summary>ConfigMap/b</summary>')
    expect(summary).toContain('2 diffs are too long to be shown here; the file of the output `diff` has all.')
    expect(summary).not.toContain('<summary>ConfigMap/a</summary>')
  })

  test('are cut where a single object is too long to read', () => {
    const summary = summaryOf(planned({ objects: [long('ConfigMap/a', 5_000)] }))
    expect(Buffer.byteLength(summary)).toBeLessThan(300_000)
    expect(summary).toMatch(
      /… \d+ more lines\n```\n\nThis is a part; the file of the output `diff` has all\.\n\n<\/details>/
    )
  })

  test('are left out so that the comment stays within its limit', () => {
    const many = Array.from({ length: 150 }, (_, index) => long(`ConfigMap/${index}`, 4))
    const summary = summaryOf(planned({ objects: many }), 60_000)
    expect(Buffer.byteLength(summary)).toBeLessThan(60_000)
    expect(summary).toContain('<summary>ConfigMap/0</summary>')
  })
})

test('a diff cannot end its code fence', () => {
  const diff = '+```\n+@everyone <b>bold</b>\n+````\n+</details>\n'
  const summary = summaryOf(planned({ objects: [{ id: 'ConfigMap/x', action: 'change', diff }] }))
  expect(summary).toContain(`\`\`\`\`\`diff\n${diff.trimEnd()}\n\`\`\`\`\`\n\n</details>`)
})

test('the summary of a plan without a cluster names what is unknown', () => {
  expect(summaryOf(planned({ asked: false }))).toContain('No cluster was contacted: admission, conflicts, rights')
})
