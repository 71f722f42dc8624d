import { randomBytes } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import type { CredentialField, Credentials } from '../../../../../src/core/credentials.ts'
import {
  invalidSecretFailure,
  secretChecks,
  secretProblems
} from '../../../../../src/phases/secret/validate/validate-secret.ts'
import { stored } from '../credentials.ts'

type Fields = { [key in CredentialField]?: string | undefined }
type Row = [situation: string, fields: Fields, ...problems: [CredentialField, problem: string, fix: string][]]

/** 32 characters that every rule accepts, another one in every run. */
const token = randomBytes(16).toString('hex')
const name = 'erp.abc123.apn2.cache.amazonaws.com'
const host = `master.${name}`
const right: Credentials = { host, port: '6379', password: token, url: `rediss://:${token}@${host}:6379` }
const elsewhere: Credentials = {
  host: 'redis.example.com',
  port: '6380',
  password: token,
  url: `redis://:${token}@redis.example.com:6380`
}
/** A password of somebody else's Redis, and the URL as it stands there. */
const withPassword = (password: string, inUrl: string): Fields => ({
  ...elsewhere,
  password,
  url: `redis://${inUrl}@redis.example.com:6380`
})
/** An endpoint with the token that it is given, in agreement. */
const at = (endpoint: string, password = token, user = ''): Fields => ({
  ...right,
  host: endpoint,
  password,
  url: `rediss://${user}:${encodeURIComponent(password)}@${endpoint}:6379`
})

const problemsOf = (fields: Fields) =>
  secretProblems(stored(fields)).map(({ key, problem, fix }): [string, string, string] => [key, problem, fix])

const expectRow = (_: string, fields: Fields, ...problems: [CredentialField, string, string][]) => {
  expect(problemsOf(fields)).toEqual(problems)
}

const whole = 'write `rediss://:<password>@<host>:<port>`, with the password percent-encoded'
const samePassword = 'write the value of key password there, percent-encoded'
const noSpace = 'store it without surrounding white space'
const oneLine = 'store it as one line of plain text'
const encodeWith = '(`jq -Rr @uri` encodes a line you type)'

test('a password that is no UTF-8 is named, and not the url that repeats it', () => {
  const secret = stored({ ...elsewhere, url: 'redis://:%ff%fe@redis.example.com:6380' })
  const password = Buffer.from([0xff, 0xfe]).toString('base64')
  expect(secretProblems({ ...secret, data: { ...Object(secret['data']), password } })).toEqual([
    { key: 'password', problem: 'is not UTF-8 text', fix: 'store it as plain text' }
  ])
})

test('a valid Secret has no problem', () => {
  expect(problemsOf(right)).toEqual([])
  expect(problemsOf(elsewhere)).toEqual([])
})

describe('any key of the Secret', () => {
  test.each<Row>([
    ['a key that is missing', { ...right, port: undefined }, ['port', 'is missing', 'add it']],
    ['a key that is empty', { ...right, password: '' }, ['password', 'is empty', 'give it a value']],
    ['white space', { ...right, url: ' \n' }, ['url', 'is only white space', 'give it a value']],
    ['a newline at the end', { ...right, password: `${token}\n` }, ['password', 'ends with a newline', noSpace]],
    ['a newline of Windows', { ...right, port: '6379\r\n' }, ['port', 'ends with a newline', noSpace]],
    ['a space before', { ...right, host: ` ${host}` }, ['host', 'begins with a space', noSpace]],
    [
      'white space at the start and the end',
      { ...right, url: `\t${right.url} ` },
      ['url', 'begins with a tab and ends with a space', 'store it without surrounding white space']
    ],
    ['another kind of space', { ...right, host: `${host}\u00a0` }, ['host', 'ends with white space', noSpace]],
    [
      'a newline inside, which a URL would lose',
      { ...right, url: right.url.replace('@', '\n@') },
      ['url', 'has a newline in the middle', oneLine]
    ],
    [
      'a control character inside',
      { ...right, password: `${token}\u0007${token}` },
      ['password', 'has a control character in the middle', oneLine]
    ],
    [
      'the value without its white space is judged on',
      { ...right, port: ' 0 ' },
      ['port', 'begins with a space and ends with a space', noSpace],
      ['port', 'must be an integer from 1 to 65535', 'store only the number, such as 6379']
    ]
  ])('is refused: %s', expectRow)
})

