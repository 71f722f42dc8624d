import type { Outcome } from '../../__tests__/faults/line.ts'
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

function cell(outcome: Outcome | undefined): string {
  if (outcome === undefined) return '–'
  if (outcome.code !== 'passed') return `\`${outcome.code}\``
  return outcome.words.length === 0 ? '✅' : '✅ ⚠'
}

function inCell(text: string): string {
  return text.replaceAll('|', '\\|')
}
