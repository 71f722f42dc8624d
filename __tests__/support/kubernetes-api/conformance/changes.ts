import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { at, textAt } from '../json.ts'
import { type ApplyClient, configMap, ownedBy, statefulSet } from './apply-client.ts'
import { failure } from './expected-status.ts'

/** Changes other than applies: annotations and deletions. */
export function changeCases(client: () => ApplyClient): void {
  test('an annotation by a merge patch is no new generation, and belongs to its writer', async () => {
    const manifest = statefulSet('annotated')
    await client().apply(manifest)
    // Its controller writes the status once, which is a separate version.
    while (at(await client().get(manifest), 'status', 'observedGeneration') !== 1) await sleep(25)
    const { code, body } = await client().mergePatch(manifest, { metadata: { annotations: { a: 'b' } } }, 'second')
    expect(code).toBe(200)
    expect(body['metadata']).toMatchObject({ generation: 1, annotations: { a: 'b' } })
    expect(ownedBy(body, 'second')).toEqual({ 'f:metadata': { 'f:annotations': { '.': {}, 'f:a': {} } } })
    const { body: again } = await client().apply(manifest)
    expect(again['metadata']).toMatchObject({ annotations: { a: 'b' } })
    expect(at(again, 'metadata', 'resourceVersion')).toBe(at(body, 'metadata', 'resourceVersion'))
  })

  test('a deletion of this very object, and of no other', async () => {
    const manifest = configMap('deleted-by-uid', {})
    const { body: created } = await client().apply(manifest)
    const uid = textAt(created, 'metadata', 'uid')
    const remove = (wanted: string) =>
      client().connection.send({
        method: 'DELETE',
        path: client().pathOf(manifest),
        body: { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0, preconditions: { uid: wanted } }
      })
    const other = '00000000-0000-0000-0000-000000000000'
    const message =
      'Operation cannot be fulfilled on ConfigMap "deleted-by-uid": the UID in the precondition ' +
      `(${other}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`
    const details = { name: 'deleted-by-uid', kind: 'ConfigMap' }
    expect(await remove(other)).toEqual({ code: 409, body: failure(409, 'Conflict', message, details) })
    expect((await client().get(manifest))['data']).toBeUndefined()
    expect((await remove(uid)).code).toBe(200)
    expect(await client().get(manifest)).toMatchObject({ code: 404 })
    expect((await remove(uid)).code).toBe(404)
  })
}
