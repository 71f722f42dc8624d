import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../../__tests__/support/root.ts'
import { startStage } from '../../__tests__/support/stage.ts'
import { runAction } from './action.ts'
import { arena } from './arena.ts'
import { manifestsFor } from './manifests.ts'
import { peakMemory } from './peak-memory.ts'
import { runPipeline } from './pipeline.ts'
import { alone, comparison, count, megabytes, milliseconds, type Row } from './table.ts'

const programs = ['render', 'deploy', 'report']

/** Peak memory of each process, over some runs that change nothing. */
export async function memory(rounds: number): Promise<Row[]> {
  await using ours = await arena()
  await using theirs = await arena()
  await using manifests = await manifestsFor(theirs.name)
  const peaks = await peakMemory(async () => {
    for (let round = 1; round <= Math.min(rounds, 3); round++) {
      await runAction(ours.name)
      await runPipeline(theirs.name, { manifests: manifests.path })
    }
  })
  const of = (name: string) => peaks.get(name) ?? Number.NaN
  return [
    ...programs.map((name) => alone(`peak memory: ${name}`, [of(name)], megabytes, 120e6)),
    alone('peak memory: kustomize', [of('kustomize')], megabytes),
    { ...alone('peak memory: largest kubectl', [], megabytes), action: '', kubectl: megabytes(of('kubectl')) }
  ]
}

/** Requests to the API server of a run that changes nothing, WebSockets included. */
export async function requests(): Promise<Row[]> {
  await using stage = await startStage()
  const { api, kubeconfig, password } = stage
  const run = () => runAction('default', { 'redis-password': password }, { kubeconfig })
  await run()
  const before = api.requests.length
  await run()
  const action = api.requests.length - before

  await using place = await arena()
  await using manifests = await manifestsFor(place.name)
  const options = { manifests: manifests.path, verbose: true }
  await runPipeline(place.name, options)
  const { text } = await runPipeline(place.name, options)
  const kubectl = [...text.matchAll(/"Response" verb=/g)].length
  return [comparison('API requests, nothing changed', { action: [action], kubectl: [kubectl] }, count)]
}

/** The start of each program, which ends where it reads its first input; and of its competitor. */
export async function startUp(rounds: number): Promise<Row[]> {
  const temporary = mkdtempSync(join(tmpdir(), 'start-up-'))
  const env = { RUNNER_TEMP: temporary, PATH: process.env['PATH'] }
  const time = (command: string, ...parameters: string[]) => {
    const start = performance.now()
    spawnSync(command, parameters, { env, stdio: 'ignore' })
    return performance.now() - start
  }
  const commands = new Map([
    ['node alone', () => time(process.execPath, '--eval', '0')],
    ...programs.map((name): [string, () => number] => [
      name,
      () => time(process.execPath, join(root, 'dist', name, 'index.js'))
    ]),
    ['kubectl version --client', () => time('kubectl', 'version', '--client')]
  ])
  const times = new Map<string, number[]>([...commands.keys()].map((name) => [name, []]))
  for (let round = 1; round <= 4 * rounds; round++) {
    for (const [name, run] of commands) times.get(name)?.push(run())
  }
  rmSync(temporary, { recursive: true })
  return [...times].map(([name, values]) => {
    const row = alone(`start-up: ${name}`, values, milliseconds)
    return name.startsWith('kubectl') ? { ...row, action: '', kubectl: row.action } : row
  })
}

/** What a runner downloads and keeps. */
export async function size(): Promise<Row[]> {
  const files = readdirSync(join(root, 'dist'), { recursive: true, withFileTypes: true })
  const bytes = files
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).size)
    .reduce((sum, each) => sum + each, 0)
  return [alone('size of dist', [bytes], megabytes)]
}