describe('key host', () => {
  const alone = 'store only the host name'
  const noHost = 'must be a host name or an IP address'
  test.each<Row>([
    ['a URL', { ...right, host: right.url }, ['host', 'is a URL or part of one', alone]],
    ['a part of a URL', { ...right, host: `${token}@${host}` }, ['host', 'is a URL or part of one', alone]],
    ['a path', { ...right, host: `${host}/0` }, ['host', 'is a URL or part of one', alone]],
    ['a port', { ...right, host: `${host}:6379` }, ['host', 'has a port', `${alone} (the port has its own key)`]],
    ['a space', { ...right, host: 'my redis' }, ['host', noHost, alone]],
    ['another script', { ...right, host: 'rédis.example.com' }, ['host', noHost, alone]],
    ['an empty label', { ...right, host: 'redis..example.com' }, ['host', noHost, alone]],
    ['a label of 64 characters', { ...right, host: `${'a'.repeat(64)}.com` }, ['host', noHost, alone]],
    ['254 characters', { ...right, host: `${'a.'.repeat(126)}aa` }, ['host', noHost, alone]],
    ['an invalid IP address', { ...right, host: '10.0.0.256' }, ['host', noHost, alone]]
  ])('is refused with %s', expectRow)
})

describe('key port', () => {
  test.each(['0', '65536', '-1', '6379.0', '0x18eb', 'six', '6e3', '6 379', '1'.repeat(30)])(
    'is refused: %s',
    (port) => {
      const problem = ['port', 'must be an integer from 1 to 65535', 'store only the number, such as 6379']
      expect(problemsOf({ ...right, port })).toEqual([problem])
    }
  )

  test.each(['1', '6380', '65535'])('is accepted: %s', (port) => {
    expect(problemsOf({ ...right, port, url: `rediss://:${token}@${host}:${port}` })).toEqual([])
  })
})

describe('key url', () => {
  test.each<Row>([
    [
      'without a scheme',
      { ...right, url: `:${token}@${host}:6379` },
      ['url', 'must begin with rediss:// or redis://', whole]
    ],
    [
      'of something else',
      { ...right, url: `https://:${token}@${host}:6379` },
      ['url', 'must begin with rediss:// or redis://', whole]
    ],
    [
      'with a placeholder',
      { ...right, url: `rediss://:${token}@${host}:port` },
      ['url', 'is not a URL that a client can parse', whole]
    ],
    ['without a host', { ...right, url: 'rediss://' }, ['url', 'names no host', whole]],
    [
      'of another host',
      { ...right, url: `rediss://:${token}@redis.example.com:6379` },
      ['url', `names a different host than key host (${host})`, 'use the same host in both']
    ],
    [
      'of another port',
      { ...right, url: `rediss://:${token}@${host}:6380` },
      ['url', 'names a different port than key port (6379)', 'use the same port in both']
    ],
    [
      'without a port, where it is not the usual one',
      { ...right, port: '6380', url: `rediss://:${token}@${host}` },
      ['url', 'names no port, which means 6379, a different one than key port (6380)', 'use the same port in both']
    ],
    [
      'of the Redis of another framework',
      { ...right, url: `rediss://:${token}@${host}:6379/cache` },
      ['url', 'has a path that is not a database number', 'end it after the port, or with a database number such as /0']
    ],
    [
      'without a password',
      { ...right, url: `rediss://${host}:6379` },
      ['url', 'has no password', `${samePassword} (\`rediss://:<password>@<host>:<port>\`)`]
    ],
    [
      'without the colon',
      { ...right, url: `rediss://${token}@${host}:6379` },
      ['url', 'has the password where the user name belongs', 'put a colon before it']
    ],
    [
      'with an old password',
      { ...right, url: `rediss://:${'x'.repeat(32)}@${host}:6379` },
      ['url', 'has a different password than key password', `${samePassword} (a rotation must change both)`]
    ]
  ])('is refused %s', expectRow)

  test('is judged alone beside unusable keys', () => {
    const { url } = right
    expect(secretProblems(stored({ url })).filter(({ key }) => key === 'url')).toEqual([])
    expect(problemsOf({ ...right, host: 'a b', port: 'x' }).map(([key]) => key)).toEqual(['host', 'port'])
  })

  test('may name an IPv6 address in any spelling', () => {
    const ipv6 = { ...elsewhere, host: '2001:DB8:0:0::1', url: `redis://:${token}@[2001:db8::1]:6380` }
    expect(problemsOf(ipv6)).toEqual([])
    expect(problemsOf({ ...ipv6, host: '2001:db8::2' }).map(([, problem]) => problem)).toEqual([
      'names a different host than key host (2001:db8::2)'
    ])
  })
})

