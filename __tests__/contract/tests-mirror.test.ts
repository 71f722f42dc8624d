import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect, test } from '@jest/globals'
import { root } from '../support/root.ts'

/** The unit tests, as paths below `__tests__/unit` without `.test.ts`. */
const unitTests = readdirSync(join(root, '__tests__/unit'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => name.slice(0, -'.test.ts'.length))
  .sort()

/** Whether a test has the name of a file of src in the same folder, or begins with that name and a hyphen. */
function belongsToSource(unitTest: string): boolean {
  const folder = join(root, 'src', dirname(unitTest))
  if (!existsSync(folder)) return false
  const sources = readdirSync(folder).filter((name) => name.endsWith('.ts'))
  return sources.some((source) => `${basename(unitTest)}-`.startsWith(`${basename(source, '.ts')}-`))
}

test('every unit test is named after the file of src that it tests', () => {
  expect(unitTests.length).toBeGreaterThan(100)
  expect(unitTests.filter((unitTest) => !belongsToSource(unitTest))).toEqual([])
})
