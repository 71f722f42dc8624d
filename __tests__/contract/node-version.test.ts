import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readAction } from '../support/composite/action.ts'
import { root } from '../support/root.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'node-version-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs the step as the runner does, where `node` is this script. */
async function lookForNode(script: string | undefined): Promise<string> {
  const steps = (await readAction(root)).steps
  const output = join(folder, 'output')
  writeFileSync(output, '')
  writeFileSync(join(folder, 'step.sh'), steps.find(({ id }) => id === 'node')?.run ?? '')
  rmSync(join(folder, 'node'), { force: true })
  if (script !== undefined) writeFileSync(join(folder, 'node'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  const bash = ['--noprofile', '--norc', '-e', '-o', 'pipefail', join(folder, 'step.sh')]
  execFileSync('/bin/bash', bash, { env: { PATH: folder, GITHUB_OUTPUT: output } })
  return readFileSync(output, 'utf8')
}

describe('the search for Node on PATH', () => {
  test.each(['v22.19.0', 'v22.20.1', 'v24.0.0', 'v24.21.0', 'v30.1.0-nightly'])('accepts %s', async (version) => {
    expect(await lookForNode(`echo ${version}`)).toBe('found=true\n')
  })

  test.each(['v22.18.0', 'v22.9.0', 'v20.20.0', 'v8.0.0', 'something else', ''])('rejects %s', async (version) => {
    expect(await lookForNode(`echo ${version}`)).toBe('found=false\n')
  })

  test('finds nothing where Node is missing or does not run', async () => {
    expect(await lookForNode(undefined)).toBe('found=false\n')
    expect(await lookForNode('exit 127')).toBe('found=false\n')
  })
})
