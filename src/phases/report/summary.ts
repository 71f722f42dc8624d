import type { FailureReport } from '../../core/failure.ts'
import type { ObjectResult } from '../../core/result.ts'
import { formatBytes, formatDuration } from '../../core/units.ts'
import { claimOf } from './claim.ts'
import { code, escaped, folded, table, verbatim } from './markdown.ts'
import { planParts } from './plan-section.ts'
import { servingOf, servingSentence } from './serving.ts'
import type { Run } from './verdict.ts'

/** GitHub drops a summary of more than 1 MiB completely. */
const summaryBytes = 1_000_000
const maximumRows = 200

/** The job summary: the verdict first, then what to do, then the details. */
export function summaryOf(run: Run, maximumBytes = summaryBytes): string {
  const { mode, failure } = run
  const first = [headline(run), ...(failure === undefined ? [] : explanation(failure, run))]
  const evidence = (failure?.evidence ?? []).map(({ title, text }) => folded(title, verbatim(text)))
  // Half of the space at most, so that the rest always fits.
  const details = mode === 'plan' ? plannedDetails(run, maximumBytes / 2) : deployedDetails(run, maximumBytes / 2)
  const whole = joined([...first, ...evidence, ...details])
  if (Buffer.byteLength(whole) <= maximumBytes) return whole
  return joined([...first, phasesPart(run), 'The details are too long for a summary; see the log.'])
}

function plannedDetails(run: Run, planBytes: number): string[] {
  const parts = run.plan && planParts(run.plan, planBytes)
  const planned = parts === undefined ? [] : [parts.dangers, parts.objects, ...parts.diffs, parts.unknown]
  return [...planned, notesPart(run), gauge(run), phasesPart(run), checksPart(run)]
}

/** What was done comes first; before and after of each object are those of the plan. */
function deployedDetails(run: Run, planBytes: number): string[] {
  const parts = run.plan && planParts(run.plan, planBytes)
  const isRefused = run.plan?.objects.some(({ action }) => action === 'refused')
  const planned = parts === undefined ? [] : [parts.dangers, isRefused ? parts.objects : '']
  const done = [phasesPart(run), checksPart(run), objectsPart(run.objects ?? [])]
  return [...planned, notesPart(run), gauge(run), ...done, ...(parts?.diffs ?? [])]
}

function joined(parts: readonly string[]): string {
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function headline(run: Run): string {
  const { mode, verdict, failure, environment, namespace, plan } = run
  const place = [environment && escaped(environment), namespace && `namespace ${code(namespace)}`]
    .filter(Boolean)
    .join(', ')
  const where = place === '' ? '' : ` (${place})`
  if (mode === 'plan' && plan !== undefined) {
    return verdict === 'failed'
      ? `### ❌ This would fail: ${code(failure?.code ?? 'internal')}${where}`
      : `### 📋 Plan: ${escaped(plan.sentence)}${where}`
  }
  if (verdict === 'failed') return `### ❌ Redis cache failed: ${code(failure?.code ?? 'internal')}${where}`
  const claim = escaped(claimOf(run))
  return `### ✅ ${claim.charAt(0).toUpperCase()}${claim.slice(1)}${where}`
}

function explanation({ sentence, hint }: FailureReport, run: Run): string[] {
  const serving = servingOf(run)
  const impact = serving === undefined ? [] : [`**Serving now:** ${servingSentence(serving)}`]
  return [`**What happened:** ${escaped(cut(sentence))}`, ...impact, `**Next:** ${withCode(cut(hint))}`]
}

/** Longer than any regular sentence; a message of the cluster may be longer. */
function cut(text: string): string {
  return text.length > 8000 ? `${text.slice(0, 8000)}…` : text
}

/** A hint has commands in backticks; everything else in it is text. */
function withCode(hint: string): string {
  return hint
    .split(/`([^`]+)`/)
    .map((part, index) => (index % 2 === 1 ? code(part) : escaped(part)))
    .join('')
}

/** What a reader should know besides the verdict. */
function notesPart({ notes = [], leftovers = [], namespace = '' }: Run): string {
  const lines = notes.map((note) => `- ${withCode(note)}`)
  if (leftovers.length > 0) {
    const command = `kubectl -n ${namespace} delete ${leftovers.map((id) => id.toLowerCase()).join(' ')}`
    const names = leftovers.map(code).join(', ')
    lines.push(`- Left over from an earlier deployment: ${names}. When no longer needed: ${code(command)}`)
  }
  return lines.join('\n')
}

function gauge({ usedMemoryBytes, maxmemoryBytes }: Run): string {
  if (typeof usedMemoryBytes !== 'number' || !Number.isFinite(usedMemoryBytes) || !maxmemoryBytes) return ''
  const share = usedMemoryBytes / maxmemoryBytes
  const filled = Math.min(20, Math.ceil(share * 20))
  const bar = '█'.repeat(filled) + '░'.repeat(20 - filled)
  const numbers = `${formatBytes(usedMemoryBytes)} of ${formatBytes(maxmemoryBytes)}`
  return `Memory \`${bar}\` ${(100 * share).toFixed(1)} % of maxmemory (${numbers})`
}

function phasesPart({ phases, running, failure }: Run): string {
  const rows = phases.map(({ name, outcome, milliseconds, sentence, code: own }) => [
    name,
    outcome === 'passed' ? '✅' : '❌',
    formatDuration(milliseconds),
    outcome === 'passed' ? escaped(sentence) : code(own ?? failure?.code ?? 'internal')
  ])
  if (running !== undefined) rows.push([running, '❌', '', 'did not finish'])
  return rows.length === 0 ? '' : table(['Phase', '', 'Time', 'Result'], rows)
}

function checksPart({ checks = [] }: Run): string {
  if (checks.length === 0) return ''
  const failed = checks.filter(({ passed }) => !passed).length
  const title = failed === 0 ? `${checks.length} checks passed` : `${failed} of ${checks.length} checks failed`
  const rows = checks.map(({ name, passed, relaxed, detail }) => [
    relaxed ? '⚠️' : passed ? '✅' : '❌',
    escaped(name),
    escaped(detail)
  ])
  return folded(title, table(['', 'Check', 'Seen'], rows))
}

function objectsPart(objects: readonly ObjectResult[]): string {
  if (objects.length === 0) return ''
  const changed = objects.filter(({ change }) => change !== 'unchanged').length
  const count = `${objects.length} ${objects.length === 1 ? 'object' : 'objects'}`
  const title = `${count}, ${changed === 0 ? 'none' : changed} changed`
  const sorted = objects.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const rows = sorted.slice(0, maximumRows).map(({ id, change, note }) => [code(id), change, escaped(note ?? '')])
  const more = objects.length > maximumRows ? `\n\n… and ${objects.length - maximumRows} more` : ''
  return folded(title, table(['Object', 'Change', 'Note'], rows) + more)
}
