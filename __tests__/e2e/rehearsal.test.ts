import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { parse, parseAllDocuments, stringify } from 'yaml'
import { expectNoSecret } from '../support/captured.ts'
import { kubectl, kubectlWithInput } from '../support/cluster/kubectl.ts'
import { type TestNamespace, testNamespace } from '../support/cluster/namespace.ts'
import { root } from '../support/root.ts'
import type { Edit, Workload } from './stage.ts'

// Tests of races: what fails now and then is what they look for.
jest.retryTimes(0)

let namespace: TestNamespace
let directory: string
let rendered: string

beforeAll(async () => {
  namespace = await testNamespace()
  directory = await mkdtemp(join(tmpdir(), 'rehearsal-'))
  const text = await kubectl('kustomize', join(root, 'manifests/overlays/staging'))
  rendered = text.replaceAll('hospital-erp-system', namespace.name)
  expect(await deploying()).toMatchObject({ code: 0 })
  await startClient()
})
afterAll(async () => {
  await namespace[Symbol.asyncDispose]()
  await rm(directory, { recursive: true })
})

/** As Pod Security `restricted` asks for. */
const securityContext = { runAsNonRoot: true, runAsUser: 999, seccompProfile: { type: 'RuntimeDefault' } }
const container = {
  image: 'docker.io/library/redis:7.2.16-alpine',
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }
}

/** A backend that writes and reads through the Service all the time, and tells each round that did not work. */
async function startClient(): Promise<void> {
  const script = `
    i=0
    while :; do
      i=$((i+1))
      set=$(redis-cli -h redis set beat $i 2>&1)
      get=$(redis-cli -h redis get beat 2>&1)
      if [ "$set" = OK ] && [ "$get" = $i ]; then echo "round $i"; else echo "gap in round $i: $set $get"; fi
      sleep 0.1
    done`
  const secretKeyRef = { name: 'redis-credentials', key: 'password' }
  await namespace.apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'client', labels: { 'app.kubernetes.io/component': 'backend' } },
    spec: {
      terminationGracePeriodSeconds: 0,
      securityContext,
      containers: [
        {
          ...container,
          name: 'client',
          command: ['/bin/sh', '-c', script],
          env: [{ name: 'REDISCLI_AUTH', valueFrom: { secretKeyRef } }]
        }
      ]
    }
  })
  await namespace.kubectl('wait', 'pod/client', '--for=condition=Ready', '--timeout=60s')
}

async function rounds(): Promise<string[]> {
  return (await namespace.kubectl('logs', 'client', '--tail=-1')).trim().split('\n')
}

/** Objects of the rehearsal that are still there. */
async function left(): Promise<string> {
  const kinds = 'pods,configmaps,secrets'
  return namespace.kubectl('get', kinds, '--field-selector=metadata.name=redis-rehearsal', '--output=name')
}

interface Run {
  readonly code: number | null
  readonly output: string
  readonly result: { failure?: { code: string; sentence: string; hint: string }; notes?: string[]; phases: object[] }
}

