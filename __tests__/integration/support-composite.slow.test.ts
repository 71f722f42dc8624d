import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { expectNoSecret } from '../support/captured.ts'
import { parsePairs } from '../support/composite/file-commands.ts'
import { type CompositeOptions, type CompositeResult, runComposite } from '../support/composite/run-composite.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fixtures-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Writes an action.yml with these inputs, outputs and steps, and runs it. */
async function run(body: string, options: Partial<CompositeOptions> = {}): Promise<CompositeResult> {
  const action = await mkdtemp(join(folder, 'action-'))
  await writeFile(join(action, 'action.yml'), `name: fixture\n${body}`)
  return runComposite({ action, inputs: {}, ...options })
}

/** The steps of an action, each with `shell: bash`. */
function steps(...list: string[]): string {
  const items = list.map((step) => {
    const lines = step.trim().split('\n')
    return [`    - shell: bash`, ...lines.map((line) => `      ${line}`)].join('\n')
  })
  return `runs:\n  using: composite\n  steps:\n${items.join('\n')}\n`
}

const outcomes = ({ steps }: CompositeResult): string[] => steps.map(({ outcome }) => outcome)

describe('inputs and expressions of a composite', () => {
  const inputs = 'inputs: { first: { default: a }, Second: { required: true }, number: { default: 3 }, none: {} }\n'

  test('pass defaults, given values, contexts and env to the step', async () => {
    const result = await run(
      `${inputs}outputs: { all: { value: "\${{ steps.one.outputs.all }}" } }\n${steps(`
id: one
name: Say \${{ inputs.first }}
env:
  FIRST: \${{ inputs.first }}
  SECOND: \${{ inputs.SECOND }}
  BOTH: \${{ format('{0}-{1}', inputs.number, env.JOB) }} }} \${{ github.repository }}
run: echo "all=$FIRST|$SECOND|$BOTH|\${{ inputs.none == '' }}|$JOB|\${{ github.action_path }}" >>"$GITHUB_OUTPUT"`)}`,
      { inputs: { second: "it's" }, env: { JOB: 'job', GITHUB_REPOSITORY: 'o/r' } }
    )
    expect(result.outputs['all']).toMatch(/^a\|it's\|3-job }} o\/r\|true\|job\|\/.+action-\w+$/)
    expect(result.steps[0]).toMatchObject({ id: 'one', name: 'Say a', outcome: 'success', exitCode: 0 })
    expect(result.conclusion).toBe('success')
  })

  test.each([
    [
      'an input that is not declared',
      inputs,
      'run: "true"',
      { typo: '' },
      /Unexpected input 'typo', valid inputs are 'first'/
    ],
    [
      'an unknown input',
      inputs,
      `run: echo \${{ inputs.typo }}`,
      {},
      /inputs\.typo does not exist here; there are first/
    ],
    [
      'an unknown step',
      '',
      "if: steps.typo.outputs.x == 'a'\nrun: 'true'",
      {},
      /steps\.typo does not exist here; there are none/
    ],
    [
      'an unknown step in a skipped step',
      '',
      `if: false\nrun: echo \${{ steps.typo.outcome }}`,
      {},
      /steps\.typo does not exist/
    ],
    ['a status function outside if', '', `run: echo \${{ success() }}`, {}, /Unrecognized function: 'success'/],
    [
      'a context that a composite has not',
      '',
      `run: echo \${{ secrets.token }}`,
      {},
      /Unrecognized named-value: 'secrets'/
    ],
    ['a github value that is not given', '', `run: echo \${{ github.sha }}`, {}, /github\.sha does not exist here/],
    ['a condition that is text', '', `if: \${{ inputs.a }} == 'x'\nrun: 'true'`, {}, /would always be true/],
    ['an expression that is not closed', '', `run: echo \${{ 1`, {}, /not closed/],
    ['an unknown key', '', 'run: echo\ntimeout-minutes: 3', {}, /unknown key timeout-minutes/]
  ])('are refused: %s', async (_name, head, step, given, message) => {
    await expect(run(`${head}${steps(step)}`, { inputs: given })).rejects.toThrow(message)
  })

  test.each([
    [
      'another shell',
      '{ using: composite, steps: [{ run: "true", shell: sh }] }',
      /step 1: only bash is known here, not sh/
    ],
    ['no shell', '{ using: composite, steps: [{ run: "true" }] }', /step 1: required property shell is missing/],
    ['a step that does nothing', '{ using: composite, steps: [{ name: x }] }', /step 1 needs either run or uses/],
    ['another kind of action', '{ using: node24, main: x.js }', /runs\.using is node24/]
  ])('are refused in an action with %s', async (_name, runs, message) => {
    await expect(run(`runs: ${runs}`)).rejects.toThrow(message)
  })

  test('may skip a step with uses, but not run it', async () => {
    const uses = (condition: string): string =>
      `runs: { using: composite, steps: [{ uses: actions/cache@v4, if: "${condition}", with: { path: x } }] }`
    expect(outcomes(await run(uses('false')))).toEqual(['skipped'])
    await expect(run(uses('always()'))).rejects.toThrow(/does not run uses: actions\/cache@v4/)
  })
})

