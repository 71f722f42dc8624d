import { posix } from 'node:path'
import { at, type KubernetesObject, textAt } from '../kubernetes/object.ts'
import { referencedNames } from '../kubernetes/workload.ts'
import { isPasswordFile } from '../redis/acl.ts'
import { byName, type ConfigFiles, isGlob, matchesGlob, type RedisConfig, readRedisConfig } from '../redis/config.ts'
import { type Known, known, unknown } from './known.ts'
import { configMapKeys, isAtOrBelow, type MountedFiles, mountedFiles } from './mounted-files.ts'
import { type RedisCommand, redisCommand } from './redis-command.ts'

/** The settings that container `redis` starts with: its redis.conf with includes, and its arguments. */
export interface RedisSettings {
  readonly config: RedisConfig
  /** Directives that an argument sets to a value only known when the container starts; the config lacks them. */
  readonly unresolved: readonly string[]
  /** Directives whose last value is that of an argument. */
  readonly overridden: readonly string[]
  /** Whether the command of the container says so; else the file was taken for it by its name. */
  readonly byCommand: boolean
  /** The ConfigMap with the file; undefined where the server starts without one. */
  readonly configMap: string | undefined
  /** Included paths that no rendered ConfigMap provides: their content is unknown. */
  readonly missingIncludes: readonly string[]
  /** The texts of that ConfigMap by key, as written. */
  readonly files: Readonly<Record<string, string>>
}

/**
 * Follows the path in the command of the container through its mounts. If the command contains no absolute path, a file
 * named redis.conf in a ConfigMap of the pod is assumed.
 * @throws Failure invalid-manifest if the includes exceed the limit or never end
 */
export function redisSettings(
  statefulSet: KubernetesObject,
  container: unknown,
  configMaps: readonly KubernetesObject[]
): Known<RedisSettings> {
  const command = redisCommand(container)
  const given: Arguments = command.known ? command.value : { overrides: [], unresolved: [] }
  const path = command.known ? configPath(command.value, container) : undefined
  if (path !== undefined) {
    const mounted = mountedFiles(at(statefulSet, 'spec', 'template', 'spec'), container, configMaps)
    const entry = mounted.files.get(path)
    if (entry === undefined) return unknown(missingFileReason(path, mounted))
    const settings = settingsFrom(path, entry.configMap, byPath(mounted), configMaps)
    return known(withArguments({ ...settings, byCommand: true }, given))
  }
  const named = settingsByName(statefulSet, configMaps)
  if (named !== undefined) return known(withArguments(named, given))
  if (given.overrides.length > 0) return known(withArguments(withoutFile, given))
  const [variable] = given.unresolved
  if (variable !== undefined) return unknown(`the argument --${variable} of redis-server has a variable`)
  return command.known ? unknown('redis-server starts without a configuration file') : command
}

type Arguments = Pick<RedisCommand, 'overrides' | 'unresolved'>

/**
 * The settings if nothing that is not rendered can change them, else undefined. A file that is included and that is
 * written for the sake of a password, such as `/run/redis/auth.conf`, is taken to say nothing else.
 */
export function certainSettings(settings: Known<RedisSettings>): RedisSettings | undefined {
  if (!settings.known || !settings.value.byCommand) return undefined
  return settings.value.missingIncludes.every(isPasswordFile) ? settings.value : undefined
}

const withoutFile: RedisSettings = {
  config: new Map(),
  unresolved: [],
  overridden: [],
  byCommand: true,
  configMap: undefined,
  missingIncludes: [],
  files: {}
}

/** Undefined for a path relative to a directory that a script may have changed from that of the container. */
function configPath({ configPath: path }: RedisCommand, container: unknown): string | undefined {
  const folder = textAt(container, 'workingDir')
  if (path === undefined || (folder === undefined && !posix.isAbsolute(path))) return undefined
  return posix.resolve(folder ?? '/', path)
}

function missingFileReason(path: string, { absent }: MountedFiles): string {
  const found = [...absent].find(([, folder]) => isAtOrBelow(path, folder))
  return found === undefined
    ? `${path} is in no ConfigMap that container redis mounts`
    : `${path} is in ConfigMap/${found[0]}, which the manifests do not have`
}

function settingsFrom(
  entry: string,
  configMap: string,
  files: ConfigFiles,
  configMaps: readonly KubernetesObject[]
): RedisSettings {
  const { config, missing } = readRedisConfig(entry, files)
  const object = configMaps.find(({ metadata }) => metadata.name === configMap)
  return {
    config,
    unresolved: [],
    overridden: [],
    byCommand: false,
    configMap,
    missingIncludes: missing,
    files: Object.fromEntries(object === undefined ? [] : configMapKeys(object))
  }
}

function byPath({ files }: MountedFiles): ConfigFiles {
  const paths = [...files.keys()]
  const named = byName([Object.fromEntries([...files].map(([path, { text }]) => [posix.basename(path), text]))])
  return {
    nameCharacters: paths.join().length,
    find(path) {
      // redis-server resolves it against its initial working directory, which a script may have changed.
      if (!posix.isAbsolute(path)) return named.find(path)
      const folder = posix.dirname(posix.resolve(path))
      const name = posix.basename(path)
      const found = paths.filter((each) => {
        if (posix.dirname(each) !== folder) return false
        return isGlob(name) ? matchesGlob(posix.basename(each), name) : posix.basename(each) === name
      })
      return [found.sort().map((each) => [each, files.get(each)?.text ?? ''] as const)]
    }
  }
}

/** The ConfigMap with the key redis.conf; if several have it, the one that the pod refers to. */
function settingsByName(
  statefulSet: KubernetesObject,
  configMaps: readonly KubernetesObject[]
): RedisSettings | undefined {
  const named = referencedNames(statefulSet, 'configMap')
  const candidates = configMaps.filter((each) => configMapKeys(each).has('redis.conf'))
  const own = candidates.find(({ metadata }) => named.has(metadata.name)) ?? candidates[0]
  if (own === undefined) return undefined
  const others = configMaps.filter((each) => each !== own && named.has(each.metadata.name))
  const folders = [own, ...others].map((each) => Object.fromEntries(configMapKeys(each)))
  return settingsFrom('redis.conf', own.metadata.name, byName(folders), configMaps)
}

/** Arguments are read after the file: of a directive that can be set once, the last one counts. */
function withArguments(settings: RedisSettings, { overrides, unresolved }: Arguments): RedisSettings {
  const config = new Map([...settings.config].map(([directive, lines]) => [directive, [...lines]]))
  for (const [directive = '', ...values] of overrides) {
    config.set(directive, [...(config.get(directive) ?? []), [...values]])
  }
  for (const directive of unresolved) config.delete(directive)
  const included = overrides.flatMap(([directive, ...values]) => (directive === 'include' ? values : []))
  const missingIncludes = [...settings.missingIncludes, ...included]
  return {
    ...settings,
    config,
    missingIncludes,
    unresolved,
    overridden: overrides.map(([directive = '']) => directive)
  }
}
