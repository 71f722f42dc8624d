import { describe, expect, test } from '@jest/globals'
import { SizeLimits } from '../../../../../src/phases/render/sandbox/size-limits.ts'
import { failureOf } from '../../../failure-of.ts'

const shown = (directory: string) => `deploy/${directory}`

function amounts(includes: Record<string, string[]>): SizeLimits {
  const result = new SizeLimits()
  for (const [directory, included] of Object.entries(includes)) {
    expect(result.add(directory)).toBe(true)
    for (const each of included) {
      result.count(directory, { references: 1 })
      result.include(directory, each)
    }
  }
  return result
}

describe('the directories that kustomize reads', () => {
  test('are counted as often as they are included', () => {
    // The sum of what 2^10 paths name, and no more than that.
    const levels = Array.from({ length: 9 }, (_, level) => [String(level), [String(level + 1), String(level + 1)]])
    const below = amounts({ ...Object.fromEntries(levels), 9: [] })
    expect(() => below.judge('1', shown)).not.toThrow()
    expect(failureOf(() => below.judge('0', shown))).toMatchObject({
      code: 'render-failed',
      message: expect.stringContaining('more than 1000 files and directories')
    })
  })

  test('are read once each', () => {
    const seen = amounts({ a: [] })
    expect(seen.add('a')).toBe(false)
  })

  test('may include the same directory twice, which is not a cycle', () => {
    expect(() => amounts({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }).judge('a', shown)).not.toThrow()
  })

  test.each([
    [{ a: ['a'] }, '"deploy/a" includes "deploy/a"'],
    [{ a: ['b'], b: ['c'], c: ['b'] }, '"deploy/b" includes "deploy/c" includes "deploy/b"']
  ])('contain no cycle: %j', (includes, circle) => {
    const failure = failureOf(() => amounts(includes).judge('a', shown))
    expect(failure).toMatchObject({ code: 'render-failed', message: `the manifests include themselves: ${circle}` })
  })

  test('are counted before they are read', () => {
    const seen = amounts({ a: [] })
    seen.count('a', { bytes: 5 * 1024 ** 2 })
    expect(failureOf(() => seen.count('a', { bytes: 1 })).message).toContain('more than 5 MiB')
  })
})