describe('conditions of a composite', () => {
  test('run only steps that ask for it after a failure, and still evaluate outputs', async () => {
    const result = await run(
      `outputs: { said: { value: "\${{ steps.fails.outputs.said }}-\${{ steps.last.outputs.seen }}" } }\n${steps(
        'id: fails\nrun: |\n  echo said=yes >>"$GITHUB_OUTPUT"\n  false | true\n  echo never',
        'id: skipped\nrun: echo never',
        "if: steps.fails.outcome == 'failure'\nrun: echo never",
        'if: failure()\nrun: echo failure',
        `if: always() && steps.skipped.outcome == 'skipped'\nid: last\nrun: echo seen=\${{ steps.fails.conclusion }} >>$GITHUB_OUTPUT`,
        `if: \${{ !cancelled() }}\nrun: echo not cancelled`,
        'if: success() || cancelled()\nrun: echo never'
      )}`
    )
    expect(outcomes(result)).toEqual(['failure', 'skipped', 'skipped', 'success', 'success', 'success', 'skipped'])
    expect(result.outputs).toEqual({ said: 'yes-failure' })
    expect(result.conclusion).toBe('failure')
    expect(result.output).toBe('failure\nnot cancelled\n')
    expect(result.annotations).toEqual([
      { level: 'error', message: 'Process completed with exit code 1.', properties: {}, source: 'runner' }
    ])
  })

  test('support continue-on-error', async () => {
    const result = await run(
      steps(
        'id: a\ncontinue-on-error: true\nrun: exit 3',
        "if: steps.a.outcome == 'failure' && steps.a.conclusion == 'success'\nrun: echo on"
      )
    )
    expect([outcomes(result), result.conclusion, result.steps[0]?.exitCode]).toEqual([
      ['failure', 'success'],
      'success',
      3
    ])
  })
})

describe('file commands of a composite', () => {
  test('pass environment, path and summary to later steps', async () => {
    const result = await run(
      steps(
        `run: |
  mkdir "$RUNNER_TEMP/bin"
  printf '#!/bin/sh\\necho from the path' >"$RUNNER_TEMP/bin/program"
  chmod +x "$RUNNER_TEMP/bin/program"
  echo "$RUNNER_TEMP/bin" >>"$GITHUB_PATH"
  printf 'ONE=1=1\\nTWO<<EOF\\na\\nb\\nEOF\\n' >>"$GITHUB_ENV"
  echo '# One' >>"$GITHUB_STEP_SUMMARY"`,
        `run: |
  program
  echo "$ONE $TWO \${{ env.ONE }}"
  echo '# Two' >>"$GITHUB_STEP_SUMMARY"`
      )
    )
    expect(result.output).toBe('from the path\n1=1 a\nb 1=1\n')
    expect(result.summary).toBe('# One\n# Two\n')
  })

  test('fail the step if they are unreadable', async () => {
    const result = await run(steps('run: printf "a<<EOF\\nb" >>"$GITHUB_OUTPUT"'))
    expect(result.annotations.map(({ message }) => message)).toEqual([
      "Unable to process file command 'output' successfully.",
      "Invalid value. Matching delimiter not found 'EOF'"
    ])
    expect([result.conclusion, result.steps[0]?.exitCode]).toEqual(['failure', 0])
  })

  test.each([
    ['a=b=c\n\nd<<=\ne\n=\n', { a: 'b=c', d: 'e' }],
    ['a<<X\nX\nb=<<\n', { a: '', b: '<<' }],
    ['a<<X\n1\n\n2\nX', { a: '1\n\n2' }]
  ])('are parsed: %j', (text, expected) => {
    expect(Object.fromEntries(parsePairs(text))).toEqual(expected)
  })

  test.each(['name', '=value', '<<EOF\nEOF', 'a<<\n'])('are refused: %j', (text) => {
    expect(() => parsePairs(text)).toThrow(/^Invalid format/)
  })
})

