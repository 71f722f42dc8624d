import { describe, expect, test } from '@jest/globals'
import {
  announcesCredential,
  isCredentialEntry,
  isCredentialField,
  isCredentialFile,
  isCredentialVariable
} from '../../../../src/core/redact/secret-names.ts'
import { promptly } from '../../../support/promptly.ts'

describe.each<[string, (name: string) => boolean, string, string]>([
  [
    'a variable or a header',
    isCredentialVariable,
    `REDIS_PASSWORD REDIS_PWD REDIS_PW DB_PW AWS_CREDS CRED JWT SESSION_JWT DSN SENTRY_DSN API_KEY ENCRYPTION_KEY DB_KEY
    REDISCLI_AUTH PGPASSWORD gitToken dbPw Authorization X-Auth-Token PASSWORD_OLD PASSWORDS`,
    'MAXMEMORY KEYSPACE KEYSPACE_EVENTS KEY_SPACE HOST PORT LOG_LEVEL SPAWN CREDO'
  ],
  [
    'a field',
    isCredentialField,
    `password passwd passphrase pass token secret credential credentials adminPassword redisPassword masterPassword
    bindPassword apiToken authToken bearerToken accessToken secretAccessKey encryptionKey sessionKey apiKey api_key
    api-key privateKey clientSecret tokenSecret passwords tokens apiKeys password2 requirepass masterauth dbPw dsn`,
    `secretName secretKeyRef secretRef secretStoreRef passwordSecretRef passwordKey passwordFile existingSecret
    imagePullSecret imagePullSecrets tlsSecret credentialsSecret key keys topologyKey publicKey objectKey accessKeyID
    tokenExpirationSeconds serviceAccountTokenPath sessionAffinity authMode bypass compass image name value host
    privateKeySecretRef bearerTokenFile property`
  ],
  [
    'a name that is judged by its spelling',
    isCredentialEntry,
    'password DB_KEY DSN SESSION_KEY SIGNING_KEY ENCRYPTION_KEY JWT apiToken',
    'key app zone LOG_LEVEL sessionAffinity pool-key'
  ],
  [
    'a file, an annotation or a label',
    isCredentialFile,
    `passwords.txt token.txt tls.key client.pem id.p12 users.auth api-token data-hash encryption-key encryptionKey
    session.key ssh-key-prod aws-creds db.pw`,
    'redis.conf maxmemory.conf author config checksum keyspace.conf primary-key app.kubernetes.io/name'
  ],
  [
    'arguments before a credential',
    announcesCredential,
    `-a --user --pass --password --db-password --requirepass requirepass --masterauth masterauth AUTH auth auth-pass
    --token --api-key --secret --auth --access-key --tokens`,
    '-h --port --tls --tls-auth-clients --no-auth-warning --key --cert --image-pull-secret setuser ping password-file'
  ]
])('names of %s', (_, judge, hidden, shown) => {
  test.each(hidden.split(/\s+/))('treats %s as confidential', (name) => expect(judge(name)).toBe(true))
  test.each(shown.split(/\s+/))('does not treat %s as confidential', (name) => expect(judge(name)).toBe(false))
})

describe('a name of a megabyte', () => {
  test.each(['a', 'aA', 'pass', 'PASS_', 'secret1', '1', '-a', 'key_'])('is classified in linear time: %j', (part) => {
    const name = part.repeat(1_000_000 / part.length)
    for (const judge of [announcesCredential, isCredentialEntry, isCredentialField, isCredentialFile]) {
      expect(promptly(() => judge(`${name}!`))).toBe(judge(`${part}${part}!`))
    }
  })
})
