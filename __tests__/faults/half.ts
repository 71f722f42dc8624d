import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Line, Outcome, Subject } from './line.ts'
import type { Shown } from './scene.ts'

/** How long another tool may take to see what was planted: endpoints and policies come a moment later. */
const lookMilliseconds = 20_000

/** Where faults are planted, and undone. */
interface Planted<S> extends AsyncDisposable {
  prepare(line: Line<S>): Promise<void>
  deploy(line: Line<S>): Promise<Shown>
  verify(line: Line<S>): Promise<Shown>
  heal(line: Line<S>): Promise<void>
}

/** Plants the faults of these subjects in a namespace of their own, one after the other. */
export function plantAll<S extends Planted<S>>(subjects: readonly Subject<S>[], create: () => Promise<S>): void {
  let scene: S

  beforeAll(async () => {
    scene = await create()
  })
  afterAll(async () => scene[Symbol.asyncDispose]())

  describe.each(subjects)('$title', ({ lines }) => {
    test.each(lines)('$title', async (line) => {
      await scene.prepare(line)
      const failed = await playing(scene, line).catch((error: unknown) => error ?? 'no error')
      const left = await scene.heal(line).catch((error: unknown) => error ?? 'no error')
      if (failed !== undefined) throw failed
      if (left !== undefined) throw left
    })
  })
}

async function playing<S extends Planted<S>>(scene: S, line: Line<S>): Promise<void> {
  await line.plant?.(scene)
  if (line.first === 'deploy') {
    expectOutcome('deploy', await scene.deploy(line), line.deploy)
    await expectSeen(scene, line)
    if (line.verify !== undefined) expectOutcome('verify', await scene.verify(line), line.verify)
    return
  }
  await expectSeen(scene, line)
  if (line.verify !== undefined) expectOutcome('verify', await scene.verify(line), line.verify)
  expectOutcome('deploy', await scene.deploy(line), line.deploy)
}

/** Without this, a line whose fault is not there would prove nothing. */
async function expectSeen<S>(scene: S, { look }: Line<S>): Promise<void> {
  const end = performance.now() + lookMilliseconds
  let seen = await look.see(scene)
  while (!has(seen, look.shows) && performance.now() < end) {
    await sleep(250)
    seen = await look.see(scene)
  }
  if (!has(seen, look.shows)) expect(`another tool sees: ${seen}`).toMatch(look.shows)
}

function expectOutcome(run: 'deploy' | 'verify', shown: Shown, { code, words }: Outcome): void {
  const text = code === 'passed' ? shown.notes : shown.failure
  const missing = words.filter((each) => !has(text, each)).map(String)
  if (shown.code === code && missing.length === 0) return
  const { log, ...rest } = shown
  expect({ run, ...rest, missing, log }).toEqual({ run, ...rest, code, missing: [], log })
}

function has(text: string, words: string | RegExp): boolean {
  return typeof words === 'string' ? text.includes(words) : words.test(text)
}
