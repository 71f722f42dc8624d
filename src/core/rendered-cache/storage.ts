import { posix } from 'node:path'
import { at, type KubernetesObject, listAt, textAt } from '../kubernetes/object.ts'
import { setting } from '../redis/config.ts'
import { type Known, known, unknown } from './known.ts'
import { isAtOrBelow } from './mounted-files.ts'
import type { RedisSettings } from './redis-settings.ts'

/** Where container `redis` writes, and what of that outlives its pod. */
export interface RenderedStorage {
  /** Its mounts, in the order of the pod template. */
  readonly mounts: readonly Mount[]
  /** Where the append-only file and the snapshots lie: the `dir` of the configuration. */
  readonly dataDirectory: Known<DataDirectory>
}

export interface Mount {
  readonly path: string
  /** The kind of its volume as Kubernetes calls it, such as `emptyDir`; `nothing` where no volume has the name. */
  readonly volume: string
  /** The claim that keeps what is written there: a template (`data`) or a PersistentVolumeClaim; undefined where none. */
  readonly claim: string | undefined
}

export interface DataDirectory {
  readonly path: string
  /** The mount on which it lies; undefined where it is in the file system of the container. */
  readonly mount: Mount | undefined
}

/** The working directory of the images of Redis and Valkey, which is the default of `dir`. */
const imageDirectory = '/data'

export function renderedStorage(
  statefulSet: KubernetesObject,
  container: unknown,
  settings: Known<RedisSettings>
): RenderedStorage {
  const templates = listAt(statefulSet, 'spec', 'volumeClaimTemplates').map((each) => textAt(each, 'metadata', 'name'))
  const volumes = listAt(statefulSet, 'spec', 'template', 'spec', 'volumes')
  const mounts = listAt(container, 'volumeMounts').map((mount): Mount => {
    const name = textAt(mount, 'name') ?? ''
    const path = textAt(mount, 'mountPath') ?? ''
    // A template takes the place of a volume of the same name.
    if (templates.includes(name)) return { path, volume: 'persistentVolumeClaim', claim: name }
    const volume = volumes.find((each) => at(each, 'name') === name)
    const kind = Object.keys(Object(volume)).find((key) => key !== 'name') ?? 'nothing'
    return { path, volume: kind, claim: textAt(volume, 'persistentVolumeClaim', 'claimName') }
  })
  return { mounts, dataDirectory: dataDirectory(settings, mounts, textAt(container, 'workingDir')) }
}

/** Kinds of volumes that go with their pod, or that hold what others wrote. */
const fleeting = ['emptyDir', 'configMap', 'secret', 'projected', 'downwardAPI', 'ephemeral', 'nothing']

/** Whether what Redis writes is still there after its pod; where the data directory is not known, whether it may be. */
export function outlivesPod({ mounts, dataDirectory }: RenderedStorage): boolean {
  const lasts = ({ volume }: Mount) => !fleeting.includes(volume)
  if (!dataDirectory.known) return mounts.some(lasts)
  const { mount } = dataDirectory.value
  return mount !== undefined && lasts(mount)
}

function dataDirectory(
  settings: Known<RedisSettings>,
  mounts: readonly Mount[],
  workingDirectory = imageDirectory
): Known<DataDirectory> {
  if (!settings.known) return unknown(settings.because)
  if (settings.value.unresolved.includes('dir')) return unknown('the argument --dir of redis-server has a variable')
  const path = posix.resolve(workingDirectory, setting(settings.value.config, 'dir') ?? '.')
  const holding = mounts
    .filter((mount) => isAtOrBelow(path, posix.resolve('/', mount.path)))
    .toSorted((one, other) => other.path.length - one.path.length)
  return known({ path, mount: holding[0] })
}
