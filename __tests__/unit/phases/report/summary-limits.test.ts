import { describe, expect, test } from '@jest/globals'
import { summaryOf } from '../../../../src/phases/report/summary.ts'
import type { Run } from '../../../../src/phases/report/verdict.ts'
import fc from '../../../support/fast-check.ts'
import { hostile } from './hostile.ts'
import { failedRun, passedRun } from './runs.ts'
import { references, spoken } from './spoken.ts'

const mebibyte = 1024 ** 2
const size = (text: string) => Buffer.byteLength(text)
const failing = (change: Partial<NonNullable<Run['failure']>>): Run => {
  if (failedRun.failure === undefined) throw new Error('the failed run has no failure')
  return { ...failedRun, failure: { ...failedRun.failure, ...change } }
}

describe('a summary within the limit of GitHub', () => {
  test('leaves out long evidence, and keeps the failure, the hint and the phases', () => {
    const evidence = Array.from({ length: 100 }, (_, index) => ({ title: `Log ${index}`, text: 'ü'.repeat(16_000) }))
    const summary = summaryOf(failing({ evidence }))
    expect(size(summary)).toBeLessThan(mebibyte)
    expect(summary).toContain('### ❌ Redis cache failed: `crash-loop`')
    expect(summary).toContain('**What happened:** container redis exited with code 1 right after starting')
    expect(summary).toContain('**Next:** read its last log lines')
    expect(summary).toContain('| rollout | ❌ |')
    expect(summary).toContain('The details are too long for a summary; see the log.')
  })

  test('shortens long checks', () => {
    const checks = Array.from({ length: 10 }, (_, index) => ({
      name: `${index}`,
      passed: true,
      detail: '<'.repeat(100_000)
    }))
    const summary = summaryOf({ ...passedRun, checks: [...(passedRun.checks ?? []), ...checks] })
    expect(size(summary)).toBeLessThan(mebibyte)
    expect(summary).toMatch(/^### ✅ Redis 7\.2\.16 is proven to work/)
  })

  test('shortens a sentence that is too long itself', () => {
    const summary = summaryOf(failing({ sentence: 'x'.repeat(2 * mebibyte) }))
    expect(size(summary)).toBeLessThan(mebibyte)
    expect(summary).toContain('`crash-loop`')
  })

  test('lists the first 200 of many objects and counts the rest', () => {
    const objects = Array.from({ length: 5_000 }, (_, index) => ({
      id: `ConfigMap/c-${String(index).padStart(4, '0')}`,
      change: 'created' as const
    }))
    const summary = summaryOf({ ...passedRun, objects: objects.toReversed() })
    expect(summary).toContain('<summary>5000 objects, 5000 changed</summary>')
    expect(summary.match(/^\| `ConfigMap\//gm)).toHaveLength(200)
    expect(summary).toContain('| `ConfigMap/c-0199` | created |  |\n\n… and 4800 more')
    expect(summary).not.toContain('c-0200')
  })
})

/** A run in which everything that comes from outside is this text. */
function runOfText(text: string): Run {
  return {
    verdict: 'failed',
    unannounced: false,
    environment: text,
    namespace: text,
    redisVersion: text,
    phases: [{ name: 'apply', outcome: 'passed', milliseconds: 1, sentence: text }],
    failure: { code: 'internal', sentence: text, hint: `do \`this\`: ${text}`, evidence: [{ title: 'Log', text }] },
    checks: [{ name: text, passed: false, detail: text }],
    objects: [{ id: text, change: 'created', note: text }]
  }
}
/** The report without what stands in <pre>, which nothing but </pre> ends. */
const reportOf = (text: string) => summaryOf(runOfText(text)).replace(/<pre>[^<]*<\/pre>/g, '<pre></pre>')
/** GitHub takes a pipe after a backslash for text, inside code too. */
const cells = (row: string) => row.split(/(?<!\\)\|/).length

describe('a summary with text from outside', () => {
  test('keeps its structure of lines, cells and sections', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const summary = reportOf(text)
        const lines = summary.split(/\r\n|[\r\n]/)
        const kinds = lines.map(
          (line) => /^(### ❌|\*\*What|\*\*Next|<details>|<\/details>|<pre><\/pre>$|\| |$)/.exec(line)?.[0]
        )
        expect(kinds.filter((kind) => kind !== '')).toEqual([
          ...['### ❌', '**What', '**Next', '<details>', '<pre></pre>', '</details>'],
          ...['| ', '| ', '| '],
          ...['<details>', '| ', '| ', '| ', '</details>'],
          ...['<details>', '| ', '| ', '| ', '</details>']
        ])
        const rows = lines.filter((line) => line.startsWith('| '))
        expect(rows.map(cells)).toEqual([6, 6, 6, 5, 5, 5, 5, 5, 5])
      })
    )
  })

  test('contains no foreign HTML, and mentions no user and no issue', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const outside = reportOf(text).replace(/\\.|`[^`]*`/g, '')
        expect(spoken(summaryOf(runOfText(text)))).not.toMatch(references)
        expect(outside.replace(/<\/?(details|summary|pre|br)>/g, '')).not.toMatch(/[<>]/)
      })
    )
  })
})
