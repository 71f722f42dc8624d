import { expect, test } from '@jest/globals'
import { type ApplyClient, CLAIM, configMap, service, statefulSet } from './apply-client.ts'
import { failure } from './expected-status.ts'

const FIXED_FIELDS =
  "Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', " +
  "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"

/** Objects that are refused for their content. */
export function invalidObjectCases(client: () => ApplyClient): void {
  test.each([
    ['serviceName', { serviceName: 'other' }],
    ['podManagementPolicy', { podManagementPolicy: 'Parallel' }],
    [
      'volumeClaimTemplates',
      {
        volumeClaimTemplates: [CLAIM]
      }
    ]
  ])('a change of %s of a StatefulSet', async (_field, change) => {
    await client().apply(statefulSet('fixed'))
    const { code, body } = await client().apply(statefulSet('fixed', change))
    expect(code).toBe(422)
    expect(body).toEqual(
      failure(422, 'Invalid', `StatefulSet.apps "fixed" is invalid: spec: ${FIXED_FIELDS}`, {
        name: 'fixed',
        group: 'apps',
        kind: 'StatefulSet',
        causes: [{ reason: 'FieldValueForbidden', message: FIXED_FIELDS, field: 'spec' }]
      })
    )
  })

  test('a template that its selector does not match', async () => {
    const { body } = await client().apply(statefulSet('unmatched', { selector: { matchLabels: { app: 'other' } } }))
    expect(body['message']).toBe(
      'StatefulSet.apps "unmatched" is invalid: spec.template.metadata.labels: Invalid value: {"app":"unmatched"}: ' +
        '`selector` does not match template `labels`'
    )
  })

  test('another cluster address, and another type of a Secret', async () => {
    const ports = [{ port: 1 }]
    await client().apply(service('address', { ports }))
    const { body } = await client().apply(service('address', { ports, clusterIP: 'None' }))
    expect(body['message']).toBe(
      'Service "address" is invalid: spec.clusterIPs[0]: Invalid value: ["None"]: may not change once set'
    )
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'typed' }, data: { a: 'YQ==' } }
    await client().apply(secret)
    const retyped = await client().apply({ ...secret, type: 'example.com/other' })
    expect(retyped.body['message']).toBe(
      'Secret "typed" is invalid: type: Invalid value: "example.com/other": field is immutable'
    )
  })

  test('a field that the schema lacks', async () => {
    const { code, body } = await client().apply({ ...configMap('unknown', {}), dada: {} })
    expect(code).toBe(500)
    expect(body).toEqual(
      failure(
        500,
        undefined,
        'failed to create typed patch object (/unknown; /v1, Kind=ConfigMap): .dada: field not declared in schema'
      )
    )
    const typo = await client().apply(statefulSet('typo', {}, { imagee: 'x' }))
    expect(typo.body['message']).toBe(
      'failed to create typed patch object (/typo; apps/v1, Kind=StatefulSet): ' +
        '.spec.template.spec.containers[name="redis"].imagee: field not declared in schema'
    )
  })
}
