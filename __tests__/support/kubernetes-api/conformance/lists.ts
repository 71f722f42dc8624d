import { expect, test } from '@jest/globals'
import { at, type JsonObject, listAt } from '../json.ts'
import { type ApplyClient, statefulSet } from './apply-client.ts'

/** The content of a list. */
export function listCases(client: () => ApplyClient): void {
  test('lists select by labels and fields', async () => {
    await client().apply({ ...statefulSet('listed'), metadata: { name: 'listed', labels: { a: 'b', c: 'd' } } })
    const path = client().collectionOf('apps/v1', 'StatefulSet')
    const list = async (query: Record<string, string>): Promise<JsonObject> =>
      (await client().connection.send({ path, query })).body
    const found = await list({ labelSelector: 'a=b,c=d' })
    expect(found).toMatchObject({
      kind: 'StatefulSetList',
      apiVersion: 'apps/v1',
      items: [{ metadata: { name: 'listed' } }]
    })
    expect(at(found, 'items', 0, 'kind')).toBeUndefined()
    expect(listAt(await list({ labelSelector: 'a=b,c=x' }), 'items')).toEqual([])
    expect(listAt(await list({ fieldSelector: 'metadata.name=listed' }), 'items')).toHaveLength(1)
    expect(await list({ fieldSelector: 'foo=bar' })).toMatchObject({ code: 400, reason: 'BadRequest' })
  })
}
