import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { deploy } from '../support/cluster/deploy.ts'
import { type TestNamespace, testNamespace } from '../support/cluster/namespace.ts'
import { codeBlocks } from '../support/code-blocks.ts'
import { root } from '../support/root.ts'

let namespace: TestNamespace
let folder: string
let page: string

beforeEach(async () => {
  namespace = await testNamespace()
  folder = await mkdtemp(join(tmpdir(), 'recipes-'))
  page = await readFile(join(root, 'docs', 'data-safety.md'), 'utf8')
})
afterEach(async () => {
  await rm(folder, { recursive: true })
  await namespace[Symbol.asyncDispose]()
})

/** What is typed by a section of the page, with the function of the page before it. */
async function type(heading: string): Promise<string> {
  const [helper = ''] = codeBlocks(page, 'sh')
  const [, section = ''] = page.split(`## ${heading}\n`)
  const [commands = ''] = codeBlocks(section.split('\n## ')[0] ?? '', 'sh')
  const script = `${helper}\n${commands}`.replaceAll('hospital-erp-system', namespace.name)
  const options = { cwd: folder, env: process.env, timeout: 120_000 }
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], options)
  return stdout
}

const keys = 201

async function fill(): Promise<void> {
  expect((await deploy(namespace)).outputs['verdict']).toBe('passed')
  await namespace.redisCli('eval', `for i = 1, ${keys} do redis.call('set', 'patient:' .. i, i) end`, '0')
}

test('a copy that was taken is restored into the same cache', async () => {
  await fill()
  await type('Take a copy')
  await namespace.redisCli('flushall')
  await namespace.redisCli('set', 'stray', '1')
  expect(await type('Restore a copy')).toMatch(new RegExp(`^${keys}$`, 'm'))
  expect(await namespace.redisCli('get', 'patient:201')).toBe('201')
  expect(await namespace.redisCli('exists', 'stray')).toBe('0')
  // A restart finds it, and so does a deployment.
  expect((await deploy(namespace, { maxmemory: '100mb' })).outputs).toMatchObject({
    verdict: 'passed',
    'keys-after': String(keys)
  })
})

test('the data moves to a larger claim', async () => {
  await fill()
  await type('Take a copy')
  await type('Move to another claim')
  expect((await deploy(namespace, { 'storage-size': '6Gi' })).outputs['verdict']).toBe('passed')
  expect(await namespace.redisCli('dbsize')).toBe('0')
  await type('Restore a copy')
  expect(await namespace.redisCli('dbsize')).toBe(String(keys))
  const size = '--output=jsonpath={.spec.resources.requests.storage}'
  expect(await namespace.kubectl('get', 'pvc', 'data-redis-0', size)).toBe('6Gi')
})
