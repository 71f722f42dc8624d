import { validateHeaderValue } from 'node:http'
import type { RequestOptions } from 'node:https'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import type { User } from '@kubernetes/client-node/dist/config_types.js'
import { Failure } from '../../core/failure.ts'
import { textAt } from '../../core/kubernetes/object.ts'

/** The source of credentials in kubeconfig terms, and the names of its fields. */
interface Giver {
  name: string
  certificate: string
  key: string
}

const plugin: Giver = {
  name: 'credential plugin',
  certificate: 'clientCertificateData',
  key: 'clientKeyData'
}

/**
 * Refuses unusable credentials before the first request. Neither the credentials nor the messages of a library about
 * them are quoted: only its code.
 * @param options the options of a request
 * @param user the kubeconfig user of the credentials
 * @param fromPlugin whether a credential plugin provided them
 * @throws Failure invalid-input
 */
export function checkCredentials(
  { headers, cert, key }: RequestOptions,
  context: string,
  user: User | null,
  fromPlugin: boolean
): void {
  const giver = fromPlugin ? plugin : giverOf(user)
  const owner = `of its ${giver.name}`
  const refuse = (problem: string, hint: string) => {
    throw new Failure('invalid-input', `context ${context} cannot be used: ${problem}`, hint)
  }
  const pair: [string, SecureContextOptions][] = [
    [`the ${giver.certificate} ${owner} is ${kindOf(user?.certData, 'certificate')}`, { cert }],
    [`the ${giver.key} ${owner} is ${kindOf(user?.keyData, 'private key')}`, { key }],
    [`the ${giver.key} ${owner} does not fit its ${giver.certificate}`, { cert, key }]
  ]
  for (const [problem, options] of pair) {
    const code = refusalOf(options)
    if (code !== undefined) refuse(`${problem} (${code})`, copyIt)
  }
  const texts = { Authorization: 'token', 'Impersonate-User': 'as' }
  for (const [header, field] of Object.entries(texts)) {
    if (isSendable(header, textAt(headers, header) ?? '')) continue
    const text = `the ${field} ${owner} has a line break or another character that no HTTP header can hold`
    refuse(text, `write the ${field} anew, as one line of plain letters, digits and punctuation`)
  }
}

const copyIt = 'copy the kubeconfig anew, whole and unchanged: `kubectl config view --raw --flatten --minify`'

function giverOf(user: User | null): Giver {
  return {
    name: 'user',
    certificate: user?.certFile ? 'client-certificate' : 'client-certificate-data',
    key: user?.keyFile ? 'client-key' : 'client-key-data'
  }
}

/** The problem of unreadable credentials: a common mistake, or a general one. */
function kindOf(data: unknown, kind: string): string {
  return /-----BEGIN/.test(String(data)) ? 'PEM itself, and not base64 of it' : `no ${kind}, or cut off`
}

/** The code of the error; undefined if there is none. */
function refusalOf(options: SecureContextOptions): string | undefined {
  try {
    createSecureContext(options)
    return undefined
  } catch (error) {
    return textAt(error, 'code') ?? 'no code'
  }
}

function isSendable(header: string, value: string): boolean {
  try {
    validateHeaderValue(header, value)
    return true
  } catch {
    return false
  }
}
