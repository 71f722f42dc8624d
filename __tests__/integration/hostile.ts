import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** What stands at a path: text, bytes, a symbolic link, or a pipe that nobody writes to. */
export type Content = string | Buffer | { readonly link: string } | 'pipe'

export interface Grounds extends AsyncDisposable {
  /** The folder around the workspace, where nothing may be read. */
  readonly outside: string
  readonly workspace: string
}

/** A workspace with these files; a path with `../` is outside of it. Text that is no text is written as JSON. */
export async function grounds(files: Readonly<Record<string, Content | object>>): Promise<Grounds> {
  const outside = await realpath(await mkdtemp(join(tmpdir(), 'hostile-')))
  const workspace = join(outside, 'workspace')
  for (const [name, content] of Object.entries(files)) {
    const path = join(workspace, name)
    await mkdir(dirname(path), { recursive: true })
    if (content === 'pipe') execFileSync('mkfifo', [path])
    else if (typeof content === 'string' || Buffer.isBuffer(content)) await writeFile(path, content)
    else if ('link' in content) await symlink(String(content.link), path)
    else await writeFile(path, JSON.stringify(content))
  }
  return {
    outside,
    workspace,
    async [Symbol.asyncDispose]() {
      await rm(outside, { recursive: true })
    }
  }
}

/** A ConfigMap as YAML. */
export function configMap(name: string, rest = ''): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${rest}`
}
