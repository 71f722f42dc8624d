import { existsSync } from 'node:fs'
import { realpath, rm, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { programPath } from '../support/bundles/programs.ts'
import { type GitRepository, gitRepository } from '../support/git-repository.ts'
import { type NodeActionResult, runNodeAction } from '../support/node-action.ts'
import { root } from '../support/root.ts'
import { searchPath } from '../support/search-path.ts'

let origin: GitRepository

const kustomization = (...resources: string[]) => JSON.stringify({ resources })
const configMap = (name: string, value = '') =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { value } })

beforeAll(async () => {
  origin = await gitRepository()
  await origin.commit({ 'README.md': 'nothing is deployed yet' })
  await origin.git('branch', 'empty')
  await origin.commit({
    'deploy/redis/kustomization.yaml': kustomization('../../shared/parts'),
    'shared/parts/kustomization.yaml': kustomization('config.yaml'),
    'shared/parts/config.yaml': configMap('config', 'as it was on main')
  })
  await origin.git('checkout', '--quiet', '-b', 'change')
  await origin.commit({ 'shared/parts/config.yaml': configMap('config', 'as it is now') })
  await origin.git('checkout', '--quiet', '--orphan', 'wrong')
  const wrong = '{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "redis"}}'
  await origin.commit({ 'deploy/redis/kustomization.yaml': kustomization('r.yaml'), 'deploy/redis/r.yaml': wrong })
  await origin.git('checkout', '--quiet', '--orphan', 'broken')
  await origin.commit({ 'deploy/redis/kustomization.yaml': kustomization('never.yaml') })
  await origin.git('checkout', '--quiet', 'main')
})
afterAll(async () => origin[Symbol.asyncDispose]())

interface Options {
  workspace?: string
  env?: Record<string, string>
}

/** The step that renders, in a pull request to main. */
async function rendering(
  inputs: Record<string, string> = {},
  { workspace, env = {} }: Options = {}
): Promise<NodeActionResult> {
  return runNodeAction({
    action: join(root, 'action.yml'),
    program: programPath('render'),
    inputs: { environment: 'clinic', manifests: 'deploy/redis', namespace: 'default', 'dry-run': 'client', ...inputs },
    env: { PATH: searchPath(root), GITHUB_BASE_REF: 'main', ...env },
    workspace: workspace ?? (await origin.checkout('change'))
  })
}

const notesOf = ({ captured }: NodeActionResult) => /"notes":\[([^\]]*)\]/.exec(captured)?.[1] ?? ''

describe('the base of a comparison', () => {
  test('is the merge base with the branch of the pull request, with all referenced directories', async () => {
    const run = await rendering()
    expect(run.exitCode).toBe(0)
    expect(run.outputs['base']).toMatch(/\/base\/manifest\.yaml$/)
    expect(run.captured).toContain('value: as it was on main')
    expect(run.captured).toContain('value: as it is now')
    expect(run.rendered).toMatch(/base: 1 object of main at [0-9a-f]{7} /)
    expect(notesOf(run)).toBe('')
  })

  test('is the branch of base-ref if set, and a missing directory there counts as new', async () => {
    const run = await rendering({ 'base-ref': 'empty' })
    expect(run.outputs['base']).toMatch(/\/base\/manifest\.yaml$/)
    expect(run.rendered).toMatch(/base: empty at [0-9a-f]{7} has no deploy\/redis, so everything is new /)
  })

  test('a branch whose manifests are wrong, which a change may mend', async () => {
    const run = await rendering({ 'base-ref': 'wrong' })
    expect(run.captured).toContain('kind: Deployment')
    expect(run.rendered).toMatch(/base: 1 object of wrong at [0-9a-f]{7} /)
    expect(notesOf(run)).toBe('')
  })

  test('a checkout below the workspace', async () => {
    const checkout = await origin.checkout('change')
    const workspace = dirname(checkout)
    const run = await rendering({ manifests: join(basename(checkout), 'deploy', 'redis') }, { workspace })
    expect(run.captured).toContain('value: as it was on main')
  })

  test.each(['server', 'none'])('is not read with dry-run: %s', async (mode) => {
    const run = await rendering({ 'dry-run': mode })
    expect(run.exitCode).toBe(0)
    expect(run.outputs['base']).toBeUndefined()
    expect(notesOf(run)).toBe('')
  })
})

