import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { failureCodes } from '../../src/core/failure.ts'
import { managed } from '../faults/table/managed.ts'
import { subjects } from '../faults/table.ts'
import { root } from '../support/root.ts'

const lines = subjects.flatMap((subject) => subject.lines)
const outcomes = lines.flatMap(({ deploy, verify }) => (verify === undefined ? [deploy] : [deploy, verify]))
const readme = readFileSync(join(root, 'README.md'), 'utf8')

describe('the table of planted faults', () => {
  test('has at least 80 lines, healthy caches among them', () => {
    expect(lines.length).toBeGreaterThanOrEqual(80)
    expect(lines.filter(({ deploy }) => deploy.code === 'passed').length).toBeGreaterThanOrEqual(15)
  })

  test('has faults of both topologies', () => {
    expect(managed.lines.length).toBeGreaterThanOrEqual(10)
    expect(lines.length - managed.lines.length).toBeGreaterThanOrEqual(70)
  })

  test('has titles that tell each line from all others', () => {
    const titles = lines.map(({ title }) => title)
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([])
  })

  test('names only codes that the README explains', () => {
    const codes = new Set(outcomes.map(({ code }) => code).filter((code) => code !== 'passed'))
    for (const code of codes) expect(failureCodes).toContain(code)
    expect([...codes].filter((code) => !readme.includes(`\`${code}\``))).toEqual([])
  })

  test('calls nothing an error of the action', () => {
    expect(outcomes.filter(({ code }) => code === 'internal')).toEqual([])
  })

  test('has words of the sentence for every failure', () => {
    const wordless = lines.filter(({ deploy, verify }) =>
      [deploy, verify].some((outcome) => outcome && outcome.code !== 'passed' && outcome.words.length === 0)
    )
    expect(wordless.map(({ title }) => title)).toEqual([])
  })
})

test('every way in which a run can pass or fail is a table of docs/faults.md', () => {
  const page = readFileSync(join(root, 'docs/faults.md'), 'utf8').replace(/ +/g, ' ')
  expect(subjects.filter(({ title }) => !page.includes(`### ${title}\n`))).toEqual([])
  expect(lines.filter(({ title }) => !page.includes(`| ${title.replaceAll('|', '\\|')} |`))).toEqual([])
  expect(readme).toContain('(docs/faults.md)')
})
