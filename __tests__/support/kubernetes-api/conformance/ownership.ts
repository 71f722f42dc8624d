import { expect, test } from '@jest/globals'
import { at, isObject, type Json, listAt } from '../json.ts'
import { type ApplyClient, CLAIM, configMap, ownedBy, service, statefulSet } from './apply-client.ts'
import { conflict } from './expected-status.ts'

/**
 * Who owns which fields, what happens if two managers want the same one, and what is removed when no manager wants it.
 */
export function ownershipCases(client: () => ApplyClient): void {
  test('a field changed by hand is a conflict', async () => {
    const manifest = statefulSet('by-hand', { revisionHistoryLimit: 5 })
    await client().apply(manifest)
    await client().mergePatch(manifest, { spec: { revisionHistoryLimit: 7 } })
    const { code, body } = await client().apply(manifest)
    expect(code).toBe(409)
    const message = 'Apply failed with 1 conflict: conflict with "kubectl" using apps/v1: .spec.revisionHistoryLimit'
    expect(body).toEqual(conflict(message, ['"kubectl" using apps/v1', '.spec.revisionHistoryLimit']))
  })

  test('several conflicts are listed by manager, and below it shallow fields first', async () => {
    const manifest = statefulSet('several', {}, { env: [{ name: 'A', value: '1' }] })
    await client().apply(manifest)
    await client().mergePatch(manifest, { metadata: { labels: { x: 'y' } } }, 'another')
    const containers = [
      { name: 'redis', image: 'docker.io/library/redis:7.2.16-alpine', env: [{ name: 'A', value: '2' }] }
    ]
    await client().mergePatch(manifest, { spec: { revisionHistoryLimit: 7, template: { spec: { containers } } } })
    const wanted = statefulSet('several', { revisionHistoryLimit: 5 }, { env: [{ name: 'A', value: '1' }] })
    const { body } = await client().apply({ ...wanted, metadata: { name: 'several', labels: { x: 'z' } } })
    const env = '.spec.template.spec.containers[name="redis"].env[name="A"].value'
    const message =
      'Apply failed with 3 conflicts: conflicts with "another" using apps/v1:\n- .metadata.labels.x\n' +
      `conflicts with "kubectl" using apps/v1:\n- .spec.revisionHistoryLimit\n- ${env}`
    const kubectl = '"kubectl" using apps/v1'
    const another = '"another" using apps/v1'
    expect(body['message']).toBe(message)
    // The order of managers is only significant in the message: the causes have no order.
    const causes = [
      { reason: 'FieldManagerConflict', message: `conflict with ${another}`, field: '.metadata.labels.x' },
      { reason: 'FieldManagerConflict', message: `conflict with ${kubectl}`, field: '.spec.revisionHistoryLimit' },
      { reason: 'FieldManagerConflict', message: `conflict with ${kubectl}`, field: env }
    ]
    expect(listAt(body, 'details', 'causes')).toHaveLength(causes.length)
    expect(listAt(body, 'details', 'causes')).toEqual(expect.arrayContaining(causes))
  })

  test('another applier is named without a version', async () => {
    await client().apply(configMap('two-appliers', { a: '1', b: '2' }))
    const { body } = await client().apply(configMap('two-appliers', { a: '8', b: '9' }), 'second')
    const message = 'Apply failed with 2 conflicts: conflicts with "first":\n- .data.a\n- .data.b'
    expect(body).toEqual(conflict(message, ['"first"', '.data.a'], ['"first"', '.data.b']))
  })

  test('force takes the field and its ownership', async () => {
    const manifest = configMap('forced', { a: '1' })
    await client().apply(manifest)
    await client().mergePatch(manifest, { data: { a: '2', b: '3' } })
    const { code, body } = await client().apply(manifest, 'first', { force: 'true' })
    expect(code).toBe(200)
    expect(body['data']).toEqual({ a: '1', b: '3' })
    expect(ownedBy(body, 'first')).toEqual({ 'f:data': { 'f:a': {} } })
    expect(ownedBy(body, 'kubectl')).toEqual({ 'f:data': { 'f:b': {} } })
  })

  test('equal values are shared, and go with their last owner', async () => {
    await client().apply(configMap('shared', { a: '1', b: '2' }))
    const second = await client().apply(configMap('shared', { a: '1' }), 'second')
    expect(second.code).toBe(200)
    expect(ownedBy(second.body, 'first')).toEqual({ 'f:data': { 'f:a': {}, 'f:b': {} } })
    expect(ownedBy(second.body, 'second')).toEqual({ 'f:data': { 'f:a': {} } })
    const kept = await client().apply(configMap('shared', { b: '2' }))
    expect(kept.body['data']).toEqual({ a: '1', b: '2' })
    const gone = await client().apply(configMap('shared', {}), 'second')
    expect(gone.body['data']).toEqual({ b: '2' })
  })

  test('what its sole owner stops applying is removed, and a default comes back', async () => {
    const env = [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' }
    ]
    await client().apply(statefulSet('removed', { revisionHistoryLimit: 5 }, { env }))
    const { body } = await client().apply(statefulSet('removed', {}, { env: env.slice(1) }))
    expect(at(body, 'spec', 'revisionHistoryLimit')).toBe(10)
    expect(at(body, 'spec', 'template', 'spec', 'containers', 0, 'env')).toEqual([{ name: 'B', value: '2' }])
    await client().apply(configMap('emptied', { a: '1' }, { labels: { a: 'b' }, finalizers: ['example.com/test'] }))
    const emptied = await client().apply(configMap('emptied', {}))
    expect(emptied.body['data']).toBeUndefined()
    expect(at(emptied.body, 'metadata', 'labels')).toBeUndefined()
    expect(at(emptied.body, 'metadata', 'finalizers')).toBeUndefined()
  })

  test('set items are owned one by one', async () => {
    const { body } = await client().apply(configMap('set', { a: '1' }, { finalizers: ['example.com/test'] }))
    // Immediately, not after the assertion: a remaining finalizer would block the deletion of the namespace.
    await client().apply(configMap('set', { a: '1' }))
    const owned = { 'f:finalizers': { 'v:"example.com/test"': {} } }
    expect(ownedBy(body, 'first')).toEqual({ 'f:data': { 'f:a': {} }, 'f:metadata': owned })
  })

  test('list items with keys merge, and a conflict names the keys', async () => {
    await client().apply(service('ports', { selector: { a: 'b' }, ports: [{ name: 'x', port: 1 }] }))
    const other = service('ports', {
      selector: { a: 'c' },
      ports: [
        { name: 'y', port: 1 },
        { name: 'z', port: 2 }
      ]
    })
    const { body } = await client().apply(other, 'second')
    const port = '.spec.ports[port=1,protocol="TCP"].name'
    const message = `Apply failed with 2 conflicts: conflicts with "first":\n- .spec.selector\n- ${port}`
    expect(body).toEqual(conflict(message, ['"first"', '.spec.selector'], ['"first"', port]))
    const more = await client().apply(service('ports', { ports: [{ name: 'z', port: 2 }] }), 'second')
    expect(at(more.body, 'spec', 'ports')).toMatchObject([
      { name: 'x', port: 1 },
      { name: 'z', port: 2 }
    ])
  })

  test('a list without keys is one value', async () => {
    const manifest = statefulSet('atomic', {}, { args: ['a', 'b'] })
    await client().apply(manifest)
    const { body } = await client().apply(statefulSet('atomic', {}, { args: ['a', 'c'] }), 'second')
    const field = '.spec.template.spec.containers[name="redis"].args'
    expect(body).toEqual(conflict(`Apply failed with 1 conflict: conflict with "first": ${field}`, ['"first"', field]))
  })

  test('claim templates conflict between appliers even where both want the same', async () => {
    const manifest = statefulSet('claims', { volumeClaimTemplates: [CLAIM] })
    await client().apply(manifest)
    const { body } = await client().apply(manifest, 'second')
    const field = '.spec.volumeClaimTemplates'
    expect(body).toEqual(conflict(`Apply failed with 1 conflict: conflict with "first": ${field}`, ['"first"', field]))
  })

  test('a change by hand owns what it added', async () => {
    const manifest = statefulSet('added')
    await client().apply(manifest)
    const { body } = await client().mergePatch(manifest, {
      metadata: { annotations: { a: 'b' } },
      spec: { replicas: 0, minReadySeconds: 1 }
    })
    expect(ownedBy(body, 'kubectl')).toEqual({
      'f:metadata': { 'f:annotations': { '.': {}, 'f:a': {} } },
      'f:spec': { 'f:minReadySeconds': {} }
    })
  })

  test('a JSON patch hands fields over, unless the object was written since', async () => {
    const manifest = configMap('handed-over', { a: '1', b: '2' })
    const { body: before } = await client().apply(manifest, 'old')
    const { body: stale } = await client().mergePatch(manifest, { metadata: { labels: { c: 'd' } } })
    const handOver = (version: unknown) => {
      const managedFields = listAt(before, 'metadata', 'managedFields').map((entry) => ({
        ...(isObject(entry) && entry),
        manager: 'first'
      }))
      const replace = (path: string, value: Json) => ({ op: 'replace', path: `/metadata/${path}`, value })
      return client().connection.send({
        method: 'PATCH',
        path: client().pathOf(manifest),
        query: { fieldManager: 'first' },
        contentType: 'application/json-patch+json',
        body: [replace('managedFields', managedFields), replace('resourceVersion', String(version))]
      })
    }
    const refused = await handOver(at(before, 'metadata', 'resourceVersion'))
    expect(refused).toMatchObject({ code: 409, body: { reason: 'Conflict' } })
    const { code, body } = await handOver(at(stale, 'metadata', 'resourceVersion'))
    expect(code).toBe(200)
    expect(listAt(body, 'metadata', 'managedFields')).toHaveLength(1)
    expect(ownedBy(body, 'first')).toEqual({ 'f:data': { 'f:a': {}, 'f:b': {} } })
    const reduced = await client().apply(configMap('handed-over', { a: '1' }))
    expect(reduced.body).toMatchObject({ data: { a: '1' }, metadata: { labels: { c: 'd' } } })
  })

  test('a create owns defaults, but not what is allocated', async () => {
    const { body } = await client().connection.send({
      method: 'POST',
      path: client().collectionOf('v1', 'Service'),
      query: { fieldManager: 'creator' },
      body: service('allocated', { selector: { a: 'b' }, ports: [{ port: 1 }] })
    })
    expect(Object.keys(at(ownedBy(body, 'creator'), 'f:spec') ?? {}).sort()).toEqual([
      'f:internalTrafficPolicy',
      'f:ports',
      'f:selector',
      'f:sessionAffinity',
      'f:type'
    ])
  })

  test('what nobody owns belongs to before-first-apply', async () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'unowned' } }
    const { body } = await client().apply(secret)
    expect(at(body, 'metadata', 'managedFields')).toBeUndefined()
    const refused = await client().apply({ ...secret, type: 'example.com/other' })
    const owner = '"before-first-apply" using v1'
    expect(refused.body).toEqual(
      conflict(`Apply failed with 1 conflict: conflict with ${owner}: .type`, [owner, '.type'])
    )
    const second = await client().apply({ ...secret, data: { a: 'YQ==' } })
    expect(ownedBy(second.body, 'before-first-apply')).toEqual({ 'f:type': {} })
  })
}
