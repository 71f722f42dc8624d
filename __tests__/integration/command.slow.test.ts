import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { runCommand } from '../../src/clients/runner/command.ts'
import type { CommandOptions } from '../../src/core/command.ts'
import { ended, numberIn } from './processes.ts'

let folder: string
const path = process.env['PATH'] ?? ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'command-'))
})
afterEach(() => rm(folder, { recursive: true }))

function run(script: string, options: Partial<CommandOptions> = {}, ...parameters: string[]) {
  return runCommand('/bin/sh', ['-c', script, 'script', ...parameters], {
    environment: { PATH: path, FOLDER: folder },
    signal: new AbortController().signal,
    timeoutMilliseconds: 60_000,
    maximumBytes: 1024 ** 2,
    ...options
  })
}

/** A program and its child, neither of which SIGTERM ends; their process ids stand in files. */
const stubborn = `
trap '' TERM INT HUP
echo $$ >"$FOLDER/parent"
/bin/sh -c 'trap "" TERM INT HUP; echo $$ >"$FOLDER/child"; : >"$FOLDER/written"; exec /bin/sleep 600' &
exec /bin/sleep 600`

describe('the output of a program', () => {
  test('is returned byte by byte, without the line of its process ID', async () => {
    const { exitCode, stdout, stderr, stopped } = await run(
      "printf '1\\n\\000\\377\\r\\n'; printf 'ümläut' >&2; exit 3"
    )
    expect({ exitCode, stderr, stopped }).toEqual({ exitCode: 3, stderr: 'ümläut', stopped: undefined })
    expect([...stdout]).toEqual([0x31, 10, 0, 255, 13, 10])
  })

  test('is not logged, and neither is the command', async () => {
    const written: unknown[] = []
    const streams = [process.stdout, process.stderr]
    const originals = streams.map(({ write }) => write)
    for (const stream of streams) stream.write = (text: unknown) => written.push(text) > 0
    try {
      await run(
        'echo "$SECRET"; echo "$SECRET" >&2; exit 1',
        { environment: { SECRET: 'of-the-environment' } },
        'parameter'
      )
    } finally {
      for (const [index, stream] of streams.entries()) stream.write = originals[index] as typeof stream.write
    }
    expect(written).toEqual([])
  })

  test('ends the program if it is too long', async () => {
    const { stopped } = await run('yes', { maximumBytes: 100_000 })
    expect(stopped).toBe('output')
  })

  test('ends the program if its error output is too long', async () => {
    const { stopped } = await run('yes >&2', { maximumBytes: 100_000 })
    expect(stopped).toBe('output')
  })
})

describe('a program', () => {
  test('gets its own environment only', async () => {
    const { stdout } = await run('env', { environment: { ONE: '1', NONE: undefined } })
    const names = stdout.toString().match(/^\w+(?==)/gm) ?? []
    // What the shell itself sets.
    expect(names.filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name))).toEqual(['ONE'])
  })

  test('gets its arguments unchanged', async () => {
    const { stdout } = await run('printf "<%s>" "$@"', {}, 'a b', '', '"$HOME"', '-s', '*')
    expect(stdout.toString()).toBe('<a b><><"$HOME"><-s><*>')
  })

  test('gets its input and the end of input', async () => {
    const input = "to be read, with $HOME, `date`, \\ and 'quotes'\nEND of it"
    expect((await run('cat', { input })).stdout.toString()).toBe(`${input}\n`)
    expect((await run('cat')).stdout.toString()).toBe('')
  })

  test('may ignore its input without harm to the run', async () => {
    // A program that ends at once closes its end of the pipe while the other one may still be written to.
    const runs = Array.from({ length: 20 }, () => run('exit 3', { input: 'never read\n'.repeat(300) }))
    for (const { exitCode } of await Promise.all(runs)) expect(exitCode).toBe(3)
  })

  test('runs in its directory', async () => {
    expect((await run('pwd -P', { directory: '/' })).stdout.toString()).toBe('/\n')
  })
})

describe('a program that does not end', () => {
  test('is killed after its time limit, with its children', async () => {
    expect(await run(stubborn, { timeoutMilliseconds: 1500 })).toMatchObject({ exitCode: undefined, stopped: 'time' })
    for (const name of ['parent', 'child']) await ended(numberIn(join(folder, name)))
  })

  test.each([
    ['that is cancelled', path],
    // It is found where it always is.
    ['whose PATH has no timeout', '/nowhere']
  ])('is killed with its children: one %s', async (_, searched) => {
    const cancelling = new AbortController()
    const running = run(stubborn, { environment: { PATH: searched, FOLDER: folder }, signal: cancelling.signal })
    while (!existsSync(join(folder, 'written'))) await setTimeout(10)
    cancelling.abort(new Error('cancelled by the runner'))
    await expect(running).rejects.toThrow('cancelled by the runner')
    for (const name of ['parent', 'child']) await ended(numberIn(join(folder, name)))
  })

  // Its timeout knows no long options, and makes no group.
  const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((file) => existsSync(file))
  const withBusyBox = busybox === undefined ? test.skip : test
  withBusyBox('is killed where timeout is the one of BusyBox', async () => {
    await mkdir(join(folder, 'bin'))
    await symlink(busybox ?? '', join(folder, 'bin', 'timeout'))
    const cancelling = new AbortController()
    const environment = { PATH: [join(folder, 'bin'), path].join(delimiter), FOLDER: folder }
    const script = 'trap "" TERM; echo $$ >"$FOLDER/parent"; : >"$FOLDER/written"; exec /bin/sleep 600'
    const running = run(script, { environment, signal: cancelling.signal })
    while (!existsSync(join(folder, 'written'))) await setTimeout(10)
    cancelling.abort(new Error('cancelled by the runner'))
    await expect(running).rejects.toThrow('cancelled by the runner')
    await ended(numberIn(join(folder, 'parent')))
  })

  test('is not started in a cancelled run', async () => {
    await writeFile(join(folder, 'before'), '')
    const signal = AbortSignal.abort(new Error('cancelled by the runner'))
    await expect(run('rm "$FOLDER/before"', { signal })).rejects.toThrow('cancelled by the runner')
    expect(readFileSync(join(folder, 'before'), 'utf8')).toBe('')
  })
})

describe('the end of a program', () => {
  test('is reported with the signal', async () => {
    expect(await run('kill -9 $$')).toMatchObject({ exitCode: undefined, stopped: undefined })
  })

  test('is reported for a missing program', async () => {
    const none = runCommand(join(folder, 'none'), [], {
      environment: { PATH: path },
      signal: new AbortController().signal,
      timeoutMilliseconds: 60_000,
      maximumBytes: 1024
    })
    expect(await none).toMatchObject({ exitCode: 127, stderr: expect.stringMatching(/\/none/) })
  })
})
