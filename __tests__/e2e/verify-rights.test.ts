import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { auditEvents, requiredOf } from '../support/cluster/audit-log.ts'
import { awsStandIn } from '../support/cluster/aws-stand-in.ts'
import { DeployerRole, deployerOf } from '../support/cluster/deployer-role.ts'
import { allows, describeGrant, grantsOf, type Rule } from '../support/cluster/grants.ts'
import { type TestNamespace, testNamespace } from '../support/cluster/namespace.ts'
import { type Reader, readerAccount, readerOf } from '../support/cluster/reader.ts'
import { isAskedFor, minorVersion } from '../support/cluster/version.ts'
import type { NodeActionResult } from '../support/node-action.ts'
import { root } from '../support/root.ts'
import { verify } from '../support/verify.ts'
import { deployInto } from './deploying.ts'

const { rules } = parse(readFileSync(join(root, 'manifests/rbac-reader/role.yaml'), 'utf8')) as { rules: Rule[] }
const all = grantsOf(rules)
// An ExternalSecret is asked for where its kind is installed.
const grants = all.filter(({ resource }) => resource !== 'externalsecrets' || awsStandIn() !== undefined)
const needed = grants.map((grant) => ({ name: describeGrant(grant), grant }))

const minor = await minorVersion()
const start = new Date()
let namespace: TestNamespace
let reader: Reader
let role: DeployerRole

beforeAll(async () => {
  namespace = await testNamespace()
  reader = await readerOf(namespace)
  role = new DeployerRole(namespace, all, readerAccount)
  await deployInto(namespace)
})
afterAll(async () => namespace[Symbol.asyncDispose]())

const production = { environment: 'production' }
const said = ({ annotations }: NodeActionResult) => annotations.map(({ message }) => message).join('\n')
const codeOf = ({ outputs }: NodeActionResult) => outputs['failure-code']

/** Makes redis-0 end with these words, by the command of its container. */
async function breakRedis(): Promise<void> {
  const command = ['/bin/sh', '-c', 'echo these are my last words; exit 3']
  const path = '/spec/template/spec/containers/0/command'
  const patch = JSON.stringify([{ op: 'replace', path, value: command }])
  await namespace.kubectl('patch', 'statefulset', 'redis', '--type=json', `--patch=${patch}`)
  // Between two starts: a verification looks once, and a container that runs just then has not crashed.
  const state = '{.status.containerStatuses[?(@.name=="redis")].state.waiting.reason}'
  const reason = () => namespace.kubectl('get', 'pod', 'redis-0', `--output=jsonpath=${state}`).catch(() => '')
  while ((await reason()) !== 'CrashLoopBackOff') await new Promise((resolve) => setTimeout(resolve, 200))
}

// In order: each test goes on from what the one before it left in the cluster.
describe('the reader role', () => {
  test('is sufficient for a verification that passes', async () => {
    expect(said(await verify(reader))).toBe('')
  })

  const other = 'one of the other topology, of which nothing is there, tells that'
  if (awsStandIn() === undefined) test.skip(`${other} (AWS_STAND_IN names no stand-in)`, () => {})
  else
    test(other, async () => {
      const result = await verify(reader, production)
      expect([codeOf(result), said(result)]).toEqual([
        'config-drift',
        'ExternalSecret/redis-credentials is missing\nNext: deploy again'
      ])
    })

  test('is sufficient for the evidence of a crashing redis-0', async () => {
    await breakRedis()
    const result = await verify(reader)
    expect(said(result)).toContain('Also: container redis exited with code 3 right after starting')
    expect(result.summary).toContain('these are my last words')
    expect(result.summary).toContain('<details><summary>Events</summary>')
  })

  const log = process.env['AUDIT_LOG']
  const audited = 'the API server saw each right used, nothing that is no right of a reader, and no write'
  if (log === undefined) test.skip(`${audited} (AUDIT_LOG names no audit log)`, () => {})
  else
    test(audited, async () => {
      const events = await auditEvents(log, deployerOf(namespace, readerAccount), start)
      const isForward = ({ objectRef }: (typeof events)[number]) => objectRef?.subresource === 'portforward'
      const writes = events.filter((event) => !['get', 'list'].includes(event.verb) && !isForward(event))
      expect(writes).toEqual([])
      // Where nothing is, it tries to tell whether the namespace is there, and does without.
      const required = events.flatMap(requiredOf).filter(({ resource }) => resource !== 'namespaces')
      expect(required.filter((request) => !all.some((grant) => allows(grant, request)))).toEqual([])
      const unused = grants.filter((grant) => !required.some((request) => allows(grant, request)))
      expect(unused.map(describeGrant)).toEqual([])
    })
})

describe('the reader role without one of its rules', () => {
  test('contains no duplicate rule', () => {
    const covered = all.filter((grant) => all.some((other) => other !== grant && allows(other, grant)))
    expect(covered.map(describeGrant)).toEqual([])
  })

  const isEvidence = (resource: string) => ['events', 'pods/log'].includes(resource)
  const isForward = (resource: string) => resource === 'pods/portforward'

  // The pod that crashes is still there.
  test.each(needed.filter(({ grant }) => isEvidence(grant.resource)))(
    'misses evidence without $name',
    async ({ grant }) => {
      await role.take(grant)
      const { summary } = await verify(reader)
      expect(/Last lines of container redis.*these are my last words/s.test(summary)).toBe(
        grant.resource !== 'pods/log'
      )
      expect(summary.includes('cannot get resource "pods/log"')).toBe(grant.resource === 'pods/log')
      expect(summary.includes('<details><summary>Events</summary>')).toBe(grant.resource !== 'events')
    }
  )

  test('is sufficient again with all rules and a working redis-0', async () => {
    await role.restore()
    await deployInto(namespace).catch(() => namespace.kubectl('delete', 'pod', 'redis-0'))
    await deployInto(namespace)
    expect(said(await verify(reader))).toBe('')
  })

  test('without list endpointslices, a verification passes, and tells what was not checked', async () => {
    const grant = all.find(({ resource }) => resource === 'endpointslices')
    if (grant === undefined) throw new Error('the Role does not give list endpointslices')
    await role.take(grant)
    const result = await verify(reader)
    expect(result.outputs['verdict']).toBe('passed')
    expect(result.summary).toContain('Whether Service/redis leads to redis-0 alone was not checked')
  })

  const asked = needed.filter(
    ({ grant: { resource } }) => !isEvidence(resource) && !isForward(resource) && resource !== 'endpointslices'
  )
  test.each(asked)('fails the verification without $name, and the hint names that rule alone', async ({ grant }) => {
    await role.take(grant)
    const result = await verify(reader, grant.resource === 'externalsecrets' ? production : {})
    expect(codeOf(result)).toBe('forbidden')
    expect(said(result)).toContain(`cannot ${grant.verb} resource "${grant.resource}"`)
    expect(said(result)).toContain('grant the Role in manifests/rbac-reader')
    expect(said(result)).toContain(`verbs: [${grant.verb}]}`)
  })

  test.each(needed.filter(({ grant }) => isForward(grant.resource) && isAskedFor(grant, minor)))(
    'cannot query Redis without $name',
    async ({ grant }) => {
      await role.take(grant)
      const result = await verify(reader)
      expect(codeOf(result)).toBe('forbidden')
      expect(said(result)).toMatch(
        /^cannot port-forward to Pod\/redis-0 .*manifests\/rbac-reader to .*pods\/portforward/s
      )
    }
  )
})