describe('percent-encoding in the URL', () => {
  const asItIs = (special: string) => `has the password without percent-encoding, so ${special} in it cannot be read`
  test.each<Row>([
    [
      'missing for #',
      withPassword(`${token}#1`, `:${token}#1`),
      ['url', asItIs('#'), `write # as %23 in the password of url ${encodeWith}`]
    ],
    [
      'missing for / and ?, after a user',
      withPassword(`${token}?/`, `app:${token}?/`),
      ['url', asItIs('? /'), `write ? as %3F, / as %2F in the password of url ${encodeWith}`]
    ],
    [
      'missing where a part of the password is then read as port',
      withPassword(`12#${token}`, `user:12#${token}`),
      ['url', asItIs('#'), `write # as %23 in the password of url ${encodeWith}`]
    ],
    [
      'missing for all',
      withPassword(`%:@?/#${token}`, `:%:@?/#${token}`),
      [
        'url',
        asItIs('% @ ? / #'),
        `write % as %25, @ as %40, ? as %3F, / as %2F, # as %23 in the password of url ${encodeWith}`
      ]
    ],
    [
      'missing for a % alone',
      withPassword(`${token}%zz`, `:${token}%zz`),
      ['url', asItIs('%'), `write % as %25 in the password of url ${encodeWith}`]
    ],
    [
      'missing, but not in the place of the password',
      { ...withPassword(`${token}#1`, ':old'), url: `redis://:old@redis.example.com:6380/0?was=:${token}#1@` },
      ['url', 'has a different password than key password', `${samePassword} (a rotation must change both)`]
    ],
    [
      'broken in an old password',
      withPassword(token, ':100%zz'),
      ['url', 'has a % that starts no valid percent-encoding', 'write each literal % as %25']
    ],
    [
      'broken in the user name',
      withPassword(token, `100%:${token}`),
      ['url', 'has a % that starts no valid percent-encoding', 'write each literal % as %25']
    ],
    [
      'of another character set',
      withPassword(token, ':%FC'),
      ['url', 'has a % that starts no valid percent-encoding', 'write each literal % as %25']
    ],
    [
      'done twice',
      withPassword(`${token}#`, `:${token}%2523`),
      ['url', 'has the password percent-encoded twice', 'encode it once']
    ],
    [
      'in key password too',
      withPassword(`${token}%23`, `:${token}%23`),
      ['password', 'is percent-encoded; only url may be', 'store the plain password (a literal % becomes %25 in url)']
    ]
  ])('is required: %s', expectRow)

  const raw = (special: string) =>
    `has ${special} before the host without percent-encoding, which Java and Go clients reject`
  test.each<Row>([
    [
      'missing for symbols of AUTH tokens that URLs do not have',
      { ...at(host, `${token}<ok>^x`), url: `rediss://:${token}<ok>^x@${host}:6379` },
      ['url', raw('< > ^'), `write < as %3C, > as %3E, ^ as %5E in url ${encodeWith}`]
    ],
    [
      'missing for @, which parts the URL for some',
      withPassword(`${token}@1`, `app:${token}@1`),
      ['url', raw('@'), `write @ as %40 in url ${encodeWith}`]
    ],
    [
      'missing for all other symbols, a space and a letter',
      withPassword(`${token}[]"\\|{}\` ü`, `:${token}[]"\\|{}\` ü`),
      [
        'url',
        raw('[ ] " \\ | { } ` and a space and a character that is not ASCII'),
        'write [ as %5B, ] as %5D, " as %22, \\ as %5C, | as %7C, { as %7B, } as %7D, ` as %60, a space as %20, ' +
          `other characters as their UTF-8 bytes in url ${encodeWith}`
      ]
    ],
    [
      'missing in the name of the user',
      withPassword(token, `a<b:${token}`),
      ['url', raw('<'), `write < as %3C in url ${encodeWith}`]
    ],
    [
      'missing in another password',
      withPassword(token, ':old^one'),
      ['url', raw('^'), `write ^ as %5E in url ${encodeWith}`],
      ['url', 'has a different password than key password', `${samePassword} (a rotation must change both)`]
    ]
  ])('is refused: %s', expectRow)

  test('is not required where no client needs it', () => {
    for (const symbols of [':', '!&$-', "'()*+,;=", '._~']) {
      const password = `${token}${symbols}`
      expect(problemsOf(withPassword(password, `:${password}`))).toEqual([])
    }
  })
})

