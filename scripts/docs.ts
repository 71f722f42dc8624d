import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { parse } from 'yaml'
import { dataTable, faultTables } from './docs/faults.ts'

// Writes the tables of inputs and outputs in README.md from action.yml and verify/action.yml, and those of docs/faults.md
// and docs/data-safety.md from the table of __tests__/faults.
//   node scripts/docs.ts           writes them
//   node scripts/docs.ts --check   fails if they are out of date

interface Metadata {
  inputs: Record<string, { description: string; required?: boolean; default?: string }>
  outputs: Record<string, { description: string }>
}

const root = join(import.meta.dirname, '..')

const pages = [
  { page: 'README.md', from: 'action.yml and verify/action.yml say', write: withActions },
  {
    page: 'docs/faults.md',
    from: '__tests__/faults plants',
    write: (text: string) => replace(text, 'faults', faultTables())
  },
  {
    page: 'docs/data-safety.md',
    from: '__tests__/faults plants',
    write: (text: string) => replace(text, 'data', dataTable())
  }
]

for (const { page, from, write } of pages) {
  const path = join(root, page)
  const before = readFileSync(path, 'utf8')
  const after = await format(write(before), { ...(await resolveConfig(path)), parser: 'markdown' })
  if (!process.argv.includes('--check')) writeFileSync(path, after)
  else if (after !== before) {
    console.error(`${page} does not show what ${from}; run: npm run docs`)
    process.exitCode = 1
  } else console.log(`${page} is up to date`)
}

function withActions(before: string): string {
  return [
    { prefix: '', file: 'action.yml' },
    { prefix: 'verify ', file: 'verify/action.yml' }
  ].reduce((text, { prefix, file }) => {
    const { inputs, outputs } = parse(readFileSync(join(root, file), 'utf8')) as Metadata
    const withInputs = replace(text, `${prefix}inputs`, inputTable(inputs))
    return replace(withInputs, `${prefix}outputs`, outputTable(outputs))
  }, before)
}

function inputTable(inputs: Metadata['inputs']): string {
  const rows = Object.entries(inputs).map(([name, { description, required, default: value }]) => {
    const otherwise = required ? '**required**' : value === undefined ? '' : `\`${value}\``
    return `| \`${name}\` | ${description} | ${otherwise} |`
  })
  return ['| input | what it is | default |', '| --- | --- | --- |', ...rows].join('\n')
}

function outputTable(outputs: Metadata['outputs']): string {
  const rows = Object.entries(outputs).map(([name, { description }]) => `| \`${name}\` | ${description} |`)
  return ['| output | what it is |', '| --- | --- |', ...rows].join('\n')
}

function replace(text: string, name: string, table: string): string {
  const [start, end] = [`<!-- ${name}: written by npm run docs -->`, `<!-- end of ${name} -->`]
  const from = text.indexOf(start)
  const to = text.indexOf(end)
  if (from < 0 || to < from) throw new Error(`the lines ${start} and ${end} are missing`)
  return `${text.slice(0, from + start.length)}\n\n${table}\n\n${text.slice(to)}`
}
