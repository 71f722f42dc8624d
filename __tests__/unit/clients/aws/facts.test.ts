import { describe, expect, test } from '@jest/globals'
import { factsOf } from '../../../../src/clients/aws/facts.ts'

describe('the facts of a replication group', () => {
  test('assumes nothing where AWS returns an empty group', () => {
    expect(factsOf({}, 'sessions', 'eu-central-1')).toEqual({
      id: 'sessions',
      region: 'eu-central-1',
      status: 'unknown',
      multiAz: 'unknown',
      automaticFailover: 'unknown',
      encryptedAtRest: false,
      tls: 'off',
      authToken: false,
      userGroups: [],
      backupDays: 0,
      configuration: undefined,
      nodeGroups: [],
      secondaryOf: undefined
    })
  })

  test('takes the ID from AWS, which stores it in lower case', () => {
    expect(factsOf({ ReplicationGroupId: 'sessions' }, 'Sessions', 'eu-central-1').id).toBe('sessions')
  })

  test.each([
    [undefined, undefined, 'off'],
    [false, 'required' as const, 'off'],
    [true, undefined, 'required'],
    [true, 'required' as const, 'required'],
    [true, 'preferred' as const, 'preferred']
  ])('maps TransitEncryptionEnabled %s and mode %s', (TransitEncryptionEnabled, TransitEncryptionMode, tls) => {
    expect(factsOf({ TransitEncryptionEnabled, TransitEncryptionMode }, 'sessions', 'eu-central-1').tls).toBe(tls)
  })

  test.each([
    ['SECONDARY', 'ldgnf-sessions', 'ldgnf-sessions'],
    ['secondary', undefined, 'unknown'],
    ['PRIMARY', 'ldgnf-sessions', undefined],
    [undefined, undefined, undefined]
  ])(
    'reads the role %s in the Global Datastore %s',
    (GlobalReplicationGroupMemberRole, GlobalReplicationGroupId, secondaryOf) => {
      const GlobalReplicationGroupInfo = { GlobalReplicationGroupId, GlobalReplicationGroupMemberRole }
      expect(factsOf({ GlobalReplicationGroupInfo }, 'sessions', 'eu-central-1').secondaryOf).toBe(secondaryOf)
    }
  )

  test('ignores an endpoint without a port', () => {
    const { configuration } = factsOf({ ConfigurationEndpoint: { Address: 'host' } }, 'sessions', 'eu-central-1')
    expect(configuration).toBeUndefined()
  })
})
