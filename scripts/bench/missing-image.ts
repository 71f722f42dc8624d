import { runAction } from './action.ts'
import { arena } from './arena.ts'
import { manifestsFor } from './manifests.ts'
import { runUntilTimeout } from './pipeline.ts'
import { alone, type Row, seconds } from './table.ts'

const image = 'docker.io/library/redis:0.0.0-missing'
const patience = 30

/** How long until an image that does not exist is named. kubectl waits for its timeout, and then names the timeout. */
export async function missingImage(rounds: number): Promise<Row[]> {
  const times: number[] = []
  for (let round = 1; round <= Math.min(rounds, 3); round++) {
    await using place = await arena()
    const options = { failure: 'image-pull' }
    times.push((await runAction(place.name, { 'redis-image': image }, options)).milliseconds)
  }
  await using place = await arena()
  await using manifests = await manifestsFor(place.name, { redisImage: image })
  const { text } = await runUntilTimeout(place.name, manifests.path, `${patience}s`)
  const named = text.includes('0.0.0-missing')
  const kubectl = named ? `within ${patience} s` : `not within the ${patience} s of its timeout, nor then`
  return [{ ...alone('missing image named', times, seconds, 10_000), kubectl }]
}
