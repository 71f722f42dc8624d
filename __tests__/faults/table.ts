import type { Subject } from './line.ts'
import { data } from './table/data.ts'
import { door } from './table/door.ts'
import { healthy } from './table/healthy.ts'
import { inputs } from './table/inputs.ts'
import { managed } from './table/managed.ts'
import { manifests } from './table/manifests.ts'
import { metrics } from './table/metrics.ts'
import { pods } from './table/pod.ts'
import { settings } from './table/settings.ts'
import { way } from './table/way.ts'
import { writes } from './table/writes.ts'

/** The two halves are planted at the same time, each in a namespace of its own; each takes about as long. */
export const firstHalf: readonly Subject[] = [writes, door, pods, metrics]
export const secondHalf: readonly Subject[] = [way, settings, manifests, inputs, healthy]

/** What replaces redis-0 takes longer, and begins with a new one each time. */
export const dataLines: readonly Subject[] = [data]

/** In the order of docs/faults.md. */
export const subjects: readonly Subject<never>[] = [...firstHalf, ...secondHalf, ...dataLines, managed]
