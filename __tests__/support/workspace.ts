import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from './root.ts'

/** A checkout whose manifests are those of the action with a change. */
export interface Workspace extends AsyncDisposable {
  readonly path: string
}

/**
 * The folder `deploy/redis` of the workspace extends a copy of manifests/base with these patches.
 * @param files more files, by path relative to the workspace
 */
export async function workspaceWith(
  patches: readonly { target: object; patch: string }[],
  files: Readonly<Record<string, string>> = {}
): Promise<Workspace> {
  const path = await mkdtemp(join(tmpdir(), 'workspace-'))
  await cp(join(root, 'manifests'), join(path, 'deploy', 'manifests'), { recursive: true })
  const kustomization = { resources: ['../manifests/base'], patches }
  const all = { 'deploy/redis/kustomization.yaml': JSON.stringify(kustomization), ...files }
  for (const [name, content] of Object.entries(all)) {
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), content)
  }
  return {
    path,
    async [Symbol.asyncDispose]() {
      await rm(path, { recursive: true })
    }
  }
}

/** A patch that changes one field of the StatefulSet. */
export function statefulSetPatch(...operations: { op: string; path: string; value?: unknown }[]) {
  return { target: { kind: 'StatefulSet', name: 'redis' }, patch: JSON.stringify(operations) }
}

/** A patch that appends to redis.conf through the last key that it includes. */
export function configPatch(key: string, value: string) {
  const patch = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'redis-config' }, data: { [key]: value } }
  return { target: { kind: 'ConfigMap', name: 'redis-config' }, patch: JSON.stringify(patch) }
}
