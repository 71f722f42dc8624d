import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { runComposite } from '../support/composite/run-composite.ts'
import { root } from '../support/root.ts'

/** What a job that goes to production has in its environment, for all of its steps. */
const credentials = {
  AWS_ACCESS_KEY_ID: 'an-access-key-id',
  AWS_SECRET_ACCESS_KEY: 'a-secret-access-key',
  AWS_SESSION_TOKEN: 'a-session-token',
  KUBECONFIG: '/home/runner/kubeconfig'
}

/** A node that writes down, for the program of each step, which of the credentials it is given. */
const node = `#!/bin/sh
if [ "$1" = --version ]; then echo v24.0.0; exit; fi
for name in ${Object.keys(credentials).join(' ')}; do
  eval "value=\\$$name"
  if [ -n "$value" ]; then printf '%s=%s\\n' "$name" "$value"; fi
done >"$RECORDS/$(basename "$(dirname "$1")")"
`

test('only the deploy step gets the credentials in the environment of the job', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'credentials-'))
  try {
    await writeFile(join(directory, 'node'), node, { mode: 0o755 })
    const env = { ...credentials, RECORDS: directory, PATH: `${directory}:${process.env['PATH']}` }
    const { conclusion } = await runComposite({ action: root, inputs: { environment: 'production' }, env })
    expect(conclusion).toBe('success')
    const given = (program: string) => readFile(join(directory, program), 'utf8')
    expect(await given('render')).toBe('')
    expect(await given('report')).toBe('')
    const all = Object.entries(credentials).map(([name, value]) => `${name}=${value}\n`)
    expect(await given('deploy')).toBe(all.join(''))
  } finally {
    await rm(directory, { recursive: true })
  }
})
