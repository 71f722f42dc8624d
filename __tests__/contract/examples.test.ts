import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { codeBlocks } from '../support/code-blocks.ts'
import { root } from '../support/root.ts'

interface Step {
  uses?: string
  with?: Record<string, unknown>
}

interface Workflow {
  jobs: Record<string, { steps: Step[] }>
}

interface Metadata {
  inputs: Record<string, { required?: boolean }>
}

const textOf = (path: string) => readFileSync(join(root, path), 'utf8')

const actions: Record<string, Metadata> = {
  'org/redis-cache-action@v1': parse(textOf('action.yml')),
  'org/redis-cache-action/verify@v1': parse(textOf('verify/action.yml'))
}

const files = (folder: string) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`)

/** The steps that use the action: of a workflow, or of a document's pieces of one. */
function stepsIn(path: string): Step[] {
  const texts = path.endsWith('.md') ? codeBlocks(textOf(path), 'yaml') : [textOf(path)]
  const steps = texts
    .filter((text) => text.includes('uses: org/'))
    .flatMap((text) => {
      const piece = parse(text) as Workflow | Step[]
      return Array.isArray(piece) ? piece : Object.values(piece.jobs).flatMap((job) => job.steps)
    })
  return steps.filter(({ uses = '' }) => uses.startsWith('org/'))
}

const documents = ['README.md', ...files('docs')].filter((path) => textOf(path).includes('uses: org/'))

// A runner only warns of an input that an action does not have.
test.each([...files('examples'), ...documents])('%s uses only inputs that the action declares', (path) => {
  const steps = stepsIn(path)
  expect(steps.length).toBeGreaterThan(0)
  for (const { uses = '', with: inputs = {} } of steps) {
    const declared = actions[uses]?.inputs ?? {}
    expect(Object.keys(declared)).toEqual(expect.arrayContaining(Object.keys(inputs)))
    const required = Object.keys(declared).filter((input) => declared[input]?.required === true)
    expect(required).not.toEqual([])
    expect(Object.keys(inputs)).toEqual(expect.arrayContaining(required))
  }
})

test('the first example needs only the permissions that the README grants', () => {
  const [first] = stepsIn('README.md')
  expect(first?.with).toMatchObject({ environment: 'staging' })
  expect(Object.keys(first?.with ?? {})).toEqual(['environment', 'kubeconfig'])
})
