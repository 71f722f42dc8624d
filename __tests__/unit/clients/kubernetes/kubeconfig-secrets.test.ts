import { describe, expect, test } from '@jest/globals'
import { KubeConfig } from '@kubernetes/client-node/dist/config.js'
import {
  hasStrayUserInfo,
  secretsInText,
  secretsOf,
  secretsOfUrl
} from '../../../../src/clients/kubernetes/kubeconfig-secrets.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('the secrets in a kubeconfig', () => {
  test.each([
    ['JSON', '{"users":[{"user":{"token":"a-\\"token","password":"a-pass'],
    ['flow YAML', `{users: [{user: {token: a-"token, password: 'a-pass`],
    ['block YAML', 'users:\n- user:\n    token: a-"token\n    password: a-pass']
  ])('include each credential in a broken text: %s', (_kind, text) => {
    expect(secretsInText(text, text)).toEqual(expect.arrayContaining(['a-"token', 'a-pass']))
  })

  test.each([
    ['JSON', '{"clusters":[{"cluster":{"server":"https://me:of-server@a","proxy-url":"http://me:of-proxy@b'],
    [
      'block YAML',
      'clusters:\n- cluster:\n    server: https://me:of-server@a # m@in\n    proxy-url: http://me:of-proxy@b'
    ]
  ])('include each password of a URL in a broken text: %s', (_kind, text) => {
    const secrets = secretsInText(text, text)
    expect(secrets).toEqual(expect.arrayContaining(['of-server', 'of-proxy']))
    expect(secrets).not.toContain('me:of-server@a # m')
  })

  test('include a one-line text as a whole, but not a text of several lines', () => {
    const line = '{"apiVersion":"v1","users":[]}'
    expect(secretsInText(line, line)).toEqual([line])
    const lines = 'apiVersion: v1\nkind: Config\nclusters: [a, b, c, d]\n'
    expect(secretsInText(lines, lines)).toEqual([])
  })

  test('include each line of base64 unless it is too short to be unique', () => {
    const text = 'apiVersion: v1\nkind: ABC\n'
    const [first, second] = [base64(text).slice(0, 24), base64(text).slice(24)]
    expect(secretsInText(`${first}\n${second}\n`, text)).toEqual([first])
    expect(secretsInText(base64(text), text)).toEqual([base64(text)])
  })
})

test('include the credentials of every user, cluster, plugin and auth provider', () => {
  const kubeConfig = new KubeConfig()
  kubeConfig.loadFromString(
    JSON.stringify({
      clusters: [{ name: 'a', cluster: { server: 'https://me:of-server@a', 'proxy-url': 'http://me:of-proxy@b' } }],
      users: [
        { name: 'a', user: { token: 'a-token', 'client-key-data': 'a-key' } },
        { name: 'b', user: { username: 'me', password: 12_345 } },
        { name: 'c', user: { 'auth-provider': { name: 'oidc', config: { 'client-id': 'me', 'id-token': 'an-id' } } } },
        {
          name: 'd',
          user: {
            exec: {
              command: 'plugin',
              args: ['get', '--token', 'an-argument', '--password=a-value', '--region=eu'],
              env: [
                { name: 'API_TOKEN', value: 'a-variable' },
                { name: 'AWS_PROFILE', value: 'production' }
              ]
            }
          }
        }
      ]
    })
  )
  expect(new Set(secretsOf(kubeConfig))).toEqual(
    new Set([
      'a-token',
      'a-key',
      '12345',
      base64('me:12345'),
      'an-id',
      'a-variable',
      'an-argument',
      'a-value',
      'of-server',
      base64('me:of-server'),
      'of-proxy',
      base64('me:of-proxy')
    ])
  )
})

test('include each inner line of a PEM key, and a token without its common suffix', () => {
  const kubeConfig = new KubeConfig()
  const key = '-----BEGIN PRIVATE KEY-----\nAAAAAAAAAAAAAAAAAAAA\nBBBBBBBBBBBBBBBBBBBB\n-----END PRIVATE KEY-----\n'
  kubeConfig.loadFromString(
    JSON.stringify({ users: [{ name: 'a', user: { token: 'a-token\n', 'client-key-data': key } }] })
  )
  expect(secretsOf(kubeConfig)).toEqual(['a-token', key, 'A'.repeat(20), 'B'.repeat(20)])
})

describe('the secrets in a URL', () => {
  test.each([
    ['a password, encoded and decoded', 'https://me:p%40ss@host:6443/path', ['p%40ss', 'p@ss', base64('me:p@ss')]],
    ['a password that should have been encoded', 'https://me:p@ss@host', ['p%40ss', 'p@ss', base64('me:p@ss')]],
    ['a password that makes it no URL', 'https://me:p/ss@host', ['p/ss', 'me:p/ss', base64('me:p/ss')]],
    ['a literal percent sign', 'https://me:p%zz@host', ['p%zz', base64('me:p%zz')]],
    ['a name alone, which is a token most often', 'https://a-token@host', ['a-token', base64('a-token:')]],
    ['a name without password that is too short', 'https://k@host', [base64('k:')]],
    ['a short password', 'https://me:k@host', ['k', base64('me:k')]],
    ['no scheme', 'me:a-pass@host', ['a-pass', base64('me:a-pass')]],
    ['a URL without user info', 'https://host:6443', []]
  ])('include the user info: %s', (_what, url, secrets) => {
    expect(new Set(secretsOfUrl(url).filter(Boolean))).toEqual(new Set(secrets))
  })

  test.each([
    ['a slash', 'https://somebody:1234/S3cretPart2@10.88.0.1:6443', ['1234/S3cretPart2', 'somebody:1234/S3cretPart2']],
    [
      'an at sign and a slash',
      'https://somebody:x@S3cretPart2/y@host',
      ['x@S3cretPart2/y', 'somebody:x@S3cretPart2/y']
    ],
    ['a question mark', 'https://somebody:1234?S3cretPart2@host', ['1234?S3cretPart2']],
    ['a number sign', 'https://somebody:1234#S3cretPart2@host', ['1234#S3cretPart2']],
    ['a backslash', 'https://somebody\\S3cretPart2@host', ['somebody\\S3cretPart2']],
    ['a slash and no colon', 'https://somebody/S3cretPart2@host', ['somebody/S3cretPart2']],
    ['a slash and an escape', 'https://somebody:1234/S3cret%50art2@host', ['S3cret%50art2', '1234/S3cretPart2']]
  ])(
    'include an unencoded value with %s as a whole and in parts, but not parts as short as "x"',
    (_what, url, secrets) => {
      expect(secretsOfUrl(url)).toEqual(expect.arrayContaining([...secrets, 'S3cretPart2']))
      expect(secretsOfUrl(url)).not.toContain('x')
      expect(hasStrayUserInfo(url)).toBe(true)
    }
  )

  test.each([
    'https://host:6443/path?query#fragment',
    'https://me:p%40%2Fss@host:6443/path',
    'https://me:p@ss@host',
    'me:pass@host'
  ])('treats %s as a URL without further user info', (url) => {
    expect(hasStrayUserInfo(url)).toBe(false)
  })
})
