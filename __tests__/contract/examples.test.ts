import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { root } from '../support/root.ts'

interface Workflow {
  jobs: Record<string, { steps: { uses?: string; with?: Record<string, unknown> }[] }>
}

interface Metadata {
  inputs: Record<string, { required?: boolean }>
}

const read = <Content>(...path: string[]) => parse(readFileSync(join(root, ...path), 'utf8')) as Content

const actions: Record<string, Metadata> = {
  'org/redis-cache-action@v1': read('action.yml'),
  'org/redis-cache-action/verify@v1': read('verify', 'action.yml')
}

// A runner only warns of an input that an action does not have.
test.each(readdirSync(join(root, 'examples')))('examples/%s gives the action the inputs that it has', (name) => {
  const { jobs } = read<Workflow>('examples', name)
  const steps = Object.values(jobs).flatMap((job) => job.steps)
  const ours = steps.flatMap(({ uses = '', with: inputs = {} }) => {
    const action = actions[uses]
    return action === undefined ? [] : [{ declared: action.inputs, given: Object.keys(inputs) }]
  })
  expect(ours.length).toBeGreaterThan(0)
  for (const { declared, given } of ours) {
    expect(Object.keys(declared)).toEqual(expect.arrayContaining(given))
    const required = Object.keys(declared).filter((input) => declared[input]?.required === true)
    expect(given).toEqual(expect.arrayContaining(required))
  }
})
