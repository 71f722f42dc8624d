import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { startLoading } from '../support/redis/misbehaving.ts'
import { type RedisProcess, startRedis } from '../support/redis/process.ts'
import { root } from '../support/root.ts'
import { folders } from './rendering.ts'

const installed = (name: string) => folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
const [busybox, dash, redisCli] = ['busybox', 'dash', 'redis-cli'].map(installed)
const shells: [string, string[]][] = [['the shell of this machine', ['/bin/sh']]]
if (busybox !== undefined) shells.push(['busybox, as in the image', [busybox, 'sh']])
if (dash !== undefined) shells.push(['dash', [dash]])

const password = 'pä ss"wort\'#1'
const loading = 'LOADING Redis is loading the dataset in memory'
let directory: string
let script: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'startup-probe-'))
  await writeFile(join(directory, 'password'), password)
  const manifest = parse(await readFile(join(root, 'manifests/base/redis-statefulset.yaml'), 'utf8'))
  const [shell, flag, body] = manifest.spec.template.spec.containers[0].startupProbe.exec.command
  expect([shell, flag]).toEqual(['/bin/sh', '-c'])
  script = body.replace('/run/redis-credentials/password', join(directory, 'password'))
})
beforeEach(async () => {
  await program('date', 'echo 0')
  await program('sleep')
})
afterAll(async () => rm(directory, { recursive: true }))

/** Puts a program before those of the machine. */
async function program(name: string, ...lines: string[]): Promise<void> {
  const path = join(directory, name)
  await writeFile(path, ['#!/bin/sh', ...lines, ''].join('\n'))
  await chmod(path, 0o755)
}

/** How the probe ends, what it says, and how often it asks; `answer` is the line that stands for redis-cli. */
async function probe([command = '', ...words]: string[], answer: string) {
  const asked = join(directory, 'asked')
  await writeFile(asked, '')
  await program('redis-cli', `echo >>${asked}`, answer)
  // As functions, because busybox takes programs of its own before those of PATH.
  const stubs = ['date', 'sleep'].map((name) => `${name}() { ${join(directory, name)}; }\n`).join('')
  const env = { PATH: [directory, ...folders].join(delimiter) }
  const child = spawn(command, [...words, '-c', stubs + script], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const [said, [status]] = await Promise.all([text(child.stdout), once(child, 'close')])
  return { status, said: said.trim(), asked: (await readFile(asked, 'utf8')).length }
}

describe.each(shells)('the startup probe in %s', (_, shell) => {
  test('passes as soon as Redis replies', async () => {
    expect(await probe(shell, 'echo PONG')).toEqual({ status: 0, said: '', asked: 1 })
  })

  test('tries again at once while Redis does not listen yet', async () => {
    const refused = 'Could not connect to Redis at 127.0.0.1:6379: Connection refused'
    expect(await probe(shell, `echo '${refused}'`)).toEqual({ status: 1, said: refused, asked: 10 })
  })

  test('reports that Redis loads its data, without another attempt', async () => {
    expect(await probe(shell, `echo '${loading}'`)).toEqual({ status: 1, said: loading, asked: 1 })
  })

  test('ends before its timeout where each reply takes a second', async () => {
    await program('date', `wc -l <${join(directory, 'asked')}`)
    expect(await probe(shell, 'echo late')).toEqual({ status: 1, said: 'late', asked: 3 })
  })
})

const withRedis = redisCli === undefined ? [] : shells
for (const [name, shell] of withRedis) {
  describe(`against a Redis, in ${name}`, () => {
    let redis: RedisProcess
    const ask = (port: number) => probe(shell, `exec ${redisCli} -p ${port} "$@"`)
    beforeAll(async () => {
      redis = await startRedis({ password })
    })
    afterAll(async () => redis[Symbol.asyncDispose]())

    test('passes while Redis serves', async () => {
      expect(await ask(redis.port)).toEqual({ status: 0, said: '', asked: 1 })
    })

    test('fails with the reason until Redis has loaded its data', async () => {
      await using server = await startLoading(redis.port, 1)
      expect(await ask(server.port)).toEqual({ status: 1, said: loading, asked: 1 })
      expect(await ask(server.port)).toEqual({ status: 0, said: '', asked: 1 })
    })
  })
}
