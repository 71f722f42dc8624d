import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { arch, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { Failure } from '../../src/core/failure.ts'
import { textAt } from '../../src/core/kubernetes/object.ts'
import { failureOf } from './outcome.ts'
import { ended, numberIn } from './processes.ts'
import { installedPrograms, pathWithOnly, type RenderRun, rendering } from './rendering.ts'

let folder: string
let environment: NodeJS.ProcessEnv

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kustomize-'))
  environment = { ...process.env }
})
afterEach(async () => {
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name]
  Object.assign(process.env, environment)
  await rm(folder, { recursive: true })
})

const document = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: printed\n'

/** A program that prints this instead of rendering. */
async function script(path: string, stdout: string, stderr = '', exitCode = 0): Promise<void> {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
  const lines = ['#!/bin/sh', `printf %s ${quoted(stdout)}`, `printf %s ${quoted(stderr)} >&2`, `exit ${exitCode}`]
  await writeFile(path, lines.join('\n'))
  await chmod(path, 0o755)
}

const installed = await installedPrograms()

describe('the kustomize that renders', () => {
  // What @actions/tool-cache says for debugging.
  beforeEach(() => void jest.spyOn(process.stdout, 'write').mockReturnValue(true))
  afterEach(() => void jest.restoreAllMocks())

  test('is the one on PATH', async () => {
    await script(join(folder, 'kustomize'), document)
    await script(join(folder, 'kubectl'), 'never')
    const { program, documents } = await rendering({}, { path: folder })
    expect(program).toBe('kustomize build')
    expect(documents.map(({ object }) => object.metadata.name)).toEqual(['printed'])
  })

  test('is the one in kubectl if there is none on PATH', async () => {
    await script(join(folder, 'kubectl'), document)
    expect((await rendering({}, { path: folder })).program).toBe('kubectl kustomize')
  })

  test('is the one that an earlier run downloaded if there is no other', async () => {
    const cached = join(folder, 'kustomize', '5.8.1', arch())
    await mkdir(cached, { recursive: true })
    await script(join(cached, 'kustomize'), document)
    await writeFile(`${cached}.complete`, '')
    process.env['RUNNER_TOOL_CACHE'] = folder
    expect((await rendering({}, { path: '' })).program).toBe('kustomize 5.8.1')
  })

  test('is missing after a failed download, with a hint what to install', async () => {
    Object.assign(process.env, {
      RUNNER_TOOL_CACHE: folder,
      RUNNER_TEMP: folder,
      // A proxy where nothing listens, so that no network is asked.
      https_proxy: 'http://127.0.0.1:1',
      no_proxy: ''
    })
    // How long tool-cache waits before it tries again.
    for (const bound of ['MIN', 'MAX']) Object.assign(globalThis, { [`TEST_DOWNLOAD_TOOL_RETRY_${bound}_SECONDS`]: 0 })
    expect(await failureOf(rendering({}, { path: '' }))).toMatchObject({
      code: 'render-failed',
      message: expect.stringMatching(/^kustomize_v5\.8\.1_\w+\.tar\.gz could not be downloaded: .*ECONNREFUSED/),
      hint: 'install kustomize or kubectl on the runner before this step'
    })
  })

  test('is missing on a platform without a release', async () => {
    process.env['RUNNER_TOOL_CACHE'] = folder
    const { platform } = process
    Object.defineProperty(process, 'platform', { value: 'sunos' })
    try {
      expect(await failureOf(rendering({}, { path: '' }))).toMatchObject({
        code: 'render-failed',
        message: expect.stringMatching(/^neither kustomize nor kubectl is on PATH, and none is known for sunos_\w+$/)
      })
    } finally {
      Object.defineProperty(process, 'platform', { value: platform })
    }
  })
})

describe('the output of kustomize', () => {
  test('is logged line by line, each once, and sanitized', async () => {
    const deprecated = "# Warning: 'bases' is deprecated. Please use 'resources' instead.\n"
    const warnings = `${deprecated}\n::error::not a command\n${deprecated}`
    await script(join(folder, 'kustomize'), document, warnings)
    const { log } = await rendering({}, { path: folder })
    expect(log).toEqual([
      "kustomize build warns: # Warning: 'bases' is deprecated. Please use 'resources' instead.",
      expect.stringMatching(/^kustomize build warns: (?!::)\S:error::not a command$/)
    ])
  })

  test('is written to the last byte', async () => {
    const text = `---\n${document}  annotations:\n    a: "ä\\u0000 …"  # kept\n\n---\n# nothing\n`
    await script(join(folder, 'kustomize'), text)
    const use = async ({ manifest }: RenderRun) => expect(await readFile(manifest, 'utf8')).toBe(text)
    expect((await rendering({}, { path: folder, use })).documents).toHaveLength(1)
  })

  test('is the evidence of a failure', async () => {
    const said = '\nError: accumulating resources: ::error::\nsecond line\n'
    await script(join(folder, 'kustomize'), 'half a manifest', said, 7)
    const failure = await failureOf(rendering({}, { path: folder }))
    expect(failure).toMatchObject({
      code: 'render-failed',
      message: expect.stringMatching(/^kustomize build ended with exit code 7: Error: accumulating resources: /),
      evidence: [{ title: 'What kustomize build said', text: said }]
    })
  })

  test('is refused if it is not a manifest', async () => {
    await script(join(folder, 'kustomize'), 'kind: [')
    expect((await failureOf(rendering({}, { path: folder }))).code).toBe('invalid-manifest')
  })
})

