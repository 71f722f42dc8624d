import { describe, expect, test } from '@jest/globals'
import { readableDiff } from '../../../../src/phases/report/plan-section.ts'

const lines = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index))

test('keeps a diff of readable size unchanged', () => {
  const diff = ['@@ data @@', ...lines(1_999, (index) => `+${index}`)].join('\n')
  expect(readableDiff(diff)).toBe(diff)
  expect(readableDiff(`${diff}\n`)).toBe(diff)
})

describe('a long diff', () => {
  test('is cut after two thousand lines, with the number of lines left out', () => {
    const shown = readableDiff(lines(5_000, (index) => `+${index}`).join('\n')).split('\n')
    expect(shown.slice(-2)).toEqual(['+1999', '… 3000 more lines'])
    expect(shown).toHaveLength(2_001)
  })

  test('is cut before two hundred thousand bytes', () => {
    const shown = readableDiff(lines(1_000, () => `+${'ü'.repeat(900)}`).join('\n'))
    expect(Buffer.byteLength(shown)).toBeLessThan(200_100)
    expect(Buffer.byteLength(shown)).toBeGreaterThan(190_000)
    expect(shown).toMatch(/\n… \d+ more lines$/)
  })
})

describe('a very long line', () => {
  const json = (value: string) => `  dashboard: "{${'a'.repeat(3_000)}${value}${'b'.repeat(3_000)}}"`

  test('is cut to where it changes', () => {
    const [heading, removed = '', added = '', ...more] = readableDiff(
      ['@@ data @@', `-${json('old')}`, `+${json('new')}`].join('\n')
    ).split('\n')
    expect([heading, more]).toEqual(['@@ data @@', []])
    expect(removed).toMatch(/^- {2}dashboard: "\{a+ … a{250}oldb+ …$/)
    expect(added).toMatch(/^\+ {2}dashboard: "\{a+ … a{250}newb+ …$/)
    for (const line of [removed, added]) expect(line.length).toBeLessThan(1_000)
  })

  test('is compared with its counterpart where several lines change', () => {
    const shown = readableDiff(
      ['-short', `-${json('old')}`, '+short', `+${json('new')}`, '+another', ' after'].join('\n')
    ).split('\n')
    expect(shown).toMatchObject({ 1: expect.stringContaining('oldb'), 3: expect.stringContaining('newb') })
    expect(shown.map((line) => line[0]).join('')).toBe('--+++ ')
  })

  test.each([
    ['added', `+${json('x')}`],
    ['around a change', ` ${json('x')}`]
  ])('is cut to its start if it is %s', (_, line) => {
    expect(readableDiff(line)).toMatch(/^[+ ] {2}dashboard: "\{a+ …$/)
  })

  test('is cut to its end if only that is new', () => {
    const [removed, added] = readableDiff(`-${'a'.repeat(3_000)}\n+${'a'.repeat(3_000)}b`).split('\n')
    expect(removed).toMatch(/^-a{100} … a{250}$/)
    expect(added).toMatch(/^\+a{100} … a{250}b$/)
  })

  test('is never cut inside of a character', () => {
    expect(readableDiff(`+${'x'.repeat(499)}${'🐘'.repeat(600)}`).isWellFormed()).toBe(true)
  })
})
