import { posix } from 'node:path'
import { at, type KubernetesObject, listAt, textAt } from '../kubernetes/object.ts'

/** The files of ConfigMaps as a container sees them. */
export interface MountedFiles {
  /** Texts by absolute path. */
  readonly files: ReadonlyMap<string, MountedFile>
  /** The mounted ConfigMaps that are not among the objects, each with its mount path. */
  readonly absent: ReadonlyMap<string, string>
}

export interface MountedFile {
  readonly configMap: string
  readonly key: string
  readonly text: string
}

/** One file of a volume: its path inside the volume, and its content. */
type VolumeFile = readonly [path: string, file: MountedFile]

/**
 * The files that a container sees where ConfigMaps are mounted, considering items, subPath, projected volumes, and
 * mounts that hide what is below them.
 */
export function mountedFiles(pod: unknown, container: unknown, configMaps: readonly KubernetesObject[]): MountedFiles {
  const files = new Map<string, MountedFile>()
  const absent = new Map<string, string>()
  const byName = new Map(configMaps.map((each) => [each.metadata.name, each]))
  const mounts = listAt(container, 'volumeMounts').map((mount) => ({
    path: posix.resolve('/', textAt(mount, 'mountPath') ?? ''),
    subPath: textAt(mount, 'subPath'),
    volume: listAt(pod, 'volumes').find((volume) => at(volume, 'name') === at(mount, 'name'))
  }))
  // A nested mount is made later, and hides what the outer one has there.
  for (const { path, subPath, volume } of mounts.sort((a, b) => a.path.length - b.path.length)) {
    for (const hidden of files.keys()) if (isAtOrBelow(hidden, path)) files.delete(hidden)
    for (const source of configMapSources(volume)) {
      const name = textAt(source, 'name') ?? ''
      const configMap = byName.get(name)
      if (configMap === undefined) absent.set(name, path)
      for (const [inside, file] of configMap === undefined ? [] : volumeFiles(source, configMap)) {
        if (subPath === undefined) files.set(posix.join(path, inside), file)
        else if (isAtOrBelow(inside, subPath)) files.set(posix.join(path, posix.relative(subPath, inside)), file)
      }
    }
  }
  return { files, absent }
}

function configMapSources(volume: unknown): unknown[] {
  const own = at(volume, 'configMap')
  const projected = listAt(volume, 'projected', 'sources').flatMap((source) => at(source, 'configMap') ?? [])
  return own === undefined ? projected : [own, ...projected]
}

function volumeFiles(source: unknown, configMap: KubernetesObject): VolumeFile[] {
  const items = at(source, 'items')
  const keys = configMapKeys(configMap)
  const chosen = Array.isArray(items)
    ? items.map((item) => [textAt(item, 'key') ?? '', textAt(item, 'path') ?? ''] as const)
    : [...keys.keys()].map((key) => [key, key] as const)
  return chosen.flatMap(([key, path]): VolumeFile[] => {
    const text = keys.get(key)
    return text === undefined ? [] : [[path, { configMap: configMap.metadata.name, key, text }]]
  })
}

/** The texts of a ConfigMap: `data`, and `binaryData`, where kustomize puts a file with a byte that is not UTF-8. */
export function configMapKeys(configMap: KubernetesObject): Map<string, string> {
  const data = Object.entries(at(configMap, 'data') ?? {}).map(([key, value]) => [key, String(value)] as const)
  const binary = Object.entries(at(configMap, 'binaryData') ?? {}).map(
    ([key, value]) => [key, Buffer.from(String(value), 'base64').toString('utf8')] as const
  )
  return new Map([...data, ...binary])
}

/** Whether a path is that of a folder, or is inside it; both as `posix.resolve` writes them. */
export function isAtOrBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
}
