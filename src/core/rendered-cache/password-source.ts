import { at, listAt, textAt } from '../kubernetes/object.ts'
import { names } from '../kubernetes/workload.ts'
import { type Known, known, unknown } from './known.ts'
import type { RedisSettings } from './redis-settings.ts'

/** Where Redis gets the password of its user from. */
export type PasswordSource =
  /** A key of a Secret, as a file or as a variable of container `redis`. */
  | { readonly kind: 'secret'; readonly secret: string; readonly key: string; readonly as: 'file' | 'variable' }
  /** A Secret whose keys are all mounted or all in the environment. */
  | { readonly kind: 'whole-secret'; readonly secret: string; readonly as: 'file' | 'variable' }
  /** It is part of the configuration itself. */
  | { readonly kind: 'configuration' }

/** Prefers the Secret `redis-credentials` if the container reads several. */
export function passwordSource(
  pod: unknown,
  container: unknown,
  settings: Known<RedisSettings>
): Known<PasswordSource> {
  const sources = [...mounted(pod, container), ...variables(container)]
  const own = sources.find((source) => source.kind !== 'configuration' && source.secret === names.credentials)
  const [first] = sources
  if (own !== undefined) return known(own)
  if (settings.known && hasPassword(settings.value)) return known({ kind: 'configuration' })
  return first === undefined ? unknown(`container ${names.redisContainer} reads no Secret`) : known(first)
}

function hasPassword({ config }: RedisSettings): boolean {
  const users = config.get('user') ?? []
  return config.has('requirepass') || users.some((rules) => rules.some((rule) => /^[>#]/.test(rule)))
}

function mounted(pod: unknown, container: unknown): PasswordSource[] {
  const mounts = listAt(container, 'volumeMounts').map((mount) => at(mount, 'name'))
  const volumes = listAt(pod, 'volumes').filter((volume) => mounts.includes(at(volume, 'name')))
  return volumes.flatMap((volume) => {
    const projected = listAt(volume, 'projected', 'sources').map((source) => at(source, 'secret'))
    return [at(volume, 'secret'), ...projected].flatMap((source): PasswordSource[] => {
      const secret = textAt(source, 'secretName') ?? textAt(source, 'name')
      if (secret === undefined) return []
      const keys = listAt(source, 'items').map((item) => textAt(item, 'key') ?? '')
      if (keys.length === 0) return [{ kind: 'whole-secret', secret, as: 'file' }]
      return keys.map((key) => ({ kind: 'secret', secret, key, as: 'file' }))
    })
  })
}

function variables(container: unknown): PasswordSource[] {
  const single = listAt(container, 'env').flatMap((variable): PasswordSource[] => {
    const reference = at(variable, 'valueFrom', 'secretKeyRef')
    const secret = textAt(reference, 'name')
    const key = textAt(reference, 'key')
    return secret === undefined || key === undefined ? [] : [{ kind: 'secret', secret, key, as: 'variable' }]
  })
  const whole = listAt(container, 'envFrom').flatMap((source): PasswordSource[] => {
    const secret = textAt(source, 'secretRef', 'name')
    return secret === undefined ? [] : [{ kind: 'whole-secret', secret, as: 'variable' }]
  })
  return [...single, ...whole]
}
