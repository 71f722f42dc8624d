import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'

export interface Step {
  /** The id in the file, or `__N` for a step without one, which cannot be referred to. */
  readonly id: string
  readonly name: string | undefined
  readonly condition: string
  readonly env: Readonly<Record<string, string>>
  readonly run: string | undefined
  readonly uses: string | undefined
  readonly workingDirectory: string
  readonly continueOnError: string
}

export interface CompositeAction {
  readonly folder: string
  readonly name: string
  /** By name: the default value, if there is one. The runner does not enforce `required`. */
  readonly inputs: ReadonlyMap<string, string | undefined>
  readonly outputs: ReadonlyMap<string, string>
  readonly steps: readonly Step[]
}

/** The properties, declared one by one so that they can be accessed without brackets. */
interface YamlMapping {
  readonly [key: string]: unknown
  readonly default?: unknown
  readonly env?: unknown
  readonly inputs?: unknown
  readonly name?: unknown
  readonly outputs?: unknown
  readonly runs?: unknown
  readonly steps?: unknown
  readonly using?: unknown
  readonly value?: unknown
}

const stepKeys = ['id', 'name', 'if', 'env', 'run', 'uses', 'with', 'shell', 'working-directory', 'continue-on-error']

/** Reads `action.yml`, and refuses what the runner refuses, and what this imitation does not support. */
export async function readAction(folder: string): Promise<CompositeAction> {
  const path = await firstOf([join(folder, 'action.yml'), join(folder, 'action.yaml')])
  const { name, inputs, outputs, runs } = object(parse(await readFile(path, 'utf8')), path)
  const { using, steps: list } = object(runs, 'runs')
  if (using !== 'composite') throw new Error(`runs.using is ${String(using)}; only composite is known`)
  if (!Array.isArray(list)) throw new Error('runs.steps is not a list')
  const steps = list.map((step: unknown, index) => readStep(object(step, `step ${index + 1}`), index + 1))
  const ids = steps.map(({ id }) => id)
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice !== undefined) throw new Error(`Two steps have the id ${twice}`)
  return {
    folder,
    name: text(name, 'name') ?? '',
    inputs: new Map(
      entries(inputs, 'inputs').map(([name, input]) => [
        name,
        text(object(input, name).default, `inputs.${name}.default`)
      ])
    ),
    outputs: new Map(
      entries(outputs, 'outputs').map(([name, output]) => {
        const value = text(object(output, name).value, `outputs.${name}.value`)
        if (value === undefined) throw new Error(`outputs.${name} has no value`)
        return [name, value]
      })
    ),
    steps
  }
}

function readStep(step: YamlMapping, position: number): Step {
  const where = `step ${position}`
  const unknown = Object.keys(step).find((key) => !stepKeys.includes(key))
  if (unknown !== undefined) throw new Error(`${where}: unknown key ${unknown}`)
  const property = (key: string): string | undefined => text(step[key], `${where}.${key}`)
  const { env } = step
  const run = property('run')
  const uses = property('uses')
  if ((run === undefined) === (uses === undefined)) throw new Error(`${where} needs either run or uses`)
  const shell = property('shell')
  if (run !== undefined && shell === undefined) throw new Error(`${where}: required property shell is missing`)
  if (run !== undefined && shell !== 'bash') throw new Error(`${where}: only bash is known here, not ${shell}`)
  return {
    id: property('id') ?? `__${position}`,
    name: property('name'),
    condition: property('if') ?? '',
    env: Object.fromEntries(
      entries(env, `${where}.env`).map(([name, value]) => [name, text(value, `${where}.env.${name}`) ?? ''])
    ),
    run,
    uses,
    workingDirectory: property('working-directory') ?? '',
    continueOnError: property('continue-on-error') ?? 'false'
  }
}

async function firstOf(paths: readonly string[]): Promise<string> {
  for (const path of paths) {
    const exists = await access(path).then(
      () => true,
      () => false
    )
    if (exists) return path
  }
  throw new Error(`There is no ${paths.join(' or ')}`)
}

function object(value: unknown, where: string): YamlMapping {
  if (value === null || value === undefined) return {}
  if (typeof value !== 'object' || Array.isArray(value)) throw new Error(`${where} is not a mapping`)
  return { ...value }
}

function entries(value: unknown, where: string): [string, unknown][] {
  return Object.entries(object(value, where))
}

/** Every scalar of an action becomes text, as on the runner: `default: 3` is the input '3'. */
function text(value: unknown, where: string): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'object') throw new Error(`${where} is not text`)
  return String(value)
}
