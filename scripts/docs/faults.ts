import type { Outcome } from '../../__tests__/faults/line.ts'
import { data } from '../../__tests__/faults/table/data.ts'
import { subjects } from '../../__tests__/faults/table.ts'

/** The tables of docs/faults.md: a subject each, a line a fault. */
export function faultTables(): string {
  return subjects
    .map(({ title, lines }) => {
      const rows = lines.map((line) => `| ${inCell(line.title)} | ${cell(line.deploy)} | ${cell(line.verify)} |`)
      return [`### ${title}`, '', '| what is wrong | deploy | verify |', '| --- | --- | --- |', ...rows].join('\n')
    })
    .join('\n\n')
}

/** The table of docs/data-safety.md: what is planted, and what a deployment comes to. */
export function dataTable(): string {
  const rows = data.lines.map((line) => `| ${inCell(line.title)} | ${cell(line.deploy)} |`)
  return ['| what is planted, with keys in Redis | deploy |', '| --- | --- |', ...rows].join('\n')
}

function cell(outcome: Outcome | undefined): string {
  if (outcome === undefined) return '–'
  if (outcome.code !== 'passed') return `\`${outcome.code}\``
  return outcome.words.length === 0 ? '✅' : '✅ ⚠'
}

function inCell(text: string): string {
  return text.replaceAll('|', '\\|')
}