describe('encryption in transit', () => {
  const list = (query: string) => `(\`aws elasticache describe-replication-groups --query '${query}'\` lists them)`
  const primary = (region: string) =>
    'ElastiCache supports passwords only with encryption in transit, so store the primary endpoint of a replication ' +
    `group that has it, \`master.<group>.<id>.${region}.cache.amazonaws.com\` ` +
    list('ReplicationGroups[].NodeGroups[].PrimaryEndpoint')
  const copied = 'course-redis.abc123.0001.apn2.cache.amazonaws.com'
  const noTls = 'does not use TLS, and ElastiCache supports passwords only with encryption in transit'

  test.each<Row>([
    [
      'is missing in the example that is often copied',
      { ...at(copied), url: `redis://:${token}@${copied}:6379` },
      [
        'host',
        `names a single node without encryption in transit (${copied}), which cannot have a password`,
        primary('apn2')
      ],
      ['url', noTls, 'begin it with rediss://']
    ],
    [
      'is missing in a URL of an endpoint that has it',
      { ...right, url: right.url.replace('rediss', 'redis') },
      ['url', noTls, 'begin it with rediss://']
    ],
    [
      'is missing in a URL whose password is not encoded either',
      { ...right, password: `${token}#`, url: `valkey://:${token}#@${host}:6379` },
      ['url', noTls, 'begin it with rediss://'],
      [
        'url',
        'has the password without percent-encoding, so # in it cannot be read',
        `write # as %23 in the password of url ${encodeWith}`
      ]
    ],
    [
      'is missing in a URL, and key host is unusable',
      { ...right, host: undefined, url: right.url.replace('rediss', 'redis') },
      ['host', 'is missing', 'add it'],
      ['url', noTls, 'begin it with rediss://']
    ],
    [
      'is missing in a URL, and key host has more than the host',
      { ...right, host: `${host}:6379`, url: right.url.replace('rediss', 'redis') },
      ['host', 'has a port', 'store only the host name (the port has its own key)'],
      ['url', noTls, 'begin it with rediss://']
    ],
    [
      'is missing at a primary endpoint',
      at('erp.abc123.ng.0001.us-east-1.cache.amazonaws.com'),
      [
        'host',
        'names a primary endpoint without encryption in transit (erp.abc123.ng.0001.us-east-1.cache.amazonaws.com), which cannot have a password',
        primary('us-east-1')
      ]
    ],
    [
      'is missing at a configuration endpoint',
      at('erp.abc123.clustercfg.cnn1.cache.amazonaws.com.cn'),
      [
        'host',
        'names a configuration endpoint without encryption in transit (erp.abc123.clustercfg.cnn1.cache.amazonaws.com.cn), which cannot have a password',
        'ElastiCache supports passwords only with encryption in transit, so store the configuration endpoint of a ' +
          'replication group that has it, `clustercfg.<group>.<id>.cnn1.cache.amazonaws.com.cn` ' +
          list('ReplicationGroups[].ConfigurationEndpoint')
      ]
    ],
    [
      'is missing at a primary endpoint of the European Sovereign Cloud',
      at('erp.abc123.ng.0001.eusc-de-east-1.cache.amazonaws.eu'),
      [
        'host',
        'names a primary endpoint without encryption in transit (erp.abc123.ng.0001.eusc-de-east-1.cache.amazonaws.eu), which cannot have a password',
        primary('eusc-de-east-1').replace('amazonaws.com', 'amazonaws.eu')
      ]
    ],
    [
      'is missing at a reader endpoint',
      at('erp-ro.abc123.ng.0001.apn2.cache.amazonaws.com'),
      [
        'host',
        'names a reader endpoint without encryption in transit (erp-ro.abc123.ng.0001.apn2.cache.amazonaws.com), which refuses writes and cannot have a password',
        primary('apn2')
      ]
    ]
  ])('is required: %s', expectRow)

  test('does not make a reader endpoint acceptable', () => {
    expect(problemsOf(at(`replica.${name}`))).toEqual([
      [
        'host',
        `names a reader endpoint (replica.${name}), which refuses writes`,
        `store the primary endpoint (master.${name})`
      ]
    ])
  })

  test('is not required for another Redis', () => {
    expect(problemsOf(elsewhere)).toEqual([])
  })
})

