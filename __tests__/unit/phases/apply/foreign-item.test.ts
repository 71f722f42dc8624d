import { describe, expect, test } from '@jest/globals'
import { ApiError } from '../../../../src/clients/kubernetes/errors.ts'
import { Failure } from '../../../../src/core/failure.ts'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { foreignItemFailure } from '../../../../src/phases/apply/foreign-item.ts'
import { changed, renderedObject } from '../../core/drift/objects.ts'
import { ownedBy } from '../../core/drift/owners.ts'

const service = renderedObject('Service')
const ports = ['spec', 'ports']
const own = { name: 'redis', port: 6379, targetPort: 'redis' }
const moved = { name: 'redis', port: 6380, protocol: 'TCP', targetPort: 'redis' }
const duplicate = { reason: 'FieldValueDuplicate', message: 'Duplicate value: "redis"', field: 'spec.ports[1].name' }
const required = { reason: 'FieldValueRequired', message: 'Required value', field: 'spec.ports[0].name' }

const withPorts = (...items: object[]) => changed(service, ports, items)
const edited = (...items: object[]) =>
  ownedBy(withPorts(...items), { manager: 'kubectl-patch' }, [...ports, { port: 6380, protocol: 'TCP' }, 'name'])

function explained(stored: KubernetesObject, cause: object, rendered = withPorts(own)): Failure {
  const said = new ApiError(422, { message: 'Service "redis" is invalid', details: { causes: [cause] } })
  const failure = new Failure('invalid-manifest', 'cannot apply Service/redis', 'correct the named field', [], said)
  return foreignItemFailure(failure, stored, rendered, 'team')
}

describe('an item of another manager that makes the rendered object invalid', () => {
  test('is named with its manager, and replaced where it is the only one', () => {
    expect(explained(edited(moved), duplicate)).toMatchObject({
      code: 'field-conflict',
      message:
        'cannot apply Service/redis in namespace team: another client added what is not rendered, and together with ' +
        'that the rendered object is invalid: .spec.ports[port=6380,protocol="TCP"] is present but is not rendered ' +
        '(written by kubectl-patch at 2026-11-23T02:10:00Z)',
      hint:
        `remove it: \`kubectl -n team patch service redis --type=json -p '[{"op":"test","path":"/spec/ports","value":` +
        `${JSON.stringify([moved])}},{"op":"replace","path":"/spec/ports","value":${JSON.stringify([own])}}]'\`; ` +
        'and stop what added it',
      evidence: [{ title: 'What the API server says', text: 'cannot apply Service/redis' }]
    })
  })

  test('is removed from a list that has others', () => {
    const other = { name: 'metrics', port: 9121, protocol: 'TCP' }
    const { code, hint } = explained(edited(other, moved), duplicate, withPorts(own, other))
    expect(code).toBe('field-conflict')
    expect(hint).toContain('{"op":"remove","path":"/spec/ports/1"}')
  })

  test('is named where it makes a name necessary that the rendered item lacks', () => {
    const bare = { port: 6379, targetPort: 6379 }
    expect(explained(edited(moved), required, withPorts(bare)).code).toBe('field-conflict')
  })
})

describe('a refusal stays as it is', () => {
  test.each<[string, KubernetesObject, object]>([
    ['where nobody else added an item', withPorts(own), duplicate],
    ['where the item has no other manager', withPorts(moved), duplicate],
    ['where the server complains of another list', edited(moved), { ...duplicate, field: 'spec.externalIPs[1].name' }],
    ['where the server complains of a field', edited(moved), { ...duplicate, field: 'spec.type' }],
    ['where the item has another value', edited({ ...moved, name: 'other' }), duplicate],
    ['where the server complains of a value', edited(moved), { ...duplicate, reason: 'FieldValueInvalid' }]
  ])('%s', (_, stored, cause) => {
    expect(explained(stored, cause).code).toBe('invalid-manifest')
  })

  test('where it has no cause of the server', () => {
    const failure = new Failure('invalid-manifest', 'cannot apply Service/redis', 'correct the named field')
    expect(foreignItemFailure(failure, edited(moved), service, 'team')).toBe(failure)
  })
})
