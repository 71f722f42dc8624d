import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { auditEvents, requiredOf } from '../support/cluster/audit-log.ts'
import { type Deployment, deploy } from '../support/cluster/deploy.ts'
import { DeployerRole, deployerOf } from '../support/cluster/deployer-role.ts'
import { allows, describeGrant, type Grant, grantsOf, type Rule } from '../support/cluster/grants.ts'
import { type TestNamespace, testNamespace } from '../support/cluster/namespace.ts'
import { isAskedFor, minorVersion } from '../support/cluster/version.ts'
import { root } from '../support/root.ts'
import { statefulSetPatch, type Workspace, workspaceWith } from '../support/workspace.ts'

const { rules } = parse(readFileSync(join(root, 'manifests/rbac/role.yaml'), 'utf8')) as { rules: Rule[] }
const grants = grantsOf(rules)
/** What another grant makes up for, so that no run can miss it. */
const covered = grants.filter((grant) => grants.some((other) => other !== grant && allows(other, grant)))
const needed = grants
  .filter((grant) => !covered.includes(grant))
  .map((grant) => ({ name: describeGrant(grant), grant }))
const grantCalled = (name: string): Grant => {
  const found = needed.find((each) => each.name === name)
  if (found === undefined) throw new Error(`the Role does not give ${name}`)
  return found.grant
}

const minor = await minorVersion()
const start = new Date()
let namespace: TestNamespace
let role: DeployerRole
let broken: Workspace

beforeAll(async () => {
  namespace = await testNamespace()
  role = new DeployerRole(namespace, grants)
  const command = ['/bin/sh', '-c', 'echo these are my last words; exit 3']
  broken = await workspaceWith([
    statefulSetPatch({ op: 'replace', path: '/spec/template/spec/containers/0/command', value: command })
  ])
})
afterAll(async () => {
  await broken[Symbol.asyncDispose]()
  await namespace[Symbol.asyncDispose]()
})

/** Replaces redis-0 by a broken one, which a rehearsal would not. */
const deployBroken = () =>
  deploy(namespace, { manifests: 'deploy/redis', rehearse: 'false' }, { workspace: broken.path })
const said = ({ annotations }: Deployment) =>
  annotations.filter(({ source }) => source === 'step').map(({ message }) => message)

// In order: each test goes on from what the one before it left in the cluster.
describe('the deployer role', () => {
  test('is sufficient for a first deployment, and for one with a password input', async () => {
    expect((await deploy(namespace)).rendered).toContain('verdict: passed')
    await namespace.kubectl('delete', 'secret', 'redis-credentials')
    expect((await deploy(namespace, { 'redis-password': 'another-password-1' })).rendered).toContain('verdict: passed')
  })

  test('is sufficient for the evidence of a failure', async () => {
    const deployment = await deployBroken()
    expect(deployment.outputs['failure-code']).toBe('crash-loop')
    expect(deployment.summary).toMatch(/Last lines of container redis.*these are my last words/s)
    expect(deployment.summary).toContain('<details><summary>Events</summary>')
  })

  test('is sufficient to delete a broken pod', async () => {
    const deployment = await deploy(namespace)
    expect(deployment.rendered).toContain('verdict: passed')
    expect(deployment.rendered).toContain('deleted pod redis-0')
  })

  const log = process.env['AUDIT_LOG']
  const audited = 'the API server saw each right used, and no request that the Role does not allow'
  if (log === undefined) test.skip(`${audited} (AUDIT_LOG names no audit log)`, () => {})
  else
    test(audited, async () => {
      const events = await auditEvents(log, deployerOf(namespace), start)
      expect(events.filter(({ responseStatus }) => responseStatus?.code === 403)).toEqual([])
      const required = events.flatMap(requiredOf)
      expect(required.filter((request) => !grants.some((grant) => allows(grant, request)))).toEqual([])
      const unused = grants.filter((grant) => !required.some((request) => allows(grant, request)))
      expect(unused.map(describeGrant)).toEqual([])
      const others = events.filter(({ objectRef }) => !objectRef).map(({ requestURI }) => requestURI)
      expect(others).toEqual([])
    })
})

