import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { programPath } from './bundles/programs.ts'
import { root } from './root.ts'

/** A folder with the action.yml of the action, whose steps run the sources instead of dist/. */
export interface SourceAction extends AsyncDisposable {
  readonly path: string
}

export async function sourceAction(): Promise<SourceAction> {
  const action = await readFile(join(root, 'action.yml'), 'utf8')
  const text = action.replaceAll(
    /"\$GITHUB_ACTION_PATH\/dist\/(\w+)\/index\.js"/g,
    (_, name) => `'${programPath(name)}'`
  )
  if (text.includes('/dist/')) throw new Error('action.yml runs a program in a way that is not known here')
  const path = await mkdtemp(join(tmpdir(), 'action-'))
  await writeFile(join(path, 'action.yml'), text)
  return {
    path,
    async [Symbol.asyncDispose]() {
      await rm(path, { recursive: true })
    }
  }
}
