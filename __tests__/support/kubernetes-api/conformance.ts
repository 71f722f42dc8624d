import { afterAll, beforeAll, describe, test } from '@jest/globals'
import { applyCases } from './conformance/apply.ts'
import { ApplyClient } from './conformance/apply-client.ts'
import { changeCases } from './conformance/changes.ts'
import type { Connection } from './conformance/connection.ts'
import { externalSecretCases } from './conformance/external-secrets.ts'
import { invalidObjectCases } from './conformance/invalid-objects.ts'
import { listCases } from './conformance/lists.ts'
import { ownershipCases } from './conformance/ownership.ts'
import { refusalCases } from './conformance/refusals.ts'
import { rolloutCases } from './conformance/rollout.ts'

/**
 * The cases that hold for every Kubernetes API server, real or simulated.
 * @param missingOperator why there is no External Secrets Operator, if so
 */
export function conformance(connect: () => Promise<Connection>, missingOperator?: string): void {
  let connection: Connection | undefined
  const client = (): ApplyClient => {
    if (connection === undefined) throw new Error('not connected')
    return new ApplyClient(connection)
  }
  beforeAll(async () => {
    connection = await connect()
  })
  afterAll(async () => {
    await connection?.close()
  })
  describe('server-side apply', () => applyCases(client))
  describe('field ownership', () => ownershipCases(client))
  describe('invalid objects', () => invalidObjectCases(client))
  describe('refusals', () => refusalCases(client))
  describe('lists', () => listCases(client))
  describe('changes', () => changeCases(client))
  describe('rollout', () => rolloutCases(client))
  if (missingOperator === undefined) describe('external secrets', () => externalSecretCases(client))
  else test.skip(`external secrets (${missingOperator})`, () => {})
}
