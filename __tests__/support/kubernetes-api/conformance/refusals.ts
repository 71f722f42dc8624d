import { expect, test } from '@jest/globals'
import { at, type JsonObject } from '../json.ts'
import { type ApplyClient, configMap, statefulSet } from './apply-client.ts'
import { failure } from './expected-status.ts'

/** Requests that every API server refuses, with its messages. */
export function refusalCases(client: () => ApplyClient): void {
  test('a namespace that is not there', async () => {
    const { code, body } = await client().connection.send({
      method: 'PATCH',
      path: '/api/v1/namespaces/no-such-namespace/configmaps/a',
      query: { fieldManager: 'first' },
      contentType: 'application/apply-patch+yaml',
      body: configMap('a', {})
    })
    expect(code).toBe(404)
    const details = { name: 'no-such-namespace', kind: 'namespaces' }
    expect(body).toEqual(failure(404, 'NotFound', 'namespaces "no-such-namespace" not found', details))
  })

  test('an object that is not there', async () => {
    const details = { name: 'none', kind: 'configmaps' }
    const expected = failure(404, 'NotFound', 'configmaps "none" not found', details)
    expect(await client().get(configMap('none', {}))).toEqual(expected)
    expect((await client().remove(configMap('none', {}))).body).toEqual(expected)
    expect((await client().mergePatch(configMap('none', {}), { data: {} })).body).toEqual(expected)
    const set = failure(404, 'NotFound', 'statefulsets.apps "none" not found', {
      name: 'none',
      group: 'apps',
      kind: 'statefulsets'
    })
    expect(await client().get(statefulSet('none'))).toEqual(set)
  })

  test('a create of what is there', async () => {
    const manifest = configMap('twice', {})
    const path = client().collectionOf('v1', 'ConfigMap')
    expect((await client().connection.send({ method: 'POST', path, body: manifest })).code).toBe(201)
    const { body } = await client().connection.send({ method: 'POST', path, body: manifest })
    const details = { name: 'twice', kind: 'configmaps' }
    expect(body).toEqual(failure(409, 'AlreadyExists', 'configmaps "twice" already exists', details))
  })

  test('an apply without a manager', async () => {
    const { code, body } = await client().apply(configMap('unmanaged', {}), '')
    expect(code).toBe(422)
    expect(body).toMatchObject({
      message: 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      reason: 'Invalid',
      details: { group: 'meta.k8s.io', kind: 'PatchOptions' }
    })
  })

  test.each(['dryRun', 'fieldValidation'])('an unknown value of %s', async (option) => {
    const { code, body } = await client().apply(configMap('options', {}), 'first', { [option]: 'x' })
    expect(code).toBe(422)
    const [message] =
      {
        dryRun: ['dryRun: Unsupported value: ["x"]: supported values: "All"'],
        fieldValidation: ['fieldValidation: Unsupported value: "x": supported values: "", "Ignore", "Strict", "Warn"']
      }[option] ?? []
    expect(body['message']).toBe(`PatchOptions.meta.k8s.io "" is invalid: ${message}`)
  })

  test('a body that belongs elsewhere', async () => {
    const send = (body: JsonObject): ReturnType<ApplyClient['connection']['send']> =>
      client().connection.send({
        method: 'PATCH',
        path: client().pathOf(configMap('here', {})),
        query: { fieldManager: 'first' },
        contentType: 'application/apply-patch+yaml',
        body
      })
    const name = 'the name of the object (there) does not match the name on the URL (here)'
    expect((await send(configMap('there', {}))).body).toEqual(failure(400, 'BadRequest', name))
    const namespace = 'the namespace of the provided object does not match the namespace sent on the request'
    expect((await send(configMap('here', {}, { namespace: 'other' }))).body['message']).toBe(namespace)
    const kind = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'here' } }
    expect((await send(kind)).body['message']).toBe('invalid object type: /v1, Kind=Secret')
  })

  test('an old resourceVersion', async () => {
    await client().apply(configMap('stale', { a: '1' }))
    const { body } = await client().mergePatch(configMap('stale', {}), { metadata: { resourceVersion: '1' } })
    const message =
      'Operation cannot be fulfilled on configmaps "stale": the object has been modified; ' +
      'please apply your changes to the latest version and try again'
    expect(body).toEqual(failure(409, 'Conflict', message, { name: 'stale', kind: 'configmaps' }))
  })

  test('paths, methods and media types that are not served', async () => {
    const { send } = client().connection
    const missing = 'the server could not find the requested resource'
    expect((await send({ path: '/api/v1/nopes' })).body).toEqual(failure(404, 'NotFound', missing, {}))
    expect(await send({ path: '/apis/nope.io/v1' })).toEqual({ code: 404, body: { text: '404 page not found\n' } })
    const path = client().pathOf(configMap('media', {}))
    const media = await send({ method: 'PATCH', path, contentType: 'application/x-other', body: {} })
    expect(media.body).toEqual(failure(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {}))
    const put = await send({ method: 'PUT', path: client().collectionOf('v1', 'Pod'), body: {} })
    expect(put.code).toBe(405)
  })

  test('a deletion answers with a Status', async () => {
    const manifest = statefulSet('deleted')
    const { body: created } = await client().apply(manifest)
    const { code, body } = await client().remove(manifest)
    expect(code).toBe(200)
    const details = { name: 'deleted', group: 'apps', kind: 'statefulsets', uid: at(created, 'metadata', 'uid') }
    expect(body).toEqual({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details })
  })
}
