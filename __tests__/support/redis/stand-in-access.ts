import { Failure, OK, type Protocol, type Reply } from './resp.ts'
import { type Command, unlimited } from './stand-in-command.ts'
import { version } from './stand-in-info.ts'
import type { Client, State } from './stand-in-state.ts'

/** AUTH and HELLO: the two ways to log in. */
export const login: Readonly<Record<string, Command>> = {
  auth: { least: 1, most: unlimited, open: true, run: auth },
  hello: { least: 0, most: unlimited, open: true, run: hello }
}

function auth(state: State, client: Client, args: readonly Buffer[]): Reply {
  if (args.length > 2) return new Failure('ERR syntax error')
  const [user, password] = args.length === 1 ? [undefined, args[0]] : args
  if (user === undefined && state.settings.open) {
    return new Failure(
      'ERR AUTH <password> called without any password configured for the default user. ' +
        'Are you sure your configuration is correct?'
    )
  }
  return logIn(state, client, user?.toString() ?? 'default', password) ?? OK
}

function hello(state: State, client: Client, [version_, ...options]: readonly Buffer[]): Reply {
  const protocol = version_ === undefined ? client.protocol : protocolOf(version_)
  if (protocol instanceof Failure) return protocol
  let name: string | undefined
  for (let at = 0; at < options.length; ) {
    const option = options[at]?.toString().toLowerCase()
    const [first, second] = options.slice(at + 1)
    if (option === 'auth' && first !== undefined && second !== undefined) {
      const refused = logIn(state, client, first.toString(), second)
      if (refused !== undefined) return refused
      at += 3
    } else if (option === 'setname' && first !== undefined) {
      name = first.toString()
      at += 2
    } else {
      return new Failure(`ERR Syntax error in HELLO option '${options[at]}'`)
    }
  }
  if (client.user === undefined) {
    return new Failure(
      'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> ' +
        '<pass> option can be used to authenticate the client and select the RESP protocol version at the same time'
    )
  }
  if (name !== undefined) client.name = name
  client.protocol = protocol
  return new Map<string, Reply>([
    ['server', 'redis'],
    ['version', version],
    ['proto', protocol],
    ['id', client.id],
    ['mode', 'standalone'],
    ['role', 'master'],
    ['modules', []]
  ])
}

function protocolOf(word: Buffer): Protocol | Failure {
  const number = Number(word)
  if (!Number.isInteger(number)) return new Failure('ERR Protocol version is not an integer or out of range')
  return number === 2 || number === 3 ? number : new Failure('NOPROTO unsupported protocol version')
}

function logIn(state: State, client: Client, user: string, password: Buffer | undefined): Failure | undefined {
  if (password === undefined || !state.settings.authenticated(user, password)) {
    return new Failure('WRONGPASS invalid username-password pair or user is disabled.')
  }
  client.user = user
  return undefined
}
