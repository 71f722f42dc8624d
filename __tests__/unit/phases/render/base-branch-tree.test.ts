import { describe, expect, test } from '@jest/globals'
import { type Commit, filesBelow, type TreeFile } from '../../../../src/phases/render/base-branch.ts'

/** A commit with these files, that counts what was asked of it. */
function commitOf(files: Record<string, string>, sizes: Record<string, number> = {}) {
  const asked: string[][] = []
  const commit: Commit = {
    list: async (paths) => {
      asked.push([...paths])
      const isWanted = (file: string) =>
        paths.length === 0 || paths.some((path) => file === path || file.startsWith(`${path}/`))
      return Object.keys(files)
        .filter(isWanted)
        .map((path): TreeFile => ({ path, id: path, bytes: sizes[path] ?? files[path]?.length ?? 0 }))
    },
    read: async (wanted) => wanted.map(({ id }) => Buffer.from(files[id] ?? ''))
  }
  return { commit, asked }
}

const paths = async (directory: string, files: Record<string, string>) => [
  ...(await filesBelow(directory, commitOf(files).commit)).keys()
]

describe('the files that a kustomization is rendered from', () => {
  test('are those of its directory and of every directory it refers to', async () => {
    const files = {
      'deploy/overlays/staging/kustomization.yaml':
        'resources:\n- ../../base\n- ingress.yaml\ncomponents: [../../parts/a]\n',
      'deploy/overlays/staging/ingress.yaml': '# ../../never',
      'deploy/overlays/production/kustomization.yaml': 'resources: [../../base]',
      'deploy/base/kustomization.yml': 'resources:\n  - "../../shared/x/"\n  - redis.yaml',
      'deploy/base/redis.yaml': 'kind: StatefulSet',
      'deploy/base/files/redis.conf': 'save ""',
      'deploy/parts/a/Kustomization': 'kind: Component',
      'deploy/parts/b/kustomization.yaml': '',
      'shared/x/kustomization.yaml': 'resources: [../../../outside, ../../shared/x]',
      'shared/xy/kustomization.yaml': '',
      'src/main.ts': ''
    }
    expect((await paths('deploy/overlays/staging', files)).sort()).toEqual([
      'deploy/base/files/redis.conf',
      'deploy/base/kustomization.yml',
      'deploy/base/redis.yaml',
      'deploy/overlays/staging/ingress.yaml',
      'deploy/overlays/staging/kustomization.yaml',
      'deploy/parts/a/Kustomization',
      'shared/x/kustomization.yaml'
    ])
  })

  test('are all files for the root of the repository, listed once', async () => {
    const { commit, asked } = commitOf({
      'kustomization.yaml': 'resources: [a, ../b]',
      'a/kustomization.yaml': '..',
      c: ''
    })
    expect([...(await filesBelow('', commit)).keys()]).toEqual(['kustomization.yaml', 'a/kustomization.yaml', 'c'])
    expect(asked).toEqual([[]])
    expect(await paths('a', { 'a/kustomization.yaml': 'resources: [..]', b: '' })).toEqual([
      'a/kustomization.yaml',
      'b'
    ])
  })

  test('are none where the directory does not exist', async () => {
    expect(await paths('gone', { 'a/kustomization.yaml': '' })).toEqual([])
  })

  test('are found without an endless loop where directories refer to each other', async () => {
    const files = { 'a/kustomization.yaml': 'resources: [../b]', 'b/kustomization.yaml': 'resources: [../a]' }
    expect(await paths('a', files)).toEqual(['a/kustomization.yaml', 'b/kustomization.yaml'])
  })
})

describe('a commit with unusable files', () => {
  test.each(['../evil', 'a/../../evil', '/etc/evil', 'a//b', 'a/./b', ''])(
    'is refused for a file called %j',
    async (path) => {
      const commit: Commit = {
        list: async () => [{ path, id: 'x', bytes: 1 }],
        read: async () => [Buffer.from('x')]
      }
      await expect(filesBelow('a', commit)).rejects.toThrow('a file of the commit is called')
    }
  )

  test('is refused for more files, bytes or directories than manifests need', async () => {
    const many = Object.fromEntries(Array.from({ length: 5001 }, (_, index) => [`a/${index}.yaml`, '']))
    const words = Array.from({ length: 501 }, (_, index) => `../x${index}`).join(' ')
    for (const { commit } of [
      commitOf(many),
      commitOf({ 'a/big': '' }, { 'a/big': 33 * 1024 ** 2 }),
      commitOf({ 'a/kustomization.yaml': words })
    ]) {
      await expect(filesBelow('a', commit)).rejects.toMatchObject({
        code: 'render-failed',
        message: 'a has more files than manifests need'
      })
    }
  })

  test('is refused for large files before they are read', async () => {
    let read = 0
    const commit: Commit = {
      list: async () => [{ path: 'a/x', id: 'x', bytes: 1e12 }],
      read: async () => {
        read++
        return []
      }
    }
    await expect(filesBelow('a', commit)).rejects.toThrow('more files')
    expect(read).toBe(0)
  })
})
