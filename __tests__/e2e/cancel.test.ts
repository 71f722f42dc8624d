import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { deploy, expectClean } from '../support/cluster/deploy.ts'
import { type TestNamespace, testNamespace } from '../support/cluster/namespace.ts'
import { root } from '../support/root.ts'

// Tests of an interruption: what fails now and then is what they look for.
jest.retryTimes(0)

let namespace: TestNamespace

beforeEach(async () => {
  namespace = await testNamespace()
})
afterEach(async () => namespace[Symbol.asyncDispose]())

test('a cancelled run ends within two seconds, reports its last phase, and can be repeated', async () => {
  const job = new AbortController()
  let cancelledAt = 0
  const endings: Record<string, number> = {}
  // No node has so much memory: the rollout waits until somebody loses patience.
  const deployment = await deploy(
    namespace,
    { 'memory-limit': '900Gi' },
    {
      signal: job.signal,
      onOutput(text) {
        if (cancelledAt !== 0 || !text.includes('cannot be scheduled')) return
        cancelledAt = performance.now()
        job.abort()
      },
      onStep(event) {
        if (event.state === 'finished') endings[event.step.id] = performance.now()
      }
    }
  )
  expect((endings['deploy'] ?? 0) - cancelledAt).toBeLessThan(2_000)
  expect(deployment.conclusion).toBe('cancelled')
  expect(deployment.outputs).toMatchObject({ verdict: 'failed', 'failure-code': 'cancelled' })
  const [annotation] = deployment.annotations.filter(({ source }) => source === 'step')
  expect(annotation?.message).toMatch(
    /the run was cancelled \(SIGINT\) during rollout; its last log line: .*cannot be scheduled/
  )
  await expectClean(deployment, namespace)

  // What was applied stays, and a new run goes on from there: it deletes the pod that no node takes.
  expect((await deploy(namespace)).outputs['verdict']).toBe('passed')
})

test('a deploy process that only gets SIGTERM ends as fast, with its result written', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sigterm-'))
  try {
    const [manifest, output] = [join(directory, 'manifest.yaml'), join(directory, 'output')]
    const rendered = await namespace.kubectl('kustomize', join(root, 'manifests/overlays/staging'))
    // More memory than any node has, so that it waits.
    const greedy = rendered.replaceAll('512Mi', '900Gi').replaceAll('hospital-erp-system', namespace.name)
    await writeFile(manifest, greedy)
    await writeFile(output, '')
    const inputs = { MANIFEST: manifest, NAMESPACE: namespace.name, TIMEOUT: '90s', MEMORY_THRESHOLD: '90' }
    const flags = {
      DRY_RUN: 'none',
      CREATE_NAMESPACE: 'false',
      FORCE_CONFLICTS: 'false',
      RECOVER: 'none',
      REHEARSE: 'true'
    }
    const env = Object.fromEntries(
      Object.entries({ ...inputs, ...flags }).map(([name, value]) => [`INPUT_${name}`, value])
    )
    const child = spawn(process.execPath, [join(root, 'dist/deploy/index.js')], {
      env: { ...env, KUBECONFIG: namespace.kubeconfig, RUNNER_TEMP: directory, GITHUB_OUTPUT: output }
    })
    let text = ''
    for await (const chunk of child.stdout) {
      text += String(chunk)
      if (child.killed || !text.includes('cannot be scheduled')) continue
      child.kill('SIGTERM')
      setTimeout(() => child.kill('SIGKILL'), 2_000).unref()
    }
    if (child.exitCode === null) await once(child, 'exit')
    // A SIGKILL would leave a signal and no exit code.
    expect(child.exitCode).toBe(1)
    expect(text).toContain('::error title=Redis cache%3A cancelled::the run was cancelled (SIGTERM) during rollout')
    const result = /^result<<\S+\n(.+)\n/m.exec(await readFile(output, 'utf8'))?.[1] ?? ''
    expect(JSON.parse(await readFile(result, 'utf8'))).toMatchObject({ failure: { code: 'cancelled' } })
  } finally {
    await rm(directory, { recursive: true })
  }
})
