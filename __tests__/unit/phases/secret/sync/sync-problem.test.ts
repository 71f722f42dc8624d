import { describe, expect, test } from '@jest/globals'
import { syncProblem } from '../../../../../src/phases/secret/sync/sync-problem.ts'
import fc from '../../../../support/fast-check.ts'
import { externalSecret } from '../sync-shapes.ts'

/** As the operator begins what it says of `data`. */
const data = 'error processing spec.data[0] (key: hospital-erp/redis), err: '
const call =
  'operation error Secrets Manager: GetSecretValue, https response error StatusCode: 400, RequestID: 5f1c-77, '
const role = 'arn:aws:sts::123456789012:assumed-role/eso/operator'
const object = externalSecret()

const reading = ['`secretsmanager:GetSecretValue`', '`secretsmanager:DescribeSecret`']
const takeAway = 'remove that explicit Deny'
const store = 'ClusterSecretStore/aws-secrets-manager'
const describeStore = '`kubectl describe clustersecretstore aws-secrets-manager`'

describe('a message of the operator', () => {
  test.each<[string, string, string, string[]]>([
    [
      'a property that is not there',
      `${data}key port does not exist in secret hospital-erp/redis`,
      'the AWS secret hospital-erp/redis has no property port, or is not a JSON object',
      [
        '`aws secretsmanager get-secret-value --secret-id hospital-erp/redis --query SecretString --output text | jq keys`'
      ]
    ],
    [
      'a secret that is not there',
      `${data}Secret does not exist`,
      `AWS Secrets Manager has no secret hospital-erp/redis in the account and region of ${store}`,
      ['`aws secretsmanager describe-secret --secret-id hospital-erp/redis`']
    ],
    [
      'a secret that was deleted',
      `${data}${call}InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion.`,
      'the AWS secret hospital-erp/redis is scheduled for deletion',
      ['`aws secretsmanager restore-secret --secret-id hospital-erp/redis`']
    ],
    [
      'a secret that is a text',
      "error processing spec.dataFrom[0].extract, err: unable to unmarshal secret hospital-erp/redis: invalid character 'o' in literal null (expecting 'u')",
      'the AWS secret hospital-erp/redis is not a JSON object',
      ['JSON object with the fields host, port, password and url']
    ],
    [
      'a right that is missing',
      `${data}${call}api error AccessDeniedException: User: ${role} is not authorized to perform: secretsmanager:GetSecretValue on resource: hospital-erp/redis because no identity-based policy allows the secretsmanager:GetSecretValue action`,
      `AWS denies secretsmanager:GetSecretValue on the secret hospital-erp/redis to ${role} (because no identity-based policy allows the secretsmanager:GetSecretValue action)`,
      reading
    ],
    [
      'a right that is denied',
      `${data}${call}api error AccessDeniedException: User: ${role} is not authorized to perform: secretsmanager:GetSecretValue on resource: hospital-erp/redis with an explicit deny in a resource-based policy`,
      `AWS denies secretsmanager:GetSecretValue on the secret hospital-erp/redis to ${role} (with an explicit deny in a resource-based policy)`,
      [takeAway]
    ],
    [
      'a right to decrypt that is denied',
      `${data}${call}api error AccessDeniedException: User: ${role} is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-central-1:123456789012:key/k with an explicit deny in an identity-based policy`,
      `AWS denies kms:Decrypt to ${role} (with an explicit deny in an identity-based policy)`,
      [takeAway]
    ],
    [
      'a role whose use is denied',
      `${data}operation error STS: AssumeRole, https response error StatusCode: 403, RequestID: 1, api error AccessDenied: User: ${role} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/eso with an explicit deny in a service control policy`,
      `AWS denies sts:AssumeRole to ${role} (with an explicit deny in a service control policy)`,
      [takeAway]
    ],
    [
      'a right that is missing, not named',
      `${data}${call}api error AccessDeniedException: denied`,
      `AWS denies ${store} the secret hospital-erp/redis: operation error Secrets Manager: GetSecretValue, https response error StatusCode: 400, api error AccessDeniedException: denied`,
      reading
    ],
    [
      'a key that may not be used',
      `${data}${call}api error AccessDeniedException: Access to KMS is not allowed`,
      `AWS does not let ${store} decrypt the secret hospital-erp/redis`,
      ['`kms:Decrypt`']
    ],
    [
      'a role that may not be taken',
      `${data}operation error STS: AssumeRole, https response error StatusCode: 403, RequestID: 1, api error AccessDenied: User: arn:aws:iam::123456789012:user/ci is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/eso`,
      'AWS denies sts:AssumeRole to arn:aws:iam::123456789012:user/ci, which needs it to assume the role of the store',
      ['trust policy']
    ],
    [
      'a service account that is not trusted',
      `${data}get identity: get credentials: failed to refresh cached credentials, failed to retrieve credentials, operation error STS: AssumeRoleWithWebIdentity, https response error StatusCode: 403, RequestID: 1, api error AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity`,
      `AWS denies sts:AssumeRoleWithWebIdentity to the identity of ${store}, which needs it to assume the role of the store`,
      ['trust policy', 'the service account']
    ],
    [
      'a cluster that AWS does not know',
      `${data}operation error STS: AssumeRoleWithWebIdentity, https response error StatusCode: 400, RequestID: 1, InvalidIdentityToken: No OpenIDConnect provider found in your account for https://oidc.eks.ap-northeast-2.amazonaws.com/id/A`,
      `AWS does not know the token issuer of the cluster, with which ${store} assumes its role: operation error STS: AssumeRoleWithWebIdentity, https response error StatusCode: 400, InvalidIdentityToken: No OpenIDConnect provider found in your account for https://oidc.eks.ap-northeast-2.amazonaws.com/id/A`,
      ['`eksctl utils associate-iam-oidc-provider']
    ],
    [
      'a token that has expired',
      `${data}${call}api error ExpiredTokenException: The security token included in the request is expired`,
      `the AWS credentials of ${store} have expired: operation error Secrets Manager: GetSecretValue, https response error StatusCode: 400, api error ExpiredTokenException: The security token included in the request is expired`,
      [describeStore]
    ],
    [
      'an unknown key',
      `${data}${call}api error UnrecognizedClientException: The security token included in the request is invalid.`,
      `AWS rejects the credentials of ${store}: operation error Secrets Manager: GetSecretValue, https response error StatusCode: 400, api error UnrecognizedClientException: The security token included in the request is invalid.`,
      [describeStore]
    ],
    [
      'a wrong key',
      `${data}${call}api error InvalidSignatureException: The request signature we calculated does not match`,
      `AWS rejects the credentials of ${store}: operation error Secrets Manager: GetSecretValue, https response error StatusCode: 400, api error InvalidSignatureException: The request signature we calculated does not match`,
      [describeStore]
    ],
    [
      'no credentials at all',
      `${data}${'operation error Secrets Manager: GetSecretValue, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found'}`,
      `the operator found no AWS credentials for ${store}: operation error Secrets Manager: GetSecretValue, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found`,
      ['spec.provider.aws.auth', describeStore]
    ],
    [
      'a refusal without words',
      `${data}operation error Secrets Manager: GetSecretValue, https response error StatusCode: 403, RequestID: DHki, deserialization failed, failed to decode response body, invalid character '<' looking for beginning of value`,
      "AWS rejects the operator: operation error Secrets Manager: GetSecretValue, https response error StatusCode: 403, deserialization failed, failed to decode response body, invalid character '<' looking for beginning of value",
      [describeStore, ...reading]
    ],
    [
      'a store that is not there',
      `${data}could not get ClusterSecretStore "other", ClusterSecretStore.external-secrets.io "other" not found`,
      'there is no ClusterSecretStore/other',
      ['secret-store', '`kubectl get clustersecretstores`']
    ],
    [
      'a store that is not there in the namespace',
      `${data}could not get SecretStore "other", SecretStore.external-secrets.io "other" not found`,
      'there is no SecretStore/other in namespace team',
      ['`kubectl -n team get secretstores`']
    ],
    [
      'a store that is closed to the namespace',
      `${data}using cluster store "shared" is not allowed from namespace "team": denied by spec.condition`,
      'ClusterSecretStore/shared may not be used from namespace team',
      ['spec.conditions', '`kubectl edit clustersecretstore shared`']
    ],
    [
      'a Secret that another ExternalSecret writes',
      'unable to mutate secret redis-credentials: secret is owned by another ExternalSecret: other',
      'the Secret belongs to ExternalSecret/other',
      ['`kubectl -n team get externalsecrets`']
    ],
    [
      'a Secret with another owner',
      'unable to mutate secret redis-credentials: could not set controller reference on secret: Object team/redis-credentials is already owned by another SealedSecret controller redis-credentials',
      'the Secret belongs to SealedSecret/redis-credentials',
      ['`kubectl -n team delete secret redis-credentials`']
    ],
    [
      'a Secret that cannot be changed',
      'unable to update secret redis-credentials: secret is immutable',
      'the Secret is immutable, and AWS holds a different value',
      ['`kubectl -n team delete secret redis-credentials`']
    ],
    [
      'anything else',
      `${data}something new`,
      `${data}something new`,
      ['`kubectl -n team describe externalsecret redis-credentials`']
    ]
  ])('is translated: %s', (_, words, sentence, hints) => {
    const problem = syncProblem(words, object, 'team')
    expect(problem.sentence).toBe(sentence)
    for (const hint of hints) expect(problem.hint).toContain(hint)
    expect(problem.toleranceMilliseconds).toBe(3_000)
  })

  test.each([
    [
      'a name that does not resolve',
      'dial tcp: lookup secretsmanager.eu-west-9.amazonaws.com: no such host',
      /cannot reach AWS/
    ],
    ['a connection that times out', 'dial tcp 10.0.0.1:443: i/o timeout', /cannot reach AWS/],
    ['a connection that is refused', 'dial tcp 10.0.0.1:443: connect: connection refused', /cannot reach AWS/],
    ['AWS that fails', 'https response error StatusCode: 503, RequestID: 1, ServiceUnavailable', /cannot reach AWS/],
    [
      'AWS that limits',
      'exceeded maximum number of attempts, 3, ThrottlingException: Rate exceeded',
      /AWS throttles the operator/
    ],
    [
      'a store that is not ready',
      'ClusterSecretStore "aws-secrets-manager" is not ready',
      /aws-secrets-manager is not ready$/
    ]
  ])('%s is tolerated for longer, because it may heal', (_, reason, sentence) => {
    const problem = syncProblem(`${data}${reason}`, object, 'team')
    expect(problem.sentence).toMatch(sentence)
    expect(problem.toleranceMilliseconds).toBe(10_000)
  })

  test('is replaced by the reason of a store that is not ready, if that can be read', () => {
    const words = `${data}SecretStore "aws" is not ready`
    const why = 'unable to create session: could not fetch SecretAccessKey secret: secrets "aws" not found'
    expect(syncProblem(words, object, 'team', why)).toMatchObject({
      sentence: `SecretStore/aws is not ready: ${why}`,
      hint: expect.stringContaining('`kubectl -n team describe secretstore aws`')
    })
  })

  test('is completed with the name of the AWS secret from the spec', () => {
    const spec = { data: [], dataFrom: [{ extract: { key: 'other' } }, { extract: { key: 'hospital-erp/redis' } }] }
    const words = 'error processing spec.dataFrom[1].extract, err: Secret does not exist'
    expect(syncProblem(words, externalSecret({ spec }), 'team').sentence).toMatch(/no secret hospital-erp\/redis in/)
  })

  test('suggests a command with the name of the ExternalSecret', () => {
    const named = { ...object, metadata: { ...object.metadata, name: 'clinic-cache' } }
    expect(syncProblem(`${data}something new`, named, 'team').hint).toContain(
      '`kubectl -n team describe externalsecret clinic-cache`'
    )
  })

  test('is recognised in events that were combined into one', () => {
    const words = `(combined from similar events): ${data}Secret does not exist`
    expect(syncProblem(words, object, 'team')).toEqual(syncProblem(`${data}Secret does not exist`, object, 'team'))
  })
})

describe('untrusted text of the operator', () => {
  test('never brings shell syntax into a command', () => {
    const words = 'error processing spec.data[0] (key: $(id)`id`;x), err: Secret does not exist'
    expect(syncProblem(words, object, 'team').hint).toContain('`aws secretsmanager describe-secret --secret-id NAME`')
  })

  test('becomes one harmless line, cut where it is unreadable', () => {
    fc.assert(
      fc.property(fc.string(), fc.anything(), (words, other) => {
        for (const text of [words, `${data}${words}\n::error::${String(JSON.stringify(other))}`, 'x '.repeat(2_000)]) {
          const { sentence } = syncProblem(text, object, 'team', text)
          expect(sentence).not.toMatch(/\n|^::/)
          expect(sentence.length).toBeLessThan(1_000)
        }
      })
    )
  })
})
