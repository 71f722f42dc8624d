import { describe, expect, test } from '@jest/globals'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { externalOwner } from '../../../../src/phases/apply/owner.ts'

const secret = (metadata: object): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'redis-credentials', ...metadata }
})
const owner = { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name: 'cache' }
const entry = (manager: string, ...keys: string[]) => ({
  manager,
  operation: 'Update',
  fieldsV1: { 'f:data': Object.fromEntries(keys.map((key) => [`f:${key}`, {}])) }
})
const operator = 'externalsecrets.external-secrets.io/cache'
const labels = { 'reconcile.external-secrets.io/managed': 'true' }

describe('the owner of a Secret', () => {
  test.each<[string, object, string]>([
    ['the ExternalSecret that is its owner', { ownerReferences: [owner] }, 'ExternalSecret/cache'],
    [
      'the owner in an older version of the API',
      { ownerReferences: [{ ...owner, apiVersion: 'external-secrets.io/v1beta1' }] },
      'ExternalSecret/cache'
    ],
    [
      'the ExternalSecret that writes its password',
      { managedFields: [entry(operator, 'password')] },
      'ExternalSecret/cache'
    ],
    [
      'the operator, if that writes without a name',
      { managedFields: [entry('external-secrets', 'url')] },
      'the External Secrets Operator'
    ],
    ['the operator, if only the label reveals it', { labels }, 'the External Secrets Operator'],
    [
      'an ExternalSecret whose name is harmless in a log',
      { ownerReferences: [{ ...owner, name: 'x\n::error::y' }] },
      expect.not.stringContaining('\n') as unknown as string
    ]
  ])('is %s', (_, metadata, expected) => {
    expect(externalOwner(secret(metadata))).toEqual(expected)
  })

  test.each<[string, object]>([
    ['if it is just there', {}],
    ['if another kind owns it', { ownerReferences: [{ ...owner, apiVersion: 'example.com/v1' }] }],
    ['if the operator only adds another key', { labels, managedFields: [entry(operator, 'licence')] }],
    ['if its password was written by others', { labels, managedFields: [entry('redis-cache-action', 'password')] }]
  ])('is nobody %s', (_, metadata) => {
    expect(externalOwner(secret(metadata))).toBeUndefined()
  })
})
