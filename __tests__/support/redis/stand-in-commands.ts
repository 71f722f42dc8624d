import { Failure, OK, type Reply, Status, Verbatim } from './resp.ts'
import { login } from './stand-in-access.ts'
import { type Command, unlimited } from './stand-in-command.ts'
import { info } from './stand-in-info.ts'
import { keyCommands } from './stand-in-keys.ts'
import type { Client, State } from './stand-in-state.ts'

const commands: Readonly<Record<string, Command>> = {
  ...keyCommands,
  ...login,
  ping: { least: 0, most: 1, run: (_state, _client, [message]) => message ?? new Status('PONG') },
  echo: { least: 1, most: 1, run: (_state, _client, [message = null]) => message },
  select: { least: 1, most: 1, run: select },
  info: {
    least: 0,
    most: unlimited,
    run: (state, _client, args) =>
      new Verbatim(
        info(
          state,
          args.map((section) => section.toString().toLowerCase())
        )
      )
  },
  config: { least: 1, most: unlimited, run: config },
  acl: { least: 1, most: unlimited, run: acl },
  client: { least: 1, most: unlimited, run: clientCommand },
  command: { least: 0, most: unlimited, run: commandCommand },
  quit: {
    least: 0,
    most: unlimited,
    open: true,
    run(_state, client) {
      client.closing = true
      return OK
    }
  }
}

/** Checks in the order of Redis: the command, its arguments, the login. */
export function execute(state: State, client: Client, [name, ...args]: readonly Buffer[]): Reply {
  const word = name?.toString() ?? ''
  const command = Object.hasOwn(commands, word.toLowerCase()) ? commands[word.toLowerCase()] : undefined
  if (command === undefined) {
    const beginning = args.map((arg) => `'${arg}' `).join('')
    return new Failure(`ERR unknown command '${word}', with args beginning with: ${beginning}`)
  }
  if (args.length < command.least || args.length > command.most) return arity(word)
  if (client.user === undefined && !command.open) return new Failure('NOAUTH Authentication required.')
  state.commands += 1
  return command.run(state, client, args)
}

function arity(name: string): Failure {
  return new Failure(`ERR wrong number of arguments for '${name.toLowerCase()}' command`)
}

function select(state: State, client: Client, [index]: readonly Buffer[]): Reply {
  const number = Number(index)
  if (!Number.isInteger(number)) return new Failure('ERR value is not an integer or out of range')
  if (number < 0 || number >= state.settings.number('databases')) return new Failure('ERR DB index is out of range')
  client.database = number
  return OK
}

function config(state: State, _client: Client, [subcommand, ...patterns]: readonly Buffer[]): Reply {
  if (subcommand?.toString().toLowerCase() === 'set') return configSet(state, patterns)
  if (subcommand?.toString().toLowerCase() !== 'get') return unknownSubcommand('CONFIG', subcommand)
  if (patterns.length === 0) return arity('config|get')
  const globs = patterns.map((pattern) => glob(pattern.toString()))
  return new Map([...state.settings.values].filter(([name]) => globs.some((expression) => expression.test(name))))
}

function acl(state: State, _client: Client, [subcommand]: readonly Buffer[]): Reply {
  return subcommand?.toString().toLowerCase() === 'list' ? state.settings.users() : unknownSubcommand('ACL', subcommand)
}

function configSet(state: State, [name, value]: readonly Buffer[]): Reply {
  if (name === undefined || value === undefined) return arity('config|set')
  if (!state.settings.values.has(name.toString())) return new Failure(`ERR Unknown option '${name}'`)
  state.settings.set(name.toString(), value.toString())
  return OK
}

function glob(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 'i')
}

function clientCommand(state: State, client: Client, [subcommand, value]: readonly Buffer[]): Reply {
  switch (subcommand?.toString().toLowerCase()) {
    case 'id':
      return client.id
    case 'getname':
      return client.name === '' ? null : client.name
    case 'setname':
      client.name = value?.toString() ?? ''
      return OK
    case 'setinfo':
    case 'no-evict':
    case 'no-touch':
      return OK
    case 'info':
      return new Verbatim(line(client))
    case 'list':
      return new Verbatim([...state.clients.values()].map(line).join(''))
    default:
      return unknownSubcommand('CLIENT', subcommand)
  }
}

function line({ id, address, name, database, user, protocol }: Client): string {
  return `id=${id} addr=${address} name=${name} db=${database} user=${user ?? '(superuser)'} resp=${protocol}\n`
}

function commandCommand(_state: State, _client: Client, [subcommand]: readonly Buffer[]): Reply {
  switch (subcommand?.toString().toLowerCase()) {
    case undefined:
      return []
    case 'count':
      return Object.keys(commands).length
    case 'docs':
      return new Map()
    default:
      return unknownSubcommand('COMMAND', subcommand)
  }
}

function unknownSubcommand(command: string, subcommand: Buffer | undefined): Failure {
  return new Failure(`ERR unknown subcommand '${subcommand}'. Try ${command} HELP.`)
}