describe('the deployer role without one of its rules', () => {
  test('contains no duplicate rule', () => {
    expect(covered.map(describeGrant)).toEqual([])
  })

  test('leaves a failure without a log where get pods/log is missing', async () => {
    await role.take(grantCalled('get pods/log redis-0'))
    const deployment = await deployBroken()
    expect(deployment.outputs['failure-code']).toBe('crash-loop')
    // The words stand in the command, too, which the change shows.
    expect(deployment.summary).not.toContain('Last lines of container')
    expect(deployment.summary).toContain('cannot get resource "pods/log"')
  })

  // The pod of the failing deploy is still there.
  test('leaves redis-0 stuck where delete pods is missing, and the rule is named', async () => {
    await role.take(grantCalled('delete pods redis-0'))
    const deployment = await deploy(namespace)
    expect(deployment.outputs['failure-code']).toBe('stuck-revision')
    const rule = '- {apiGroups: [""], resources: [pods], resourceNames: ["redis-0"], verbs: [delete]}'
    expect(said(deployment)).toEqual([expect.stringContaining(rule)])
    expect(said(deployment)[0]).toContain(`\`kubectl -n ${namespace.name} delete pod redis-0\``)
  })

  test('forbids a longer rollout where list events is missing', async () => {
    await role.take(grantCalled('list events'))
    await namespace.kubectl('delete', 'statefulset', 'redis')
    // More than any node has.
    const deployment = await deploy(namespace, { 'memory-limit': '900Gi' })
    expect(deployment.outputs['failure-code']).toBe('forbidden')
    expect(said(deployment)).toEqual([expect.stringContaining('cannot list resource "events"')])
  })

  test('is sufficient again with all rules', async () => {
    await role.restore()
    await namespace.kubectl('delete', 'statefulset', 'redis')
    await namespace.kubectl('delete', 'pod', 'redis-0', '--ignore-not-found')
    expect((await deploy(namespace)).rendered).toContain('verdict: passed')
  })

  const isForward = ({ grant }: { grant: Grant }) => grant.resource === 'pods/portforward'
  test.each(needed.filter((each) => isForward(each) && isAskedFor(each.grant, minor)))(
    'cannot query Redis without $name',
    async ({ grant }) => {
      await role.take(grant)
      const deployment = await deploy(namespace)
      expect(deployment.outputs['failure-code']).toBe('forbidden')
      expect(said(deployment)).toEqual([
        expect.stringMatching(/^cannot port-forward to Pod\/redis-0 .*manifests\/rbac to .*pods\/portforward/s)
      ])
    }
  )

  test('notes an unchecked claim where get persistentvolumeclaims is missing', async () => {
    await role.take(grantCalled('get persistentvolumeclaims data-redis-0'))
    const deployment = await deploy(namespace)
    expect(deployment.outputs['verdict']).toBe('passed')
    expect(deployment.summary).toContain('Whether PersistentVolumeClaim/data-redis-0 is being deleted was not checked')
    expect(deployment.summary).toContain(
      'resources: [persistentvolumeclaims], resourceNames: ["data-redis-0"], verbs: [get]'
    )
  })

  test('without list endpointslices, the run passes, and tells what was not checked', async () => {
    await role.take(grantCalled('list endpointslices'))
    const deployment = await deploy(namespace)
    expect(deployment.outputs['verdict']).toBe('passed')
    expect(deployment.summary).toContain('Whether Service/redis leads to redis-0 alone was not checked')
    expect(deployment.summary).toContain('resources: [endpointslices], verbs: [list]')
  })

  const optional = ['events', 'pods/log', 'persistentvolumeclaims', 'endpointslices']
  const isOptional = ({ grant: { resource } }: { grant: Grant }) => optional.includes(resource)
  const isRecovery = ({ grant: { verb } }: { grant: Grant }) => verb === 'delete'
  // Without these nothing is rehearsed, which is told.
  const isRehearsal = ({ grant: { name } }: { grant: Grant }) => name === 'redis-rehearsal'
  const others = needed.filter(
    (each) => !isForward(each) && !isOptional(each) && !isRecovery(each) && !isRehearsal(each)
  )
  test.each(others)('fails the run without $name', async ({ grant: { verb, resource, name }, grant }) => {
    // What is there need not be created.
    const stored = [resource, name ?? 'redis-credentials', '--ignore-not-found']
    if (verb === 'create') await namespace.kubectl('delete', ...stored)
    await role.take(grant)
    const writesSecret = verb === 'patch' && resource === 'secrets'
    const deployment = await deploy(namespace, writesSecret ? { 'redis-password': 'another-password-2' } : {})
    expect(deployment.outputs['failure-code']).toBe('forbidden')
    expect(said(deployment)).toEqual([expect.stringContaining(`cannot ${verb} resource "${resource}"`)])
  })
})
