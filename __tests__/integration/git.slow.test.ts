import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { GitError, type Repository, repositoryOf } from '../../src/clients/git/git.ts'
import { runCommand } from '../../src/clients/runner/command.ts'
import { filesBelow, refsOf } from '../../src/phases/render/base-branch.ts'
import { type GitRepository, gitRepository } from '../support/git-repository.ts'

let origin: GitRepository
let forked: string
let folder: string
const signal = new AbortController().signal
const binary = Buffer.from([0, 255, 10, 13, 10, 0])

beforeAll(async () => {
  origin = await gitRepository()
  folder = await realpath(await mkdtemp(join(tmpdir(), 'git-test-')))
  await mkdir(join(origin.path, 'deploy'))
  await writeFile(join(origin.path, 'deploy', 'binary'), binary)
  await symlink('/etc/passwd', join(origin.path, 'deploy', 'link'))
  forked = await origin.commit({
    'deploy/kustomization.yaml': 'resources: [../shared]\n',
    'deploy/odd name\n*.yaml': 'odd',
    'deploy/empty': '',
    'shared/kustomization.yaml': '# ümläut\n',
    'other/big': 'x'.repeat(100_000)
  })
  await origin.git('checkout', '--quiet', '-b', 'change')
  await origin.commit({ 'deploy/kustomization.yaml': 'resources: []\n' })
  await origin.git('checkout', '--quiet', 'main')
  await origin.commit({ 'deploy/later': 'main goes on' })
})
afterAll(async () => {
  await rm(folder, { recursive: true })
  await origin[Symbol.asyncDispose]()
})

/** The git of this machine, or the one on another PATH. */
const options = (path = process.env['PATH'] ?? '', ending = signal) => ({ run: runCommand, path, signal: ending })

async function open(checkout: string, below = ''): Promise<Repository> {
  const workspace = await realpath(checkout)
  const repository = await repositoryOf(join(workspace, below), workspace, options())
  if (repository === undefined) throw new Error('there is no repository')
  return repository
}

const commitIn = (repository: Repository, commit: string) => ({
  list: (paths: readonly string[]) => repository.list(commit, paths),
  read: (files: readonly { id: string }[]) => repository.read(files.map(({ id }) => id))
})

test('reads the files of a kustomization at the merge base byte for byte', async () => {
  const repository = await open(await origin.checkout('change'), 'deploy')
  const tip = await repository.commitOf(refsOf('main'))
  expect(tip).toBe(await origin.git('rev-parse', 'main'))
  const commit = await repository.sharedWith(tip ?? '')
  expect(commit).toBe(forked)
  const files = await filesBelow('deploy', commitIn(repository, forked))
  expect(Object.fromEntries(files)).toEqual({
    'deploy/binary': binary,
    'deploy/empty': Buffer.from(''),
    'deploy/kustomization.yaml': Buffer.from('resources: [../shared]\n'),
    'deploy/odd name\n*.yaml': Buffer.from('odd'),
    'shared/kustomization.yaml': Buffer.from('# ümläut\n')
  })
  expect(await filesBelow('never', commitIn(repository, forked))).toEqual(new Map())
})

test('does not find a branch that is missing in the checkout or invalid', async () => {
  const shallow = await open(await origin.checkout('change', '--depth=1'))
  expect(await shallow.commitOf(refsOf('main'))).toBeUndefined()
  const whole = await open(await origin.checkout('change'))
  for (const name of ['$(touch x)', '`touch x`', '--help', 'main:deploy', '@{-1}', ':/test']) {
    expect(await whole.commitOf(refsOf(name))).toBeUndefined()
  }
  expect(await whole.commitOf(refsOf(forked))).toBe(forked)
})

test('compares with the tip of a branch without history', async () => {
  const checkout = await origin.checkout('change', '--depth=1', '--no-single-branch')
  const repository = await open(checkout)
  const tip = await repository.commitOf(refsOf('main'))
  expect(tip).toBe(await origin.git('rev-parse', 'main'))
  expect(await repository.sharedWith(tip ?? '')).toBeUndefined()
})

