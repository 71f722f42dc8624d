import { createHash } from 'node:crypto'
import { directive } from './configuration.ts'

const units: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1000,
  kb: 1024,
  m: 1000 ** 2,
  mb: 1024 ** 2,
  g: 1000 ** 3,
  gb: 1024 ** 3
}

const policies = [
  'noeviction',
  ...['lru', 'lfu', 'random'].flatMap((order) => [`allkeys-${order}`, `volatile-${order}`]),
  'volatile-ttl'
]

/** The settings of the stand-in from the configuration text: the values for CONFIG GET, and who may log in. */
export class Settings {
  /** The defaults of Redis 7 for the settings that the project uses or checks. */
  readonly values = new Map([
    ['appendfsync', 'everysec'],
    ['appendonly', 'no'],
    ['bind', '* -::*'],
    ['databases', '16'],
    ['dir', '.'],
    ['maxclients', '10000'],
    ['maxmemory', '0'],
    ['maxmemory-policy', 'noeviction'],
    ['port', '6379'],
    ['protected-mode', 'yes'],
    ['requirepass', ''],
    ['save', '3600 1 300 100 60 10000']
  ])
  readonly #hashes = new Map<string, Set<string>>()
  /** Whether the user `default` needs no password, which is the default of Redis. */
  open = true

  constructor(config: string) {
    const saves: string[] = []
    for (const line of config.split('\n')) {
      const [name, ...values] = directive(line) ?? []
      if (name === undefined) continue
      if (name === 'save') saves.push(values.join(' '))
      else if (name === 'user') this.#user(values)
      else this.set(name, values.join(' '))
    }
    if (saves.length > 0) this.values.set('save', saves.filter((save) => save !== '').join(' '))
  }

  number(name: string): number {
    return Number(this.values.get(name) ?? 0)
  }

  /** False for an unknown user as well as for a wrong password: Redis does not distinguish them. */
  authenticated(user: string, password: Buffer): boolean {
    if (user === 'default' && this.open) return true
    return this.#hashes.get(user)?.has(sha256(password)) ?? false
  }

  /** As ACL LIST tells them; each may do everything. */
  users(): string[] {
    const users = this.#hashes.size === 0 ? [['default', new Set<string>()] as const] : [...this.#hashes]
    return users.map(([name, hashes]) => {
      const passwords = this.open && name === 'default' ? ['nopass'] : [...hashes].map((hash) => `#${hash}`)
      return ['user', name, 'on', 'sanitize-payload', ...passwords, '~*', '&*', '+@all'].join(' ')
    })
  }

  /** Sets a directive, like a line of redis.conf or CONFIG SET. */
  set(name: string, value: string): void {
    if (name === 'maxmemory-policy' && !policies.includes(value)) throw new Error(`'${name} ${value}': no such policy`)
    this.values.set(name, name === 'maxmemory' ? String(bytesOf(value)) : value)
    if (name === 'requirepass' && value !== '') this.#user(['default', 'on', `>${value}`])
  }

  #user([name = '', ...rules]: readonly string[]): void {
    const hashes = rules.flatMap((rule) => {
      if (rule.startsWith('#')) return [rule.slice(1)]
      return rule.startsWith('>') ? [sha256(rule.slice(1))] : []
    })
    this.#hashes.set(name, new Set(hashes))
    if (name === 'default') this.open = rules.includes('nopass')
  }
}

function sha256(password: string | Buffer): string {
  return createHash('sha256').update(password).digest('hex')
}

/** A memory size in redis.conf notation. 256Mi is a Kubernetes unit, and redis-server also refuses to start with it. */
function bytesOf(value: string): number {
  const [, digits, unit = ''] = /^(\d+)([a-z]*)$/i.exec(value) ?? []
  const factor = units[unit.toLowerCase()]
  if (digits === undefined || factor === undefined) throw new Error(`'maxmemory ${value}': not a memory value`)
  return Number(digits) * factor
}