describe('the password of an ElastiCache', () => {
  const fix =
    'store the auth token of the replication group or the password of its user (`openssl rand -hex 32` generates one)'
  const short = 'is shorter than the 16 characters that ElastiCache requires'
  const long = 'is longer than the 128 characters that ElastiCache accepts'
  const serverless = 'erp-abc123.serverless.use1.cache.amazonaws.com'

  test.each<Row>([
    ['15 characters', at(host, token.slice(17)), ['password', short, fix]],
    ['15 characters, of a user', at(host, token.slice(17), 'app'), ['password', short, fix]],
    ['15 characters, serverless', at(serverless, token.slice(17)), ['password', short, fix]],
    ['129 characters', at(host, token.repeat(5).slice(31)), ['password', long, fix]],
    ['129 characters, of a user', at(host, token.repeat(5).slice(31), 'app'), ['password', long, fix]],
    [
      'a symbol of no token that is not encoded in the URL',
      { ...at(host), password: `${token}/`, url: `rediss://:${token}/@${host}:6379` },
      [
        'url',
        'has the password without percent-encoding, so / in it cannot be read',
        `write / as %2F in the password of url ${encodeWith}`
      ]
    ],
    [
      'such a symbol of a user',
      { ...at(host), password: `${token}/`, url: `rediss://app:${token}/@${host}:6379` },
      [
        'url',
        'has the password without percent-encoding, so / in it cannot be read',
        `write / as %2F in the password of url ${encodeWith}`
      ]
    ]
  ])('is refused: %s', expectRow)

  test('may have from 16 to 128 characters', () => {
    expect(problemsOf(at(host, token.slice(16)))).toEqual([])
    expect(problemsOf(at(host, token.repeat(4)))).toEqual([])
  })

  describe('that cannot be an AUTH token', () => {
    const passwordCheck = (fields: Fields) => secretChecks(stored(fields))[2]
    test.each<[string, Fields, has: string]>([
      ['@ and =', at(host, 'Rbac@pass=word+1234567'), 'has @ and = and +'],
      [
        'a space and a letter that is not ASCII',
        at(host, `${token} ü`),
        'has a space and a character that is not ASCII'
      ],
      [
        'a symbol in a URL without the colon',
        { ...at(host, `${token}_`), url: `rediss://${token}_@${host}:6379` },
        'has _'
      ],
      [
        'a symbol that is not encoded in the URL',
        { ...at(host), password: `${token}/`, url: `rediss://:${token}/@${host}:6379` },
        'has /'
      ]
    ])('is accepted as that of the user default, with a note: %s', (_, fields, has) => {
      expect(problemsOf(fields).filter(([key]) => key === 'password')).toEqual([])
      expect(passwordCheck(fields)).toEqual({
        name: 'Secret key password',
        passed: true,
        relaxed: true,
        detail:
          `${has}, which an ElastiCache AUTH token must not contain: valid only if the group uses RBAC and this is the ` +
          'password of user default'
      })
    })

    test.each<[string, Fields]>([
      ['of a token', right],
      ['of a user that the URL names', at(host, `${token}/`, 'app')],
      ['of a serverless cache', at(serverless, `${token}/`)],
      ['of a Redis of somebody else', withPassword(`${token}/`, `:${token}%2F`)],
      ['as long as no URL tells whose it is', { ...at(host, `${token}/`), url: undefined }]
    ])('gets no note if it is %s', (_, fields) => {
      expect(passwordCheck(fields)).toEqual({ name: 'Secret key password', passed: true, detail: 'set' })
    })
  })
})

