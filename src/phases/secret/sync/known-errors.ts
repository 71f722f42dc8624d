import type { KubernetesObject } from '../../../core/kubernetes/object.ts'
import { names } from '../../../core/kubernetes/workload.ts'
import type { StoreReference } from './status.ts'

/** The context of an operator failure, in addition to its message. */
interface FailedSync {
  /** The name of the secret in AWS; undefined if the message does not reveal it. */
  key: string | undefined
  store: StoreReference
  namespace: string
  /** The message of the store, if known. */
  storeWords: string | undefined
  /** The complete message of the operator, on one line. */
  said: string
}

/** A reason why the operator cannot sync, recognised by its message. */
interface KnownError {
  pattern: RegExp
  /** How long it is tolerated before it counts, in milliseconds. */
  tolerance?: number
  explain(sync: FailedSync, captured: (string | undefined)[]): { sentence: string; hint: string }
}

/**
 * One attempt may fail and the next succeed (external-secrets/external-secrets#3878); the operator retries after 1 s.
 */
export const brief = 3_000
/** A store that was just created, a network outage, a rate limit. */
export const healing = 10_000

function idOf({ kind, name }: StoreReference): string {
  return `${kind}/${name}`
}

/** A command that shows the store and its problem. */
function describeStore({ kind, name }: StoreReference, namespace: string): string {
  const scope = kind === 'ClusterSecretStore' ? '' : ` -n ${namespace}`
  return `\`kubectl${scope} describe ${kind.toLowerCase()} ${typed(name)}\``
}

/** A command that shows the status of an ExternalSecret, whose name may differ from that of its Secret. */
export function describeExternalSecret({ metadata }: KubernetesObject, namespace: string): string {
  return `\`kubectl -n ${namespace} describe externalsecret ${typed(metadata.name)}\``
}

/** A name for a command that people copy: it comes from outside, and only a plain one is safe in a shell. */
function typed(name: string): string {
  return /^[\w@%+=:,./][\w@%+=:,./-]*$/.test(name) ? name : 'NAME'
}

/** Messages of AWS, and of the operator about the secret there. The first match counts. */
export const awsCauses: readonly KnownError[] = [
  {
    pattern: /key (.+) does not exist in secret (.+)$/,
    explain: (_, [property, key = '']) => ({
      sentence: `the AWS secret ${key} has no property ${property}, or is not a JSON object`,
      hint: `add it; list the existing ones: \`${aws('get-secret-value', key)} --query SecretString --output text | jq keys\``
    })
  },
  {
    pattern: /Secret does not exist|ResourceNotFoundException/,
    explain: ({ key = '', store }) => ({
      sentence: `AWS Secrets Manager has no secret ${key} in the account and region of ${idOf(store)}`,
      hint: `create it, or correct its name or the region of the store; \`${aws('describe-secret', key)}\` finds it`
    })
  },
  {
    pattern: /marked (?:for deletion|as deleted)|scheduled for deletion/,
    explain: ({ key = '' }) => ({
      sentence: `the AWS secret ${key} is scheduled for deletion`,
      hint: `restore it: \`${aws('restore-secret', key)}\``
    })
  },
  {
    pattern: /unable to unmarshal secret (.+?): |no secret string nor binary for key: (.+)$/,
    explain: (_, [text, nothing]) => ({
      sentence: `the AWS secret ${text ?? nothing} is not a JSON object`,
      hint: 'store it as a JSON object with the fields host, port, password and url'
    })
  },
  {
    pattern: /(?:User: (\S+) is )?not authorized to perform:? (\w+:\w+).*?(with an explicit deny .+)/i,
    explain: ({ key = '', store }, [user = `the identity of ${idOf(store)}`, action = '', why]) => ({
      sentence: `AWS denies ${action}${action.startsWith('secretsmanager:') ? ` on the secret ${key}` : ''} to ${user} (${why})`,
      hint: 'remove that explicit Deny; it overrides every Allow'
    })
  },
  {
    pattern: /Access to KMS is not allowed|DecryptionFailure|kms:Decrypt/,
    explain: ({ key = '', store }) => ({
      sentence: `AWS does not let ${idOf(store)} decrypt the secret ${key}`,
      hint: 'allow the identity of the store `kms:Decrypt` on the KMS key of the secret, in the policy of the key as well'
    })
  },
  {
    pattern: /(?:User: (\S+) is )?not authorized to perform:? (sts:\w+)/i,
    explain: ({ store }, [user, action]) => ({
      sentence: `AWS denies ${action} to ${user ?? `the identity of ${idOf(store)}`}, which needs it to assume the role of the store`,
      hint: 'name the identity (with IRSA: the OIDC provider and the service account) in the trust policy of the IAM role'
    })
  },
  {
    pattern: /InvalidIdentityToken|No OpenIDConnect provider/,
    explain: ({ store, said }) => ({
      sentence: `AWS does not know the token issuer of the cluster, with which ${idOf(store)} assumes its role: ${said}`,
      hint: 'create the IAM OIDC provider of the cluster: `eksctl utils associate-iam-oidc-provider --cluster NAME --approve`'
    })
  },
  {
    pattern: /(?:User: (\S+) is )?not authorized to perform:? (\w+:\w+)(?:.*?(because .+))?/i,
    explain: ({ key = '', store }, [user = `the identity of ${idOf(store)}`, action, why]) => ({
      sentence: `AWS denies ${action} on the secret ${key} to ${user}${why === undefined ? '' : ` (${why})`}`,
      hint: allowReading
    })
  },
  {
    pattern: /AccessDenied/,
    explain: ({ key = '', store, said }) => ({
      sentence: `AWS denies ${idOf(store)} the secret ${key}: ${said}`,
      hint: allowReading
    })
  },
  {
    pattern: /ExpiredToken|(?:token|credentials?)\b.*\bexpired/i,
    explain: ({ store, namespace, said }) => ({
      sentence: `the AWS credentials of ${idOf(store)} have expired: ${said}`,
      hint: `renew them where the store reads them: ${describeStore(store, namespace)}`
    })
  },
  {
    pattern:
      /UnrecognizedClient|InvalidClientTokenId|SignatureDoesNotMatch|InvalidSignature|IncompleteSignature|InvalidAccessKeyId/,
    explain: ({ store, namespace, said }) => ({
      sentence: `AWS rejects the credentials of ${idOf(store)}: ${said}`,
      hint: `correct them where the store reads them: ${describeStore(store, namespace)}`
    })
  },
  {
    pattern:
      /no EC2 IMDS role found|get credentials:|retrieve credentials|could not fetch \w+ secret|IAM role must be/i,
    explain: ({ store, namespace, said }) => ({
      sentence: `the operator found no AWS credentials for ${idOf(store)}: ${said}`,
      hint: `correct spec.provider.aws.auth of the store: ${describeStore(store, namespace)}`
    })
  },
  {
    pattern: /Throttl|TooManyRequests|Rate exceeded|RequestLimitExceeded/i,
    tolerance: healing,
    explain: ({ said }) => ({
      sentence: `AWS throttles the operator: ${said}`,
      hint: 'run again in a minute; a longer refreshInterval on all ExternalSecrets makes fewer requests'
    })
  },
  {
    pattern:
      /dial tcp|no such host|i\/o timeout|connection (?:refused|reset)|deadline exceeded|TLS handshake|x509:|request send failed|exceeded maximum number of attempts|StatusCode: 5\d\d/i,
    tolerance: healing,
    explain: ({ store, namespace, said }) => ({
      sentence: `the operator cannot reach AWS: ${said}`,
      hint:
        'check that pods reach the secretsmanager and sts endpoints of the region (NAT gateway or VPC endpoint, security ' +
        `group, DNS), and that the store names the right region: ${describeStore(store, namespace)}`
    })
  },
  {
    pattern: /StatusCode: 40[13]/,
    explain: ({ store, namespace, said }) => ({
      sentence: `AWS rejects the operator: ${said}`,
      hint: `correct the credentials that the store names (${describeStore(store, namespace)}), or ${allowReading}`
    })
  }
]

