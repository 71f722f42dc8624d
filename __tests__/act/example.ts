import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from '@jest/globals'
import type { WorkflowRun } from '../support/act-output.ts'
import { root } from '../support/root.ts'

/**
 * A workflow of examples/ for the one cluster of the tests, where a namespace of its own stands for the cluster of each
 * environment. Nothing else of it is changed.
 * @param namespaces by environment
 */
export async function example(name: string, namespaces: Readonly<Record<string, string>>): Promise<string> {
  const text = await readFile(join(root, 'examples', name), 'utf8')
  const original = text.split('\n')
  const added = new Set<string>()
  const lines = original.flatMap((line) => {
    const [, indent, environment = ''] = /^( {10})environment: (\w+)$/.exec(line) ?? []
    if (indent === undefined) return [line]
    const namespace = namespaces[environment]
    if (namespace === undefined) throw new Error(`examples/${name} has an environment ${environment}`)
    const more = `${indent}namespace: ${namespace}`
    added.add(more)
    return [line, more]
  })
  expect(lines.filter((line) => !added.has(line))).toEqual(original)
  // None is left that would go to the namespace that everybody shares.
  expect(lines.length - original.length).toBe(text.match(/uses: org\/redis-cache-action/g)?.length)
  return lines.join('\n')
}

/** The action that an example pins, as `owner/name@sha`. */
export function pinned(workflow: string, action: string): string {
  const found = new RegExp(`uses: (${action}@[0-9a-f]{40})`).exec(workflow)
  if (found?.[1] === undefined) throw new Error(`no ${action} is pinned`)
  return found[1]
}

/** Shows all that a run said if its jobs ended otherwise. */
export function expectJobs({ jobs, summary, log }: WorkflowRun, wanted: Readonly<Record<string, string>>): void {
  const isAsWanted = JSON.stringify(Object.entries(jobs).sort()) === JSON.stringify(Object.entries(wanted).sort())
  expect({ jobs, said: isAsWanted ? '' : `${summary}\n${log}` }).toEqual({ jobs: wanted, said: '' })
}
