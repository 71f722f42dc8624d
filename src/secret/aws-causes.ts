import { type Cause, describeStore, healing, idOf, typed } from './cause.ts'

/** What AWS says, and what the operator says of the secret there. The first that matches counts. */
export const awsCauses: readonly Cause[] = [
  {
    pattern: /key (.+) does not exist in secret (.+)$/,
    tell: (_, [property, key = '']) => ({
      sentence: `the AWS secret ${key} has no property ${property}, or is no JSON object`,
      hint: `add it; the secret has these: \`${aws('get-secret-value', key)} --query SecretString --output text | jq keys\``
    })
  },
  {
    pattern: /Secret does not exist|ResourceNotFoundException/,
    tell: ({ key = '', store }) => ({
      sentence: `AWS Secrets Manager has no secret ${key} in the account and region of ${idOf(store)}`,
      hint: `create it, or correct its name or the region of the store; \`${aws('describe-secret', key)}\` finds it`
    })
  },
  {
    pattern: /marked (?:for deletion|as deleted)|scheduled for deletion/,
    tell: ({ key = '' }) => ({
      sentence: `the AWS secret ${key} is scheduled for deletion`,
      hint: `keep it: \`${aws('restore-secret', key)}\``
    })
  },
  {
    pattern: /unable to unmarshal secret (.+?): |no secret string nor binary for key: (.+)$/,
    tell: (_, [text, nothing]) => ({
      sentence: `the AWS secret ${text ?? nothing} is no JSON object`,
      hint: 'store it as a JSON object with the fields host, port, password and url'
    })
  },
  {
    pattern: /(?:User: (\S+) is )?not authorized to perform:? (\w+:\w+).*?(with an explicit deny .+)/i,
    tell: ({ key = '', store }, [user = `the identity of ${idOf(store)}`, action = '', why]) => ({
      sentence: `AWS denies ${action}${action.startsWith('secretsmanager:') ? ` on the secret ${key}` : ''} to ${user} (${why})`,
      hint: 'take away the deny that AWS names: no policy can allow against it'
    })
  },
  {
    pattern: /Access to KMS is not allowed|DecryptionFailure|kms:Decrypt/,
    tell: ({ key = '', store }) => ({
      sentence: `AWS does not let ${idOf(store)} decrypt the secret ${key}`,
      hint: 'allow the identity of the store `kms:Decrypt` on the KMS key of the secret, in the policy of the key as well'
    })
  },
  {
    pattern: /(?:User: (\S+) is )?not authorized to perform:? (sts:\w+)/i,
    tell: ({ store }, [user, action]) => ({
      sentence: `AWS denies ${action} to ${user ?? `the identity of ${idOf(store)}`}, which needs it to take the role of the store`,
      hint: 'name the identity (with IRSA: the OIDC provider and the service account) in the trust policy of the IAM role'
    })
  },
  {
    pattern: /InvalidIdentityToken|No OpenIDConnect provider/,
    tell: ({ store, said }) => ({
      sentence: `AWS does not know who issues the tokens of the cluster, with which ${idOf(store)} takes its role: ${said}`,
      hint: 'create the IAM OIDC provider of the cluster: `eksctl utils associate-iam-oidc-provider --cluster NAME --approve`'
    })
  },
  {
    pattern: /(?:User: (\S+) is )?not authorized to perform:? (\w+:\w+)(?:.*?(because .+))?/i,
    tell: ({ key = '', store }, [user = `the identity of ${idOf(store)}`, action, why]) => ({
      sentence: `AWS denies ${action} on the secret ${key} to ${user}${why === undefined ? '' : ` (${why})`}`,
      hint: allowReading
    })
  },
  {
    pattern: /AccessDenied/,
    tell: ({ key = '', store, said }) => ({
      sentence: `AWS denies ${idOf(store)} the secret ${key}: ${said}`,
      hint: allowReading
    })
  },
  {
    pattern: /ExpiredToken|(?:token|credentials?)\b.*\bexpired/i,
    tell: ({ store, namespace, said }) => ({
      sentence: `the AWS credentials of ${idOf(store)} have expired: ${said}`,
      hint: `renew them where the store takes them from: ${describeStore(store, namespace)}`
    })
  },
  {
    pattern:
      /UnrecognizedClient|InvalidClientTokenId|SignatureDoesNotMatch|InvalidSignature|IncompleteSignature|InvalidAccessKeyId/,
    tell: ({ store, namespace, said }) => ({
      sentence: `AWS does not accept the credentials of ${idOf(store)}: ${said}`,
      hint: `correct them where the store takes them from: ${describeStore(store, namespace)}`
    })
  },
  {
    pattern:
      /no EC2 IMDS role found|get credentials:|retrieve credentials|could not fetch \w+ secret|IAM role must be/i,
    tell: ({ store, namespace, said }) => ({
      sentence: `the operator finds no AWS credentials for ${idOf(store)}: ${said}`,
      hint: `correct spec.provider.aws.auth of the store: ${describeStore(store, namespace)}`
    })
  },
  {
    pattern: /Throttl|TooManyRequests|Rate exceeded|RequestLimitExceeded/i,
    tolerance: healing,
    tell: ({ said }) => ({
      sentence: `AWS limits the requests of the operator: ${said}`,
      hint: 'run again in a minute; a longer refreshInterval of all ExternalSecrets makes fewer requests'
    })
  },
  {
    pattern:
      /dial tcp|no such host|i\/o timeout|connection (?:refused|reset)|deadline exceeded|TLS handshake|x509:|request send failed|exceeded maximum number of attempts|StatusCode: 5\d\d/i,
    tolerance: healing,
    tell: ({ store, namespace, said }) => ({
      sentence: `the operator cannot reach AWS: ${said}`,
      hint:
        'see whether pods reach the endpoints secretsmanager and sts of the region (NAT gateway or VPC endpoint, security ' +
        `group, DNS), and whether the region of the store is right: ${describeStore(store, namespace)}`
    })
  },
  {
    pattern: /StatusCode: 40[13]/,
    tell: ({ store, namespace, said }) => ({
      sentence: `AWS refuses the operator: ${said}`,
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