const allowReading =
  'allow the identity of the store to read the secret: `secretsmanager:GetSecretValue`, `secretsmanager:DescribeSecret`, ' +
  '`secretsmanager:GetResourcePolicy` and `secretsmanager:ListSecretVersionIds`'

function aws(operation: string, key: string): string {
  return `aws secretsmanager ${operation} --secret-id ${typed(key)}`
}

/** Messages of the operator about the store and the Secret. The first match counts. */
export const clusterCauses: readonly KnownError[] = [
  {
    pattern: /could not get (ClusterSecretStore|SecretStore) "([^"]*)".* not found/,
    explain: ({ namespace, store }, [kind = store.kind, name = store.name]) => ({
      sentence: `there is no ${idOf({ kind, name })}${kind === 'SecretStore' ? ` in namespace ${namespace}` : ''}`,
      hint: `create it, or set the input secret-store to an existing one: ${listStores(kind, namespace)}`
    })
  },
  {
    pattern: /(ClusterSecretStore|SecretStore) "([^"]*)" is not ready/,
    tolerance: healing,
    explain: ({ namespace, store, storeWords }, [kind = store.kind, name = store.name]) => ({
      sentence: `${idOf({ kind, name })} is not ready${storeWords === undefined ? '' : `: ${storeWords}`}`,
      hint: `correct it; see its errors: ${describeStore({ kind, name }, namespace)}`
    })
  },
  {
    pattern: /using cluster store "([^"]*)" is not allowed from namespace/,
    explain: ({ namespace, store }, [name = store.name]) => ({
      sentence: `ClusterSecretStore/${name} may not be used from namespace ${namespace}`,
      hint: `admit the namespace in spec.conditions of the store: \`kubectl edit clustersecretstore ${typed(name)}\``
    })
  },
  {
    pattern: /owned by another ExternalSecret: (\S+)/,
    explain: ({ namespace }, [other]) => ({
      sentence: `the Secret belongs to ExternalSecret/${other}`,
      hint: `keep one of the two: \`kubectl -n ${namespace} get externalsecrets\``
    })
  },
  {
    pattern: /already owned by another (.+?) controller (.+)$/,
    explain: ({ namespace }, [kind, name]) => ({
      sentence: `the Secret belongs to ${kind}/${name}`,
      hint: `remove it there, then delete it, and the operator recreates it: ${deleteSecret(namespace)}`
    })
  },
  {
    pattern: /secret is immutable/,
    explain: ({ namespace }) => ({
      sentence: 'the Secret is immutable, and AWS holds a different value',
      hint: `delete it, and the operator recreates it: ${deleteSecret(namespace)}`
    })
  }
]

function deleteSecret(namespace: string): string {
  return `\`kubectl -n ${namespace} delete secret ${names.credentials}\``
}

function listStores(kind: string, namespace: string): string {
  return kind === 'ClusterSecretStore'
    ? '`kubectl get clustersecretstores`'
    : `\`kubectl -n ${namespace} get secretstores\``
}
