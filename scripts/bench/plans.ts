import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { kubectl } from '../../__tests__/support/cluster/kubectl.ts'
import { phaseTime, runAction } from './action.ts'
import { arena } from './arena.ts'
import { type Manifests, manifestsFor } from './manifests.ts'
import { runPipeline, runScript } from './pipeline.ts'
import { each, interleaved } from './rounds.ts'
import { comparison, type Row, seconds } from './table.ts'

interface Sample {
  /** With rendering and, for the action, with the report. */
  readonly whole: number
  /** The plan phase by the clock of the program; `kubectl diff` as a process, of what was rendered before. */
  readonly asked: number
}

/** A dry run of what is deployed already, and of one with another maxmemory. */
export async function plan(rounds: number): Promise<Row[]> {
  await using ours = await arena()
  await using theirs = await arena()
  await using same = await manifestsFor(theirs.name)
  await using other = await manifestsFor(theirs.name, { maxmemory: '100mb' })
  await runAction(ours.name)
  await runPipeline(theirs.name, { manifests: same.path })
  return [
    ...(await compared(rounds, 'plan, nothing changed', ours.name, {}, same)),
    ...(await compared(rounds, 'plan, another maxmemory', ours.name, { maxmemory: '100mb' }, other))
  ]
}

async function compared(
  rounds: number,
  what: string,
  namespace: string,
  inputs: Readonly<Record<string, string>>,
  { path }: Manifests
): Promise<Row[]> {
  const rendered = join(path, 'rendered')
  await writeFile(rendered, await kubectl('kustomize', path))
  const sides = await interleaved<Sample>(rounds, {
    async action() {
      const run = await runAction(namespace, { 'dry-run': 'server', ...inputs })
      return { whole: run.milliseconds, asked: phaseTime(run, 'plan') }
    },
    kubectl: async () => ({ whole: await diff('--kustomize', path), asked: await diff('--filename', rendered) })
  })
  return [
    comparison(
      what,
      each(sides, ({ whole }) => whole),
      seconds,
      1
    ),
    comparison(
      `${what}: without rendering`,
      each(sides, ({ asked }) => asked),
      seconds
    )
  ]
}

/** What people put into a pull request without the action; it ends with 1 where something would change. */
async function diff(flag: string, manifests: string): Promise<number> {
  const script = `kubectl diff --server-side ${flag} "$MANIFESTS" || test $? = 1`
  return (await runScript(script, { MANIFESTS: manifests })).milliseconds
}
