import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { kubectl } from '../../__tests__/support/cluster/kubectl.ts'
import type { Workspace } from '../../__tests__/support/workspace.ts'
import { phaseTime, runAction } from './action.ts'
import { arena } from './arena.ts'
import { bundleOf } from './manifests.ts'
import { patchesAlone } from './patches-alone.ts'
import { runPipeline, runScript } from './pipeline.ts'
import { each, interleaved } from './rounds.ts'
import { alone, comparison, type Row, seconds } from './table.ts'

/** Beside the five objects of the Redis and its Secret. */
const configMaps = 194

interface Sample {
  /** The apply phase by the clock of the program; `kubectl apply` as a process. */
  readonly apply: number
  readonly whole: number
}

/** 200 objects: first made, then applied again where nothing has changed. */
export async function bundle(rounds: number): Promise<Row[]> {
  const created = await interleaved(Math.min(rounds, 3), { action: actionOnce, kubectl: kubectlOnce }, false)
  await using ours = await arena()
  await using theirs = await arena()
  await using ourFiles = await bundleOf(configMaps, ours.name)
  await using theirFiles = await bundleOf(configMaps, theirs.name)
  const rendered = await render(theirFiles)
  const again = await interleaved(rounds, {
    action: () => action(ours.name, ourFiles),
    kubectl: async () => ({
      apply: await applyOnly(rendered),
      whole: (await runPipeline(theirs.name, { manifests: join(theirFiles.path, 'deploy/kubectl') })).milliseconds
    })
  })
  const floor: number[] = []
  for (let round = 1; round <= rounds; round++) floor.push(await patchesAlone(ours.name, rendered))
  const applied = (sample: { apply: number }) => sample.apply
  return [
    comparison('200 objects made: apply', each(created, applied), seconds, 0.25),
    comparison('200 objects unchanged: apply', each(again, applied), seconds, 0.25),
    alone('200 objects unchanged: just the patches', floor, seconds),
    comparison(
      '200 objects unchanged: whole run',
      each(again, ({ whole }) => whole),
      seconds
    )
  ]
}

async function actionOnce(): Promise<Sample> {
  await using place = await arena()
  await using files = await bundleOf(configMaps, place.name)
  return await action(place.name, files)
}

async function kubectlOnce(): Promise<Sample> {
  await using place = await arena()
  await using files = await bundleOf(configMaps, place.name)
  return { apply: await applyOnly(await render(files)), whole: Number.NaN }
}

async function action(namespace: string, { path: workspace }: Workspace): Promise<Sample> {
  const run = await runAction(namespace, { manifests: 'deploy/redis' }, { workspace })
  return { apply: phaseTime(run, 'apply'), whole: run.milliseconds }
}

async function render({ path }: Workspace): Promise<string> {
  const file = join(path, 'rendered.yaml')
  await writeFile(file, await kubectl('kustomize', join(path, 'deploy/kubectl')))
  return file
}

async function applyOnly(file: string): Promise<number> {
  return (await runScript('exec kubectl apply --server-side -f "$FILE"', { FILE: file })).milliseconds
}