/** Runs the deploy program as the action does. */
async function deploying(
  { edit, data = {} }: { edit?: Edit; data?: Record<string, string> } = {},
  inputs: Record<string, string> = {},
  onOutput: (text: string, child: ChildProcess) => void = () => {}
): Promise<Run> {
  const folder = await mkdtemp(join(directory, 'run-'))
  const [manifest, outputs] = [join(folder, 'manifest.yaml'), join(folder, 'output')]
  await writeFile(manifest, changed(edit, data))
  await writeFile(outputs, '')
  const given = {
    MANIFEST: manifest,
    NAMESPACE: namespace.name,
    TIMEOUT: '60s',
    MEMORY_THRESHOLD: '90',
    DRY_RUN: 'none',
    CREATE_NAMESPACE: 'false',
    FORCE_CONFLICTS: 'false',
    RECOVER: 'delete-stuck-pod',
    REHEARSE: 'true',
    KUBECONFIG: await readFile(namespace.kubeconfig, 'utf8'),
    ...inputs
  }
  const env = Object.fromEntries(Object.entries(given).map(([name, value]) => [`INPUT_${name}`, value]))
  const child = spawn(process.execPath, [join(root, 'dist/deploy/index.js')], {
    env: { ...env, RUNNER_TEMP: folder, GITHUB_OUTPUT: outputs }
  })
  let output = ''
  const hear = (text: Buffer) => {
    output += text.toString()
    onOutput(output, child)
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  await once(child, 'close')
  const [, file] = /^result<<\S+\n(.+)$/m.exec(await readFile(outputs, 'utf8')) ?? []
  const result = file === undefined ? { phases: [] } : JSON.parse(await readFile(file, 'utf8'))
  const password = await namespace.credential('password')
  expectNoSecret(output.replaceAll(/^::add-mask::.*$/gm, ''), [password])
  return { code: child.exitCode, output, result }
}

function changed(edit: Edit | undefined, data: Record<string, string>): string {
  const documents = parseAllDocuments(rendered).map((document): unknown => parse(String(document)))
  return documents
    .map((object) => {
      const { kind } = object as { kind: string }
      if (kind === 'ConfigMap') Object.assign((object as { data: object }).data, data)
      if (kind === 'StatefulSet') {
        const workload = object as Workload
        const pod = workload.spec.template.spec
        for (const { resources } of pod.containers) resources.requests['cpu'] = '10m'
        edit?.(workload, pod.containers[0], pod)
      }
      return stringify(object)
    })
    .join('---\n')
}

interface Refusal {
  name: string
  edit?: Edit
  data?: Record<string, string>
  code: string
  says: RegExp
}

async function expectRefused({ edit, data, code, says }: Omit<Refusal, 'name'>): Promise<void> {
  const before = await namespace.kubectl('get', 'pod', 'redis-0', '--output=jsonpath={.metadata.uid}')
  const heard = (await rounds()).length
  const run = await deploying({ ...(edit && { edit }), ...(data && { data }) })
  expect(run.result.failure).toMatchObject({ code, sentence: expect.stringMatching(says) })
  expect(run.result.failure?.sentence).toMatch(/; redis-0 was not touched and still serves$/)
  expect(run.code).toBe(1)
  expect(await namespace.kubectl('get', 'pod', 'redis-0', '--output=jsonpath={.metadata.uid}')).toBe(before)
  expect(await left()).toBe('')
  const all = await rounds()
  expect(all.length).toBeGreaterThan(heard)
  expect(all.filter((line) => line.startsWith('gap'))).toEqual([])
}

const refusals: Refusal[] = [
  {
    name: 'an image that no registry has',
    edit: (_workload, redis) => {
      redis.image = 'docker.io/library/redis:0.0.0-missing'
    },
    code: 'image-pull',
    says: /pod redis-rehearsal: the image docker.io\/library\/redis:0.0.0-missing of container redis cannot be pulled/
  },
  {
    name: 'a redis.conf with a mistake',
    data: { 'redis.conf': 'bind * -::*\nno-such-directive yes\n' },
    code: 'crash-loop',
    says: /pod redis-rehearsal: container redis exited with code 1 right after starting/
  },
  {
    name: 'a limit that is too small',
    edit: (_workload, redis) => {
      redis.resources = { requests: { memory: '32Mi' }, limits: { memory: '32Mi' } }
      redis.command = ['/bin/sh', '-c', 'tail /dev/zero']
    },
    code: 'oom-killed',
    says: /pod redis-rehearsal: container redis was killed because it used more memory than its limit of 32Mi/
  },
  {
    name: 'a command that the image lacks',
    edit: (_workload, redis) => {
      redis.command = ['/no/such/program']
    },
    code: 'config-error',
    says: /pod redis-rehearsal: container redis cannot be started: .*\/no\/such\/program/
  },
  {
    name: 'a key that its Secret lacks',
    edit: (_workload, redis) => {
      redis.env = [{ name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'redis-credentials', key: 'token' } } }]
    },
    code: 'config-error',
    says: /couldn't find key redis-credentials\.token in Secret/
  },
  {
    name: 'a pod that Pod Security refuses',
    edit: (_workload, redis) => {
      redis.securityContext = { privileged: true }
    },
    code: 'invalid-manifest',
    says: /violates PodSecurity "restricted/
  }
]

