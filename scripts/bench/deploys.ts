import { type ActionRun, runAction } from './action.ts'
import { type Arena, arena } from './arena.ts'
import { manifestsFor } from './manifests.ts'
import { type PipelineRun, runPipeline } from './pipeline.ts'
import { type ReadyWatch, watchReady } from './ready-watch.ts'
import { each, interleaved, type Sides } from './rounds.ts'
import { alone, comparison, type Row, seconds } from './table.ts'

interface Sample {
  readonly milliseconds: number
  /** The same without the time from the new pod's creation to its readiness, which is the cluster's. */
  readonly ownMilliseconds: number
  /** From redis-0 Ready to the end of the process that decides. */
  readonly verdictMilliseconds: number
}

/** Everything is as wanted already. */
export async function unchanged(rounds: number): Promise<Row[]> {
  await using ours = await arena()
  await using theirs = await arena()
  await using manifests = await manifestsFor(theirs.name)
  await runAction(ours.name)
  await runPipeline(theirs.name, { manifests: manifests.path })
  const sides = await interleaved(rounds, {
    action: async () => (await runAction(ours.name)).milliseconds,
    kubectl: async () => (await runPipeline(theirs.name, { manifests: manifests.path })).milliseconds
  })
  return [comparison('nothing changed', sides, seconds, 0.8)]
}

/** A namespace with nothing but the Secret. */
export async function firstDeploy(rounds: number): Promise<Row[]> {
  const sides = await interleaved(
    rounds,
    {
      action: () => inNewArena(({ name }, watch) => timed(watch, runAction(name))),
      kubectl: () =>
        inNewArena(async ({ name }, watch) => {
          await using manifests = await manifestsFor(name)
          return await timed(watch, runPipeline(name, { manifests: manifests.path }))
        })
    },
    false
  )
  return rows('first deploy', sides)
}

/** Another maxmemory: the pod is replaced. */
export async function rollingChange(rounds: number): Promise<Row[]> {
  await using ours = await arena()
  await using theirs = await arena()
  await using ourWatch = await watchReady(ours.name)
  await using theirWatch = await watchReady(theirs.name)
  const sizeOf = (round: number) => 100 + (round % 2)
  const pipeline = async (round: number) => {
    const maxmemory = sizeOf(round)
    await using manifests = await manifestsFor(theirs.name, { maxmemory: `${maxmemory}mb` })
    return await timed(
      theirWatch,
      runPipeline(theirs.name, { manifests: manifests.path, maxmemoryBytes: maxmemory * 1024 ** 2 })
    )
  }
  const action = (round: number) => timed(ourWatch, runAction(ours.name, { maxmemory: `${sizeOf(round)}mb` }))
  // Round 0 makes what is changed from then on.
  return rows('rolling change (maxmemory)', await interleaved(rounds, { action, kubectl: pipeline }))
}

async function inNewArena(run: (place: Arena, watch: ReadyWatch) => Promise<Sample>): Promise<Sample> {
  await using place = await arena()
  await using watch = await watchReady(place.name)
  return await run(place, watch)
}

async function timed(watch: ReadyWatch, running: Promise<ActionRun | PipelineRun>): Promise<Sample> {
  const { milliseconds, decidedAt } = await running
  const { seenAt, readyAt } = watch.last
  return { milliseconds, ownMilliseconds: milliseconds - (readyAt - seenAt), verdictMilliseconds: decidedAt - readyAt }
}

function rows(what: string, sides: Sides<Sample>): Row[] {
  const verdicts = each(sides, ({ verdictMilliseconds }) => verdictMilliseconds)
  const verdict = comparison(`${what}: Ready to verdict`, verdicts, seconds)
  return [
    comparison(
      what,
      each(sides, ({ milliseconds }) => milliseconds),
      seconds,
      1
    ),
    comparison(
      `${what}: without the start of the pod`,
      each(sides, ({ ownMilliseconds }) => ownMilliseconds),
      seconds
    ),
    // The target is one for the time and not for the ratio.
    { ...verdict, target: alone('', verdicts.action, seconds, 300).target }
  ]
}
