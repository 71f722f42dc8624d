import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { at, type Json, type JsonObject, listAt, objectAt, textAt } from '../json.ts'
import type { ApplyClient, Manifest } from './apply-client.ts'
import type { Provider } from './connection.ts'

/** A real operator talks to a provider, and waits between two attempts. */
const LIMIT_MS = 60_000

/** The effects of the External Secrets Operator on an ExternalSecret. */
export function externalSecretCases(client: () => ApplyClient): void {
  const provider = (): Provider => {
    const { provider } = client().connection
    if (provider === undefined) throw new Error('there is no provider of secrets')
    return provider
  }

  /** An ExternalSecret that writes one key into a Secret of its name. */
  function externalSecret(name: string, property: string, spec: JsonObject = {}, target: JsonObject = {}): Manifest {
    return {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { name },
      spec: {
        refreshInterval: '1h0m0s',
        secretStoreRef: provider().store,
        target: { name, ...target },
        data: [{ secretKey: 'key', remoteRef: { key: remote(name), property } }],
        ...spec
      }
    }
  }

  function remote(name: string): string {
    return `${client().connection.namespace}/${name}`
  }

  async function until(manifest: Manifest, condition: (object: JsonObject) => boolean): Promise<JsonObject> {
    const deadline = Date.now() + LIMIT_MS
    for (;;) {
      const object = await client().get(manifest)
      if (condition(object)) return object
      if (Date.now() > deadline) throw new Error(`never came: ${JSON.stringify(object['status'])}`)
      await sleep(25)
    }
  }

  const isReady = (object: JsonObject): boolean => textAt(object, 'status', 'conditions', 0, 'status') === 'True'
  const versionOf = (object: JsonObject): Json | undefined => at(object, 'status', 'syncedResourceVersion')

  /** Applied, and synced with this value. */
  async function established(manifest: Manifest, value: string): Promise<JsonObject> {
    await provider().hold(remote(manifest.metadata.name), { property: value })
    await client().apply(manifest)
    return until(manifest, isReady)
  }

  async function told(manifest: Manifest): Promise<JsonObject> {
    const annotations = { 'force-sync': new Date().toISOString() }
    return (await client().mergePatch(manifest, { metadata: { annotations } }, 'first')).body
  }

  async function keyOf(name: string): Promise<string> {
    const secret = await client().get({ apiVersion: 'v1', kind: 'Secret', metadata: { name } })
    return Buffer.from(textAt(secret, 'data', 'key'), 'base64').toString()
  }

  async function failuresOf(name: string): Promise<JsonObject[]> {
    const path = client().collectionOf('v1', 'Event')
    const { body } = await client().connection.send({ path, query: { fieldSelector: `involvedObject.name=${name}` } })
    return listAt(body, 'items')
      .map((event) => objectAt(event))
      .filter((event) => event['reason'] === 'UpdateFailed')
  }

  test(
    'the first sync: status and Secret',
    async () => {
      const object = await established(externalSecret('synced', 'property'), 'one')
      expect(object['status']).toEqual({
        binding: { name: 'synced' },
        conditions: [
          {
            type: 'Ready',
            status: 'True',
            reason: 'SecretSynced',
            message: 'secret synced',
            lastTransitionTime: expect.stringMatching(/Z$/)
          }
        ],
        refreshTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        syncedResourceVersion: expect.stringMatching(
          new RegExp(`^${at(object, 'metadata', 'generation')}-[0-9a-f]{56}$`)
        )
      })
      expect(object['spec']).toMatchObject({
        target: { creationPolicy: 'Owner', deletionPolicy: 'Retain' },
        data: [{ remoteRef: { conversionStrategy: 'Default', decodingStrategy: 'None', metadataPolicy: 'None' } }]
      })
      const secret = await client().get({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'synced' } })
      expect(secret['metadata']).toMatchObject({
        labels: { 'reconcile.external-secrets.io/managed': 'true' },
        ownerReferences: [{ kind: 'ExternalSecret', name: 'synced', uid: at(object, 'metadata', 'uid') }]
      })
      expect(await keyOf('synced')).toBe('one')
    },
    LIMIT_MS
  )

  test(
    'an annotation makes it sync again, which only the version shows',
    async () => {
      const manifest = externalSecret('forced', 'property')
      const before = await established(manifest, 'one')
      await provider().hold(remote('forced'), { property: 'two' })
      const patched = await told(manifest)
      expect(at(patched, 'metadata', 'generation')).toBe(at(before, 'metadata', 'generation'))
      const after = await until(manifest, (object) => versionOf(object) !== versionOf(before))
      expect(at(after, 'status', 'conditions')).toEqual(at(before, 'status', 'conditions'))
      expect(await keyOf('forced')).toBe('two')
    },
    LIMIT_MS
  )

  test(
    'a failure: the condition says always the same, the event says why, and what was synced stays',
    async () => {
      const manifest = externalSecret('failing', 'property')
      const before = await established(manifest, 'one')
      await client().apply(externalSecret('failing', 'absent'))
      const after = await until(manifest, (object) => !isReady(object))
      expect(at(after, 'status', 'conditions')).toMatchObject([
        { status: 'False', reason: 'SecretSyncedError', message: 'could not get secret data from provider' }
      ])
      expect(versionOf(after)).toBe(versionOf(before))
      expect(at(after, 'status', 'refreshTime')).toBe(at(before, 'status', 'refreshTime'))
      expect(await keyOf('failing')).toBe('one')
      while ((await failuresOf('failing')).length === 0) await sleep(25)
      const [event] = await failuresOf('failing')
      const reason = `key absent does not exist in secret ${remote('failing')}`
      expect(event).toMatchObject({
        type: 'Warning',
        message: `error processing spec.data[0] (key: ${remote('failing')}), err: ${reason}`,
        involvedObject: { kind: 'ExternalSecret', name: 'failing', uid: at(before, 'metadata', 'uid') }
      })
      // The same failure is counted in the existing event.
      while (Number((await failuresOf('failing'))[0]?.['count']) < 2) await sleep(25)
      expect((await client().get(manifest))['status']).toEqual(after['status'])
    },
    LIMIT_MS
  )

  test.each([
    ['once', { refreshPolicy: 'CreatedOnce' }, {}],
    ['zero', { refreshInterval: '0s' }, {}]
  ])(
    'what is told to sync only once keeps its version: %s',
    async (name, spec, target) => {
      const manifest = externalSecret(name, 'property', spec, target)
      const before = await established(manifest, 'one')
      await provider().hold(remote(name), { property: 'two' })
      await told(manifest)
      await sleep(1_000)
      expect((await client().get(manifest))['status']).toEqual(before['status'])
      expect(await keyOf(name)).toBe('one')
    },
    LIMIT_MS
  )

  test(
    'an immutable Secret keeps its value, and the sync is called done',
    async () => {
      const manifest = externalSecret('immutable', 'property', {}, { immutable: true })
      const before = await established(manifest, 'one')
      await provider().hold(remote('immutable'), { property: 'two' })
      await told(manifest)
      const after = await until(manifest, (object) => versionOf(object) !== versionOf(before))
      expect(at(after, 'status', 'conditions', 0)).toMatchObject({ status: 'True', message: 'secret synced' })
      expect(await keyOf('immutable')).toBe('one')
    },
    LIMIT_MS
  )

  test(
    'creationPolicy: None is called done without a Secret, Merge is missing one',
    async () => {
      const none = await established(externalSecret('none', 'property', {}, { creationPolicy: 'None' }), 'one')
      expect(at(none, 'status', 'conditions', 0)).toMatchObject({ reason: 'SecretSynced', message: 'secret synced' })
      expect(await client().get({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'none' } })).toMatchObject({
        code: 404
      })
      const merge = await established(externalSecret('merge', 'property', {}, { creationPolicy: 'Merge' }), 'one')
      expect(at(merge, 'status', 'conditions', 0)).toMatchObject({
        reason: 'SecretMissing',
        message: 'secret will not be created due to CreationPolicy=Merge'
      })
    },
    LIMIT_MS
  )

  test(
    'a Secret that was there is taken over, and loses its other keys',
    async () => {
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'taken' } }
      await client().apply({ ...secret, stringData: { key: 'old', other: 'old' } }, 'before')
      await established(externalSecret('taken', 'property'), 'one')
      const { data } = await client().get(secret)
      expect(data).toEqual({ key: Buffer.from('one').toString('base64') })
    },
    LIMIT_MS
  )

  test(
    'an interval that is not as Go writes it becomes the operator’s: the next apply is in conflict',
    async () => {
      const manifest = externalSecret('interval', 'property', { refreshInterval: '1h' })
      const object = await established(manifest, 'one')
      expect(at(object, 'spec', 'refreshInterval')).toBe('1h0m0s')
      const { code, body } = await client().apply(manifest)
      expect(code).toBe(409)
      expect(body['message']).toMatch(/conflict with "external-secrets" .*: \.spec\.refreshInterval$/)
    },
    LIMIT_MS
  )
}