describe('a change that would not start is refused, and no client notices it', () => {
  test.each(refusals)('$name', expectRefused)

  test('a quota too small for the new limit', async () => {
    await namespace.kubectl('create', 'quota', 'small', '--hard=requests.memory=700Mi')
    await namespace.kubectl('wait', 'quota/small', '--for=jsonpath={.status.used}', '--timeout=120s')
    try {
      await expectRefused({
        edit: (_workload, redis) => {
          redis.resources = { requests: { memory: '900Mi' }, limits: { memory: '900Mi' } }
        },
        code: 'quota-exceeded',
        says: /quota small has no room for the new pod even when redis-0 is gone: requests.memory: 932Mi requested/
      })
    } finally {
      await namespace.kubectl('delete', 'quota', 'small')
    }
  })

  test('a policy that denies the pod', async () => {
    const name = `denies-${namespace.name}`
    const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': namespace.name } }
    const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }
    const expression = "object.spec.containers.all(c, !has(c.env) || c.env.all(e, e.name != 'FORBIDDEN'))"
    const items = [
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name },
        spec: {
          matchConstraints: { namespaceSelector, resourceRules: [rule] },
          validations: [{ expression, message: 'no such variable here' }]
        }
      },
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: { name },
        spec: { policyName: name, validationActions: ['Deny'] }
      }
    ]
    await kubectlWithInput(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }), 'create', '--filename=-')
    try {
      // It is in force a little after it was made.
      const env = [{ name: 'FORBIDDEN', value: '1' }]
      const containers = [{ ...container, name: 'probe', command: ['true'], env }]
      const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'probe' }, spec: { securityContext, containers } }
      const into = ['--namespace', namespace.name, '--dry-run=server', '--filename=-']
      const probe = () =>
        kubectlWithInput(JSON.stringify(pod), 'create', ...into).then(
          () => '',
          (error: Error) => error.message
        )
      while (!(await probe()).includes('no such variable here')) await sleep(100)
      await expectRefused({
        edit: (_workload, redis) => {
          redis.env = [{ name: 'FORBIDDEN', value: '1' }]
        },
        code: 'invalid-manifest',
        says: /no such variable here/
      })
    } finally {
      await kubectl('delete', `validatingadmissionpolicybinding/${name}`, `validatingadmissionpolicy/${name}`)
    }
  })
})

const withPolicy = (policy: string) => ({ data: { 'maxmemory-policy.conf': `maxmemory-policy ${policy}\n` } })

test('a change that starts is rehearsed and then rolled out', async () => {
  const run = await deploying(withPolicy('allkeys-lfu'))
  expect(run).toMatchObject({ code: 0 })
  expect(run.result.phases).toContainEqual(
    expect.objectContaining({
      name: 'rehearse',
      sentence: expect.stringMatching(/^a pod of the new template became Ready with Redis 7\.\d$/)
    })
  )
  expect(run.result.notes?.filter((note) => note.includes('rehearse')) ?? []).toEqual([])
  expect(await left()).toBe('')
})

test('a quota with room for one pod is noted, and the change is rolled out', async () => {
  await namespace.kubectl('create', 'quota', 'tight', '--hard=requests.memory=700Mi')
  await namespace.kubectl('wait', 'quota/tight', '--for=jsonpath={.status.used}', '--timeout=120s')
  try {
    const run = await deploying(withPolicy('allkeys-random'))
    expect(run).toMatchObject({ code: 0 })
    expect(run.result.notes).toContainEqual(
      'The new pod was not rehearsed: quota tight has no room for a second pod beside redis-0.'
    )
    expect(await left()).toBe('')
  } finally {
    await namespace.kubectl('delete', 'quota', 'tight')
  }
})

test('without the rights nothing is rehearsed, and the note has the rule', async () => {
  const role = await namespace.kubectl('get', 'role', 'redis-cache-deployer', '--output=json')
  const { rules } = JSON.parse(role) as { rules: { resourceNames?: string[] }[] }
  const rest = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'redis-cache-deployer' } }
  const less = rules.filter(({ resourceNames }) => !resourceNames?.includes('redis-rehearsal'))
  await namespace.apply({ ...rest, rules: less })
  try {
    const run = await deploying(withPolicy('volatile-lfu'))
    expect(run).toMatchObject({ code: 0 })
    expect(run.result.notes).toContainEqual(
      expect.stringMatching(/not rehearsed: .*resourceNames: \[redis-rehearsal\]/)
    )
  } finally {
    await namespace.apply({ ...rest, rules })
  }
})

/** A start that takes so long that the run can be ended during it. */
const slow: Edit = (_workload, redis) => {
  redis.command = ['/bin/sh', '-ec', `sleep 5\n${redis.command?.[2]}`]
}

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'what a run that gets %s leaves is gone after the next one',
  async (signal) => {
    const run = await deploying({ edit: slow, ...withPolicy('volatile-lru') }, {}, (output, child) => {
      if (output.includes('waiting for container redis')) child.kill(signal)
    })
    expect(run.code).not.toBe(0)
    // SIGTERM leaves the time to clean up.
    expect((await left()) === '').toBe(signal === 'SIGTERM')
    expect(await deploying({ ...withPolicy('volatile-lru') })).toMatchObject({ code: 0 })
    expect(await left()).toBe('')
    expect(await deploying()).toMatchObject({ code: 0 })
  }
)
