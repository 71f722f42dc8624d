import { type CredentialField, type Credentials, credentialFields } from '../credentials.ts'
import { type Endpoint, endpointForm } from '../endpoint.ts'
import { Failure } from '../failure.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import type { Check } from '../result.ts'
import { harmlessLine } from '../untrusted-text.ts'
import { names } from '../workload.ts'
import { hostProblems, isHost, portProblems } from './address.ts'
import { urlProblems } from './agreement.ts'
import { type FieldProblem, mayShow, readFields } from './field.ts'
import { type PasswordOf, tokenProblems } from './token.ts'
import { readUrl, userBefore, wantsTls } from './url.ts'

export type { FieldProblem } from './field.ts'

/** Everything that is wrong with the fields of the stored Secret, in the order of its keys. */
export function contractProblems(secret: KubernetesObject): FieldProblem[] {
  const { values, problems } = readFields(secret)
  const { host, port, password, url } = values
  const cache = endpointForm(hostOfCache(values) ?? '')
  const found = [
    ...problems,
    ...(host === undefined ? [] : hostProblems(host, values)),
    ...(port === undefined ? [] : portProblems(port)),
    ...(password === undefined || !cache.aws ? [] : tokenProblems(password, passwordOf(values, cache))),
    ...(url === undefined ? [] : urlProblems(url, values, cache.aws))
  ]
  return credentialFields.flatMap((key) => found.filter((problem) => problem.key === key))
}

/** One check a key, for the report: what is right, or all that is wrong. Of all values, only host and port are shown. */
export function contractChecks(secret: KubernetesObject): Check[] {
  const { values } = readFields(secret)
  const problems = contractProblems(secret)
  return credentialFields.map((key) => {
    const wrong = problems.filter((problem) => problem.key === key).map(({ problem }) => problem)
    const detail = wrong.length === 0 ? rightWords(key, values, problems.length === 0) : wrong.join(', ')
    return { name: `Secret key ${key}`, passed: wrong.length === 0, detail }
  })
}

/**
 * The failure for a Secret that breaks its contract.
 * @param remoteSecret name of the secret in AWS Secrets Manager that it comes from, if it does
 */
export function contractFailure(problems: readonly FieldProblem[], namespace: string, remoteSecret?: string): Failure {
  const wrong = problems.map(({ key, problem }) => `key ${key} ${problem}`)
  const fixes = problems.map(({ key, fix }) => `${key}: ${fix}`)
  return new Failure(
    'secret-field',
    `Secret/${names.credentials} in namespace ${namespace} does not keep its contract: ${wrong.join('; ')}`,
    `${[...new Set(fixes)].join('; ')}; ${whereToFix(namespace, remoteSecret)}`
  )
}

/** The host that the values mean: that of key host or, if it is useless, that of the URL. */
function hostOfCache({ host, password, url }: Partial<Credentials>): string | undefined {
  if (host !== undefined && isHost(host)) return host
  const read = url === undefined ? undefined : readUrl(url, password)
  return read === undefined || 'problem' in read ? undefined : read.host
}

/**
 * A password without a user is an AUTH token, except for a serverless cache, which has users only: there it is that of
 * the user `default`. As long as no URL tells whether there is a user, there may be one.
 */
function passwordOf({ password = '', url }: Partial<Credentials>, { form }: Endpoint): PasswordOf {
  if (url === undefined || form === 'serverless') return 'user'
  const read = readUrl(url, password)
  const user = 'problem' in read ? userBefore(url, password) : read.user
  return user === '' || user === password ? 'group' : 'user'
}

function rightWords(key: CredentialField, values: Partial<Credentials>, allRight: boolean): string {
  const value = values[key] ?? ''
  switch (key) {
    case 'host':
    case 'port':
      return mayShow(value, values) ? value : 'set'
    case 'password':
      return 'set'
    case 'url': {
      const tls = wantsTls(value) === true ? 'with TLS' : 'without TLS'
      return allRight ? `agrees with the other keys, ${tls}` : `can be read, ${tls}`
    }
  }
}

function whereToFix(namespace: string, remoteSecret: string | undefined): string {
  if (remoteSecret === undefined) {
    const describe = `kubectl -n ${namespace} describe secret ${names.credentials}`
    return `then run again (\`${describe}\` shows which keys it has, without their values)`
  }
  const id = harmlessLine(remoteSecret).replaceAll('`', '')
  const put = `aws secretsmanager put-secret-value --secret-id '${id}' --secret-string file://redis.json`
  return `then write all fields to redis.json, store it with \`${put}\`, and run again`
}
