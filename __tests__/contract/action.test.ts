import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { failureCodes } from '../../src/core/failure.ts'
import { outputsOf } from '../../src/phases/report/outputs.ts'
import { readDeployInputs } from '../../src/steps/inputs/deploy.ts'
import { readBaseInputs, readCommentMode, readRenderInputs } from '../../src/steps/inputs/render.ts'
import { readVerifyInputs } from '../../src/steps/inputs/verify.ts'
import { readAction } from '../support/composite/action.ts'
import { runComposite } from '../support/composite/run-composite.ts'
import { root } from '../support/root.ts'

interface Metadata {
  inputs: Record<string, { description?: string; default?: string; required?: boolean }>
  outputs: Record<string, { description?: string; value: string }>
  runs: { steps: { id?: string; uses?: string; run?: string; env?: Record<string, string> }[] }
}

const action = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as Metadata
const readme = readFileSync(join(root, 'README.md'), 'utf8')

/** The names that a reader asks for; every value is given, so that nothing ends the reading early. */
function askedFor(read: (source: (name: string) => string) => unknown): string[] {
  const names = new Set<string>()
  const values: Record<string, string> = {
    environment: 'staging',
    'create-namespace': 'true',
    'force-conflicts': 'true'
  }
  try {
    read((name) => {
      names.add(name)
      return values[name] ?? ''
    })
  } catch {
    // Which values are right is tested elsewhere.
  }
  return [...names].sort()
}

/** The inputs that a step hands to its program: `INPUT_MEMORY_LIMIT: ${{ inputs.memory-limit }}`. */
function handedTo(step: string): string[] {
  const env = action.runs.steps.find(({ id }) => id === step)?.env ?? {}
  return Object.entries(env)
    .flatMap(([variable, value]) => {
      const input = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(value)?.[1]
      if (input !== undefined) expect(variable).toBe(`INPUT_${input.toUpperCase().replaceAll('-', '_')}`)
      return input === undefined ? [] : [input]
    })
    .sort()
}

describe('the inputs of action.yml', () => {
  const comment = askedFor(readCommentMode)
  const base = askedFor((source) => readBaseInputs(source, ''))
  const render = [...askedFor(readRenderInputs), ...base, ...comment].sort()
  const deploy = askedFor(readDeployInputs)
  const report = [...comment, 'github-token']

  test('are passed to each step exactly as its program reads them', () => {
    expect(handedTo('render')).toEqual(render)
    expect(handedTo('deploy')).toEqual(deploy)
    expect(handedTo('report')).toEqual(report)
  })

  test('are exactly those that the programs read', () => {
    expect(Object.keys(action.inputs).sort()).toEqual([...new Set([...render, ...deploy, ...report])].sort())
  })

  test('give no secret to the render step', () => {
    expect(render).not.toContain('kubeconfig')
    expect(render).not.toContain('redis-password')
    expect(render).not.toContain('github-token')
  })

  test('have a description and an entry in the README, as do the outputs', () => {
    for (const [name, { description }] of [...Object.entries(action.inputs), ...Object.entries(action.outputs)]) {
      expect(description).toMatch(/\S/)
      expect(readme.replace(/ +/g, ' ')).toContain(`| \`${name}\` | ${description} |`)
    }
  })
})

test('come with exactly the outputs that the report sets, and the paths', () => {
  const set = Object.keys(outputsOf({ verdict: 'passed', unannounced: false, phases: [] }))
  expect(Object.keys(action.outputs).sort()).toEqual([...set, 'diff', 'manifest', 'report'].sort())
})

describe('verify/action.yml', () => {
  const verify = parse(readFileSync(join(root, 'verify', 'action.yml'), 'utf8')) as Metadata & {
    runs: { using: string; main: string }
  }
  const own = readme.slice(readme.indexOf('## Verify on a schedule'), readme.indexOf('## When it fails'))

  test('declares exactly the inputs that its program reads', () => {
    expect(Object.keys(verify.inputs).sort()).toEqual(askedFor(readVerifyInputs))
  })

  test('has all inputs that describe the deployment, with the same defaults', () => {
    const rendering = askedFor(readRenderInputs)
    expect(Object.keys(verify.inputs)).toEqual(expect.arrayContaining(rendering))
    for (const [name, { default: otherwise, required }] of Object.entries(verify.inputs)) {
      const { default: deployed, required: needed } = action.inputs[name] ?? {}
      expect({ name, required, otherwise }).toEqual({
        name,
        required: needed,
        // A deployment waits, a verification only looks.
        otherwise: name === 'timeout' ? '1m' : deployed
      })
    }
  })

  test('has outputs of the same names and meanings', () => {
    for (const [name, { description }] of Object.entries(verify.outputs)) {
      if (name !== 'verdict') expect(description).toBe(action.outputs[name]?.description)
    }
    expect(Object.keys(action.outputs)).toEqual(expect.arrayContaining(Object.keys(verify.outputs)))
  })

  test('has an entry for each input and output in its section of the README', () => {
    for (const [name, { description }] of [...Object.entries(verify.inputs), ...Object.entries(verify.outputs)]) {
      expect(description).toMatch(/\S/)
      expect(own.replace(/ +/g, ' ')).toContain(`| \`${name}\` | ${description} |`)
    }
  })

  test('runs the program built from src/steps/verify.ts', () => {
    expect(verify.runs).toEqual({ using: 'node24', main: '../dist/verify/index.js' })
  })
})

test('the README explains every failure code and no other', () => {
  const table = readme.slice(readme.indexOf('## When it fails'), readme.indexOf('What cannot recover fails'))
  const explained = [...table.matchAll(/^\| ((?:`[a-z-]+`(?:, )?)+) +\|/gm)].flatMap(([, codes = '']) =>
    [...codes.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code)
  )
  expect(explained.sort()).toEqual([...failureCodes].sort())
})

describe('the steps of the actions', () => {
  test('have no expression in a script, and refer only to declared names', async () => {
    for (const { run } of action.runs.steps) expect(run ?? '').not.toContain('${{')
    // Reading alone does not check; a run with an input that does not exist does, before the first step.
    await expect(runComposite({ action: root, inputs: { environment: 'staging', nonsense: '1' } })).rejects.toThrow(
      'nonsense'
    )
    expect((await readAction(root)).steps.map(({ id }) => id)).toEqual(['node', '__2', 'render', 'deploy', 'report'])
  })

  test('pin other actions by their full commit', () => {
    const workflows = ['ci.yml', 'e2e.yml'].map((name) => readFileSync(join(root, '.github/workflows', name), 'utf8'))
    const text = [readFileSync(join(root, 'action.yml'), 'utf8'), ...workflows].join('\n')
    const uses = [...text.matchAll(/uses: (\S+)(.*)/g)].filter(([, name]) => name !== './')
    expect(uses.length).toBeGreaterThan(3)
    for (const [line] of uses) expect(line).toMatch(/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })
})

test('the lock file contains no host name', () => {
  expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toContain('"resolved": "http')
})