describe('a directory that is not a repository', () => {
  test('is refused even inside of one', async () => {
    const inside = join(await realpath(await origin.checkout('main')), 'deploy')
    expect(await repositoryOf(inside, inside, options())).toBeUndefined()
    expect(await repositoryOf(folder, folder, options())).toBeUndefined()
  })

  test('is refused if it is a submodule, which has its own history', async () => {
    const checkout = await realpath(await origin.checkout('main'))
    await writeFile(join(checkout, 'deploy', '.git'), 'gitdir: ../.git\n')
    expect(await repositoryOf(join(checkout, 'deploy'), checkout, options())).toBeUndefined()
  })

  test('is refused if it only looks like one, which a pull request can create', async () => {
    const checkout = await realpath(await origin.checkout('main'))
    const planted = join(checkout, 'deploy')
    await origin.git('clone', '--quiet', '--bare', origin.path, join(folder, 'bare'))
    for (const name of ['HEAD', 'config']) {
      await writeFile(join(planted, name), await readFile(join(folder, 'bare', name)))
    }
    await mkdir(join(planted, 'objects'))
    await mkdir(join(planted, 'refs'))
    expect((await open(checkout, 'deploy')).root).toBe(checkout)
  })
})

describe('a hostile checkout', () => {
  test('runs no hooks, programs or filters, and contacts no server', async () => {
    await origin.git('config', 'uploadpack.allowFilter', 'true')
    const checkout = await origin.checkout('change', '--filter=blob:none', '--no-checkout')
    const program = join(folder, 'program')
    const trace = join(folder, 'was-run')
    await writeFile(program, `#!/bin/sh\necho "$0" >>${trace}\n`)
    await chmod(program, 0o755)
    const configure = (...setting: string[]) => origin.git('-C', checkout, 'config', ...setting)
    await configure('core.fsmonitor', program)
    await configure('core.pager', program)
    await configure('core.sshCommand', program)
    await configure('core.gitProxy', program)
    await configure('filter.evil.smudge', program)
    await configure('remote.origin.url', `ext::${program}`)
    await configure('protocol.ext.allow', 'always')
    await writeFile(join(checkout, '.git', 'info', 'attributes'), '* filter=evil\n')
    const repository = await open(checkout)
    await repository.commitOf(refsOf('main'))
    // The blobs are on the server only.
    const blob = await origin.git('rev-parse', `${forked}:other/big`)
    await expect(repository.read([blob])).rejects.toThrow(GitError)
    expect(existsSync(trace)).toBe(false)
  })

  test('reports a machine without git', async () => {
    const checkout = await realpath(await origin.checkout('main'))
    const repository = await repositoryOf(checkout, checkout, options(folder))
    await expect(repository?.commitOf(refsOf('main'))).rejects.toThrow(GitError)
  })

  test('ends with the reason of a cancelled run', async () => {
    const checkout = await realpath(await origin.checkout('main'))
    const cancelled = AbortSignal.abort(new Error('cancelled by the runner'))
    const repository = await repositoryOf(checkout, checkout, options(undefined, cancelled))
    await expect(repository?.commitOf(refsOf('main'))).rejects.toThrow('cancelled by the runner')
  })
})

// Only the super-user can give a file away.
const asRoot = process.getuid?.() === 0 ? test : test.skip
asRoot('reads a repository of another user, as in a job container', async () => {
  const checkout = await realpath(await origin.checkout('main'))
  for (const path of [checkout, join(checkout, '.git')]) await chown(path, 4711, 4711)
  await expect(origin.git('-C', checkout, 'rev-parse', 'HEAD')).rejects.toThrow('dubious ownership')
  expect(await (await open(checkout)).commitOf(refsOf('main'))).toMatch(/^[0-9a-f]{40}$/)
})