describe('a stopped kustomize', () => {
  const body = async (...lines: string[]) => {
    await writeFile(join(folder, 'kustomize'), ['#!/bin/sh', ...lines].join('\n'), { mode: 0o755 })
  }

  test('has exceeded its time limit', async () => {
    await body('echo "waiting for a server" >&2', 'exec /bin/sleep 600')
    expect(await failureOf(rendering({}, { path: folder, timeoutMilliseconds: 500 }))).toMatchObject({
      code: 'render-failed',
      message: 'kustomize build did not finish within 0.5 s, and was stopped'
    })
  })

  test('has exceeded its output limit', async () => {
    await body(`while :; do echo 'a: ${'b'.repeat(10_000)}'; done`)
    expect(await failureOf(rendering({}, { path: folder }))).toMatchObject({
      code: 'render-failed',
      message: 'kustomize build printed more than 2 MiB, and was stopped',
      evidence: []
    })
  })

  test('ends with its children and the reason of a cancelled run', async () => {
    const [parent, child] = [join(folder, 'parent'), join(folder, 'child')]
    await body(
      "trap '' TERM",
      `echo $$ >${parent}`,
      `/bin/sh -c 'trap "" TERM; echo $$ >${child}; : >${child}.written; exec /bin/sleep 600' &`,
      'exec /bin/sleep 600'
    )
    const cancelling = new AbortController()
    const running = failureOf(rendering({}, { path: folder, signal: cancelling.signal }))
    while (!existsSync(`${child}.written`)) await setTimeout(10)
    cancelling.abort(new Failure('cancelled', 'the run was cancelled', 'run again'))
    expect((await running).code).toBe('cancelled')
    for (const file of [parent, child]) await ended(numberIn(file))
  })

  // macOS cannot limit it.
  const onLinux = process.platform === 'linux' ? test : test.skip
  onLinux('has exceeded its memory limit', async () => {
    await body(`printf '${document.replaceAll('\n', '\\n')}data: {kibibytes: "%s"}\n' "$(ulimit -d)"`)
    const { documents } = await rendering({}, { path: folder })
    expect(textAt(documents[0]?.object, 'data', 'kibibytes')).toBe(String(1024 ** 2))
  })

  test.each([
    ['runtime: out of memory: cannot allocate 4194304-byte block (1073741824 in use)\nfatal error: out of memory\n'],
    ['fatal error: runtime: cannot allocate memory\n\nruntime stack:\n']
  ])('reports that memory was missing: %j', async (said) => {
    await script(join(folder, 'kustomize'), '', said, 2)
    expect((await failureOf(rendering({}, { path: folder }))).message).toBe(
      'kustomize build wanted more than 1 GiB of memory'
    )
  })
})

const all = {
  maxmemory: '100mb',
  maxmemoryPolicy: 'volatile-ttl',
  memoryLimit: '1Gi',
  storageSize: '7Gi',
  storageClass: 'fast',
  redisImage: 'example.org/redis:7.2',
  exporterImage: 'example.org/exporter:1'
}
const onlySeveral = installed.length > 1 ? test : test.skip

describe('the kustomize programs of this machine', () => {
  onlySeveral.each(['development', 'production'])('renders the same for %s', async (environment) => {
    const adjustments = environment === 'production' ? {} : all
    const outputs: unknown[] = []
    for (const [index, program] of installed.entries()) {
      const path = await pathWithOnly(program, join(folder, String(index)))
      const { documents, log } = await rendering({ environment, adjustments }, { path })
      expect(log).toEqual([])
      // In any order: each object is applied for itself.
      outputs.push(
        Object.fromEntries(documents.map(({ object }) => [`${object.kind}/${object.metadata.name}`, object]))
      )
    }
    for (const output of outputs) expect(output).toEqual(outputs[0])
  })
})