describe('the environment of a composite', () => {
  test('contains only the paths of the machine, and no INPUT_ variables', async () => {
    const result = await run(
      `inputs: { a: { default: b } }\n${steps('run: env | cut -d= -f1 | sort; pwd; echo "$0"')}`,
      {
        env: { GIVEN: 'x' }
      }
    )
    const lines = result.output.trim().split('\n')
    const script = lines.pop() ?? ''
    const workspace = lines.pop() ?? ''
    const allowed = /^(PATH|HOME|TMPDIR|LANG|CI|GIVEN|PWD|SHLVL|_|GITHUB_[A-Z_]+|RUNNER_[A-Z_]+)$/
    expect(lines.filter((name) => !allowed.test(name))).toEqual([])
    expect(lines).toEqual(expect.arrayContaining(['GITHUB_STATE', 'GITHUB_ACTION_PATH', 'RUNNER_TOOL_CACHE', 'GIVEN']))
    // The temporary folders are gone.
    await expect(readdir(workspace)).rejects.toThrow('ENOENT')
    await expect(readdir(join(script, '..'))).rejects.toThrow('ENOENT')
  })

  test('keeps a given workspace', async () => {
    const workspace = await mkdtemp(join(folder, 'workspace-'))
    await run(steps('run: touch here'), { workspace })
    expect(await readdir(workspace)).toEqual(['here'])
  })
})

describe('workflow commands of a composite', () => {
  test('record annotations, masks and groups', async () => {
    const shown: string[] = []
    const result = await run(
      steps(`run: |
  echo '::group::First %25'
  echo '::add-mask::hush%0Ahush2'
  echo 'it is hush2, hush'
  echo '::endgroup::'
  echo '::error title=Bad%2C worse,file=a%3Ab::one%0Atwo hush'
  echo ' ::warning::careful' >&2; sleep 1
  echo '::debug::quiet'
  echo 'no ::error::command'
  echo '::unknown::text'
  echo '::stop-commands::token'
  echo '::error::printed'
  echo '::token::'
  printf '::notice::last'`),
      { onOutput: (text) => shown.push(text) }
    )
    expect(result.annotations).toEqual([
      { level: 'error', message: 'one\ntwo hush', properties: { title: 'Bad, worse', file: 'a:b' }, source: 'step' },
      { level: 'warning', message: 'careful', properties: {}, source: 'step' },
      { level: 'notice', message: 'last', properties: {}, source: 'step' }
    ])
    expect(result.masks).toEqual(['hush\nhush2', 'hush2', 'hush'])
    expect(result.rendered).toBe(
      '▶ First %\nit is ***, ***\nError: one\ntwo ***\nWarning: careful\nno ::error::command\n::unknown::text\n' +
        '::stop-commands::token\n::error::printed\n::token::\nNotice: last\n'
    )
    expect(shown.join('')).toBe(result.rendered)
    expect(result.output).toContain('::add-mask::hush%0Ahush2\nit is hush2, hush\n')
    expect(result.steps[0]?.text).toBe(result.output)
  })

  test('fail the step if they are disabled', async () => {
    const result = await run(steps('run: echo "::set-output name=a::b"'))
    expect(result.annotations).toMatchObject([{ message: expect.stringContaining('`set-output`'), source: 'runner' }])
    expect(outcomes(result)).toEqual(['failure'])
  })
})

