import { posix } from 'node:path'
import { at, type KubernetesObject, listAt, textAt } from '../kubernetes/object.ts'
import { setting } from '../redis/config.ts'
import { type Known, known, unknown } from './known.ts'
import { isAtOrBelow } from './mounted-files.ts'
import type { RedisSettings } from './redis-settings.ts'

/** Where container `redis` writes, and what of that survives its pod. */
export interface RenderedStorage {
  /** Its mounts, in the order of the pod template. */
  readonly mounts: readonly Mount[]
  /** The location of the append-only file and the snapshots: the `dir` of the configuration. */
  readonly dataDirectory: Known<DataDirectory>
}

export interface Mount {
  readonly path: string
  /** The Kubernetes type of its volume, such as `emptyDir`; `nothing` if no volume has the name. */
  readonly volume: string
  /** The claim that keeps the data: a template (`data`) or a PersistentVolumeClaim; undefined if none. */
  readonly claim: string | undefined
}

export interface DataDirectory {
  readonly path: string
  /** The mount that contains it; undefined if it is in the container's own file system. */
  readonly mount: Mount | undefined
}

/** The working directory of the Redis and Valkey images, which is the default of `dir`. */
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
    // A template replaces a volume of the same name.
    if (templates.includes(name)) return { path, volume: 'persistentVolumeClaim', claim: name }
    const volume = volumes.find((each) => at(each, 'name') === name)
    const kind = Object.keys(Object(volume)).find((key) => key !== 'name') ?? 'nothing'
    return { path, volume: kind, claim: textAt(volume, 'persistentVolumeClaim', 'claimName') }
  })
  return { mounts, dataDirectory: dataDirectory(settings, mounts, textAt(container, 'workingDir')) }
}

/** Volume types that are deleted with their pod, or that hold content of others. */
const fleeting = ['emptyDir', 'configMap', 'secret', 'projected', 'downwardAPI', 'ephemeral', 'nothing']

/** Whether what Redis writes survives its pod; for an unknown data directory, whether it possibly does. */
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