test('lists all problems in the order of the keys', () => {
  const problems = problemsOf({ url: `redis://:x@${host}`, password: ' secret ', port: 'none' })
  expect(problems.map(([key, problem]) => `${key} ${problem}`)).toEqual([
    'host is missing',
    'port must be an integer from 1 to 65535',
    'password begins with a space and ends with a space',
    'password is shorter than the 16 characters that ElastiCache requires',
    'url does not use TLS, and ElastiCache supports passwords only with encryption in transit',
    'url has a different password than key password'
  ])
})

describe('the checks of the Secret', () => {
  const detailsOf = (fields: Fields) => secretChecks(stored(fields)).map(({ detail }) => detail)

  test('have one entry for each key with what was seen, showing only host and port', () => {
    expect(secretChecks(stored(right))).toEqual([
      { name: 'Secret key host', passed: true, detail: host },
      { name: 'Secret key port', passed: true, detail: '6379' },
      { name: 'Secret key password', passed: true, detail: 'set' },
      { name: 'Secret key url', passed: true, detail: 'matches the other keys, with TLS' }
    ])
    expect(detailsOf(elsewhere).at(-1)).toBe('matches the other keys, without TLS')
  })

  test('contain every problem of a key', () => {
    expect(secretChecks(stored({ ...right, host: `replica.${name}\n`, port: undefined, url: right.url }))).toEqual([
      {
        name: 'Secret key host',
        passed: false,
        detail: `ends with a newline, names a reader endpoint (replica.${name}), which refuses writes`
      },
      { name: 'Secret key port', passed: false, detail: 'is missing' },
      { name: 'Secret key password', passed: true, detail: 'set' },
      { name: 'Secret key url', passed: false, detail: `names a different host than key host (replica.${name})` }
    ])
  })

  test('do not claim that a URL agrees with unusable keys', () => {
    expect(detailsOf({ ...right, port: undefined }).at(-1)).toBe('can be read, with TLS')
  })
})

describe('the failure of an invalid Secret', () => {
  const problems = secretProblems(stored({ ...right, port: undefined, url: right.url.replace('rediss', 'redis') }))
  const fixes = 'port: add it; url: begin it with rediss://'

  test('names each key, the problem, the fix and the location', () => {
    const { code, message, hint } = invalidSecretFailure(problems, 'team', 'hospital-erp/redis')
    expect(code).toBe('secret-field')
    expect(message).toBe(
      'Secret/redis-credentials in namespace team is invalid: key port is missing; key url does not ' +
        'use TLS, and ElastiCache supports passwords only with encryption in transit'
    )
    expect(hint).toBe(
      `${fixes}; then write all fields to redis.json, store it with \`aws secretsmanager put-secret-value --secret-id ` +
        "'hospital-erp/redis' --secret-string file://redis.json`, and run again"
    )
  })

  test('suggests how to see the keys of a Secret without an ExternalSecret', () => {
    expect(invalidSecretFailure(problems, 'team').hint).toBe(
      `${fixes}; then run again (\`kubectl -n team describe secret redis-credentials\` lists its keys without ` +
        'values)'
    )
  })

  test('mentions a fix for several problems of a key once', () => {
    const twice = secretProblems(stored({ ...right, port: ' 0 ' }))
    const again = secretProblems(stored({ ...right, port: '0' }))
    expect(invalidSecretFailure([...twice, ...again], 'team').hint.match(/store only the number/g)).toHaveLength(1)
  })

  test('treats the name of the AWS secret as data', () => {
    const { hint } = invalidSecretFailure(problems, 'team', 'a`b\n::error::c')
    expect(hint).toContain("--secret-id 'ab ∶:error::c' --secret-string")
    expect(hint).not.toContain('\n')
  })
})