describe('cancellation of a composite', () => {
  /** Runs the steps and cancels as soon as one of them prints "ready". */
  async function cancelled(grace: CompositeOptions['grace'], ...list: string[]): Promise<CompositeResult> {
    const controller = new AbortController()
    const onOutput = (text: string): void => {
      if (text.includes('ready')) controller.abort()
    }
    return run(steps(...list), { signal: controller.signal, onOutput, grace })
  }
  const node = (script: string): string => `run: exec ${process.execPath} -e "${script}"`
  const after = [
    'run: echo never',
    'if: failure()\nrun: echo never',
    'if: cancelled()\nrun: echo cancelled',
    'if: always()\nrun: echo always'
  ]

  test('ends a program that handles SIGINT, and always() steps still run', async () => {
    const listens =
      "process.on('SIGINT', () => { console.log('stopped'); process.exit(0) }); setInterval(() => {}, 9); console.log('ready')"
    const result = await cancelled(undefined, `id: a\n${node(listens)}`, ...after)
    expect(result.output).toBe('ready\nstopped\ncancelled\nalways\n')
    expect(outcomes(result)).toEqual(['cancelled', 'skipped', 'skipped', 'success', 'success'])
    expect(result.conclusion).toBe('cancelled')
    expect(result.annotations).toMatchObject([{ message: 'The operation was canceled.', source: 'runner' }])
  })

  test('ends a program that ignores SIGINT by SIGTERM and then SIGKILL', async () => {
    const ignores =
      "for (const s of ['SIGINT', 'SIGTERM']) process.on(s, () => console.log(s)); setInterval(() => {}, 9); console.log('ready')"
    const result = await cancelled({ interrupt: 1000, terminate: 1000 }, node(ignores), ...after)
    expect(result.output).toBe('ready\nSIGINT\nSIGTERM\ncancelled\nalways\n')
    expect(result.steps[0]).toMatchObject({ outcome: 'cancelled', exitCode: 137 })
    expect(result.steps[0]?.milliseconds).toBeGreaterThanOrEqual(2_000)
  })

  test('sends no signal to a child that bash does not exec', async () => {
    const child = `${process.execPath} -e "process.on('SIGINT', () => console.log('SIGINT')); setTimeout(() => {}, 4000); console.log('ready')"`
    const result = await cancelled({ interrupt: 1000, terminate: 1000 }, `run: |\n  ${child}\n  echo never`)
    expect(result.output).toBe('ready\n')
    expect(result.steps[0]).toMatchObject({ outcome: 'cancelled', exitCode: 143 })
  })

  test('does not disturb a running always() step', async () => {
    const result = await cancelled(undefined, 'if: always()\nrun: echo ready; sleep 0.3; echo done', ...after)
    expect(result.output).toBe('ready\ndone\ncancelled\nalways\n')
    expect(outcomes(result)).toEqual(['success', 'skipped', 'skipped', 'success', 'success'])
    expect(result.conclusion).toBe('cancelled')
  })

  test('keeps a background program for the next step, until the run ends', async () => {
    const result = await run(
      steps(
        'run: |\n  sleep 60 >/dev/null 2>&1 &\n  echo "PID=$!" >>"$GITHUB_ENV"',
        'run: |\n  kill -0 $PID\n  echo "$PID"'
      )
    )
    expect(result.conclusion).toBe('success')
    const pid = Number(result.output)
    // It is gone, or waits for whoever inherited it to notice that it is dead.
    const state = () =>
      promisify(execFile)('ps', ['-o', 'stat=', '-p', String(pid)]).then(
        ({ stdout }) => stdout.trim(),
        () => ''
      )
    for (let attempt = 1; attempt < 50 && /^[^Z]/.test(await state()); attempt++) await sleep(20)
    expect(await state()).toMatch(/^(Z.*)?$/)
  })

  test('reports steps as they start and end', async () => {
    const events: string[] = []
    await run(steps('id: a\nrun: echo', 'id: b\nif: false\nrun: echo'), {
      onStep: (event) =>
        events.push(event.state === 'started' ? `+${event.id}` : `-${event.step.id} ${event.step.outcome}`)
    })
    expect(events).toEqual(['+a', '-a success', '-b skipped'])
  })
})

describe('expectNoSecret', () => {
  const secret = 'pä$$ "wo/rd\\?'
  const base64 = (prefix: string): string => Buffer.from(`${prefix}${secret}suffix`).toString('base64')

  test.each([
    ['as it is', `x${secret}y`],
    ['URL-encoded', `redis://:${encodeURIComponent(secret)}@host`],
    ['URL-encoded', encodeURIComponent(secret).toLowerCase()],
    ['URL-encoded', new URLSearchParams({ a: secret }).toString()],
    ['escaped as in JSON', JSON.stringify({ a: secret })],
    ['escaped twice as in JSON', JSON.stringify(JSON.stringify({ a: secret }))],
    ['base64', base64('')],
    ['base64', base64('a')],
    ['base64', base64('ab')],
    ['base64', base64('abc')],
    ['base64', Buffer.from(`a${secret}`).toString('base64url')],
    ['across lines', base64('a'.repeat(50)).replace(/.{76}/g, '$&\n')]
  ])('finds a secret %s', (form, text) => {
    expect(() => expectNoSecret(Buffer.from(`first\n${text}`), ['other', secret])).toThrow(form)
  })

  test('shows the location of a secret, not the secret', () => {
    expect(() => expectNoSecret(`a\n${secret}`, [secret])).toThrow(
      /^Secret 1 of 1 was captured in line 2 \(as it is\)$/
    )
  })

  test('accepts only complete add-mask lines', () => {
    expectNoSecret(`harmless\n::add-mask::${secret}\n`, [secret, 'absent'])
    expect(() => expectNoSecret(`see ::add-mask::${secret}`, [secret])).toThrow('line 1')
    expect(() => expectNoSecret('text', [''])).toThrow('empty')
  })
})
