import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../support/root.ts'

/** Ends the deploy program as the kernel does when memory runs out: the one among the descendants of this process. */
export async function killDeploy(): Promise<void> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,args='])
  const processes = [...stdout.matchAll(/^\s*(\d+)\s+(\d+)\s+(.*)$/gm)].map(([, pid, parent, command = '']) => ({
    pid: Number(pid),
    parent: Number(parent),
    command
  }))
  const isOurs = (pid: number): boolean =>
    pid === process.pid || processes.some((each) => each.pid === pid && each.parent !== pid && isOurs(each.parent))
  const script = join(root, 'dist', 'deploy', 'index.js')
  const found = processes.find(({ pid, command }) => command.includes(script) && isOurs(pid))
  if (found === undefined) throw new Error('no deploy program runs below this process')
  process.kill(found.pid, 'SIGKILL')
}