describe('the missing base of a comparison', () => {
  test.each<[string, Record<string, string>, () => Promise<Options>, string]>([
    [
      'the history of the repository is not there',
      {},
      async () => ({ workspace: await origin.checkout('change', '--depth=1') }),
      'branch main is not in the checkout. Add `fetch-depth: 0` under `with:` of actions/checkout.'
    ],
    [
      'the manifests are those of the action',
      { manifests: '', environment: 'staging' },
      async () => ({}),
      'the manifests of the action are the same on every branch.'
    ],
    [
      'the run is of no pull request',
      {},
      async () => ({ env: { GITHUB_BASE_REF: '' } }),
      'this run does not belong to a pull request, and the input `base-ref` is empty.'
    ],
    [
      'there is no repository',
      {},
      async () => {
        const workspace = await origin.checkout('change')
        await rm(join(workspace, '.git'), { recursive: true })
        return { workspace }
      },
      'deploy/redis is not in a git checkout.'
    ],
    ['the branch cannot be rendered', { 'base-ref': 'broken' }, async () => ({}), 'branch broken cannot be rendered: '],
    [
      'the name only looks dangerous',
      { 'base-ref': '$(touch$IFS@evil);<b>' },
      async () => ({}),
      'branch $(touch$IFS@evil);<b> is not in the checkout.'
    ]
  ])('is explained: %s', async (_, inputs, prepare, reason) => {
    const options = await prepare()
    const run = await rendering(inputs, options)
    expect(run.exitCode).toBe(0)
    expect(run.outputs['base']).toBeUndefined()
    expect(notesOf(run)).toContain(`Nothing was compared: ${reason}`)
    expect(run.rendered).toContain(`Nothing was compared: ${reason}`)
    if (options.workspace !== undefined) expect(existsSync(join(options.workspace, 'evil'))).toBe(false)
  })

  test('is refused before rendering for an invalid branch name', async () => {
    const run = await rendering({ 'base-ref': '--upload-pack=touch evil' })
    expect(run.exitCode).toBe(1)
    expect(run.annotations.map(({ message }) => message)).toEqual([
      'base-ref is "--upload-pack=touch evil", but must be the name of a branch, such as main\n' +
        'Next: correct the inputs under `with:` in the workflow'
    ])
    expect(run.outputs['manifest']).toBeUndefined()
  })
})

test('does not include the target of a symbolic link', async () => {
  await origin.git('checkout', '--quiet', '--orphan', 'linked')
  const outside = join(await realpath(origin.path), '..', 'outside.yaml')
  await symlink(outside, join(origin.path, 'deploy', 'redis', 'link.yaml'))
  await origin.commit({ 'deploy/redis/kustomization.yaml': kustomization('link.yaml') })
  await origin.git('checkout', '--quiet', 'main')
  const run = await rendering({ 'base-ref': 'linked' })
  expect(notesOf(run)).toMatch(/branch linked cannot be rendered: .*link\.yaml/)
})

test('brings no workflow command to the log by the name of a directory', async () => {
  const name = 'x\n::error title=owned::by the pull request\n::stop-commands::abc\ny'
  await origin.git('checkout', '--quiet', '-b', 'hostile', 'main')
  await origin.commit({
    [`${name}/kustomization.yaml`]: kustomization('config.yaml'),
    [`${name}/config.yaml`]: configMap('config')
  })
  await origin.git('checkout', '--quiet', 'main')
  const workspace = await origin.checkout('hostile')
  await symlink(name, join(workspace, 'link'))
  const run = await rendering({ manifests: 'link' }, { workspace })
  expect(run.exitCode).toBe(0)
  expect(run.annotations).toEqual([])
  expect(run.captured).not.toMatch(/^::(error|stop-commands)/m)
  expect(run.rendered).toMatch(/base: main at \w+ has no x .*by the pull request .*y, so everything is new/)
})
