import { describe, expect, test } from '@jest/globals'
import { readableDiff } from '../../../../src/phases/report/plan-section.ts'

const lines = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index))

test('what can be read is left as it is', () => {
  const diff = ['@@ data @@', ...lines(1_999, (index) => `+${index}`)].join('\n')
  expect(readableDiff(diff)).toBe(diff)
  expect(readableDiff(`${diff}\n`)).toBe(diff)
})

describe('a diff ends', () => {
  test('after two thousand lines, and says how many follow', () => {
    const shown = readableDiff(lines(5_000, (index) => `+${index}`).join('\n')).split('\n')
    expect(shown.slice(-2)).toEqual(['+1999', '… 3000 more lines'])
    expect(shown).toHaveLength(2_001)
  })

  test('before two hundred thousand bytes', () => {
    const shown = readableDiff(lines(1_000, () => `+${'ü'.repeat(900)}`).join('\n'))
    expect(Buffer.byteLength(shown)).toBeLessThan(200_100)
    expect(Buffer.byteLength(shown)).toBeGreaterThan(190_000)
    expect(shown).toMatch(/\n… \d+ more lines$/)
  })
})

describe('a very long line is cut', () => {
  const json = (value: string) => `  dashboard: "{${'a'.repeat(3_000)}${value}${'b'.repeat(3_000)}}"`

  test('to where it changes', () => {
    const [heading, removed = '', added = '', ...more] = readableDiff(
      ['@@ data @@', `-${json('old')}`, `+${json('new')}`].join('\n')
    ).split('\n')
    expect([heading, more]).toEqual(['@@ data @@', []])
    expect(removed).toMatch(/^- {2}dashboard: "\{a+ … a{250}oldb+ …$/)
    expect(added).toMatch(/^\+ {2}dashboard: "\{a+ … a{250}newb+ …$/)
    for (const line of [removed, added]) expect(line.length).toBeLessThan(1_000)
  })

  test('to the line that stands in its place, where several change', () => {
    const shown = readableDiff(
      ['-short', `-${json('old')}`, '+short', `+${json('new')}`, '+another', ' after'].join('\n')
    ).split('\n')
    expect(shown).toMatchObject({ 1: expect.stringContaining('oldb'), 3: expect.stringContaining('newb') })
    expect(shown.map((line) => line[0]).join('')).toBe('--+++ ')
  })

  test.each([
    ['added', `+${json('x')}`],
    ['around a change', ` ${json('x')}`]
  ])('to its start: one that is %s', (_, line) => {
    expect(readableDiff(line)).toMatch(/^[+ ] {2}dashboard: "\{a+ …$/)
  })

  test('to its end, where only that is new', () => {
    const [removed, added] = readableDiff(`-${'a'.repeat(3_000)}\n+${'a'.repeat(3_000)}b`).split('\n')
    expect(removed).toMatch(/^-a{100} … a{250}$/)
    expect(added).toMatch(/^\+a{100} … a{250}b$/)
  })

  test('and no character is cut in two', () => {
    expect(readableDiff(`+${'x'.repeat(499)}${'🐘'.repeat(600)}`).isWellFormed()).toBe(true)
  })
})
