import { endpointForm } from '../../../core/aws-endpoint.ts'
import {
  type CredentialField,
  type Credentials,
  credentialFields,
  type FieldProblem,
  mayShow
} from '../../../core/credentials.ts'
import { Failure } from '../../../core/failure.ts'
import type { KubernetesObject } from '../../../core/kubernetes/object.ts'
import { names } from '../../../core/kubernetes/workload.ts'
import { isHost, readUrl, userBefore, wantsTls } from '../../../core/redis/url.ts'
import type { Check } from '../../../core/result.ts'
import { sanitizeLine } from '../../../core/sanitize.ts'
import { readFields } from './fields.ts'
import { hostProblems, portProblems } from './host.ts'
import { noTokenBecause, passwordProblems } from './password.ts'
import { urlProblems } from './url.ts'

/** All problems of the keys of the stored Secret, in the order of its keys. */
export function secretProblems(secret: KubernetesObject): FieldProblem[] {
  const { values, problems } = readFields(secret)
  const { host, port, password, url } = values
  const { aws } = endpointForm(hostOfCache(values) ?? '')
  const found = [
    ...problems,
    ...(host === undefined ? [] : hostProblems(host, values)),
    ...(port === undefined ? [] : portProblems(port)),
    ...(password === undefined || !aws ? [] : passwordProblems(password)),
    ...(url === undefined ? [] : urlProblems(url, values, aws))
  ]
  return credentialFields.flatMap((key) => found.filter((problem) => problem.key === key))
}

/** One check for each key, for the report: what is right, or every problem. The only values shown are host and port. */
export function secretChecks(secret: KubernetesObject): Check[] {
  const { values } = readFields(secret)
  const problems = secretProblems(secret)
  return credentialFields.map((key) => {
    const wrong = problems.filter((problem) => problem.key === key).map(({ problem }) => problem)
    const name = `Secret key ${key}`
    if (wrong.length > 0) return { name, passed: false, detail: wrong.join(', ') }
    const doubt = key === 'password' ? doubtOf(values) : undefined
    if (doubt !== undefined) return { name, passed: true, relaxed: true, detail: doubt }
    return { name, passed: true, detail: rightWords(key, values, problems.length === 0) }
  })
}

/**
 * The failure for an invalid Secret.
 * @param remoteSecret name of its source in AWS Secrets Manager, if known
 */
export function invalidSecretFailure(
  problems: readonly FieldProblem[],
  namespace: string,
  remoteSecret?: string
): Failure {
  const wrong = problems.map(({ key, problem }) => `key ${key} ${problem}`)
  const fixes = problems.map(({ key, fix }) => `${key}: ${fix}`)
  return new Failure(
    'secret-field',
    `Secret/${names.credentials} in namespace ${namespace} is invalid: ${wrong.join('; ')}`,
    `${[...new Set(fixes)].join('; ')}; ${whereToFix(namespace, remoteSecret)}`
  )
}

/** The intended host: that of key host or, if it is invalid, that of the URL. */
function hostOfCache({ host, password, url }: Partial<Credentials>): string | undefined {
  if (host !== undefined && isHost(host)) return host
  const read = url === undefined ? undefined : readUrl(url, password)
  return read === undefined || 'problem' in read ? undefined : read.host
}

/**
 * Why a password is only valid for a user, if nothing else proves that it belongs to one; undefined if it may be a
 * token. A serverless cache has users only, and without a valid URL it is unknown whether there is a user.
 */
function doubtOf(values: Partial<Credentials>): string | undefined {
  const { password = '', url } = values
  const { aws, form } = endpointForm(hostOfCache(values) ?? '')
  if (!aws || form === 'serverless' || url === undefined) return undefined
  const read = readUrl(url, password)
  const user = 'problem' in read ? userBefore(url, password) : read.user
  const because = user === '' || user === password ? noTokenBecause(password) : undefined
  return because && `${because}: valid only if the group uses RBAC and this is the password of user default`
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
      return allRight ? `matches the other keys, ${tls}` : `can be read, ${tls}`
    }
  }
}

function whereToFix(namespace: string, remoteSecret: string | undefined): string {
  if (remoteSecret === undefined) {
    const describe = `kubectl -n ${namespace} describe secret ${names.credentials}`
    return `then run again (\`${describe}\` lists its keys without values)`
  }
  const id = sanitizeLine(remoteSecret).replaceAll('`', '')
  const put = `aws secretsmanager put-secret-value --secret-id '${id}' --secret-string file://redis.json`
  return `then write all fields to redis.json, store it with \`${put}\`, and run again`
}
