import { readFileSync } from 'node:fs'

/** Peak memory of each process that this one starts while something runs, by a name of the program, in bytes. */
export async function peakMemory(run: () => Promise<unknown>): Promise<Map<string, number>> {
  const peaks = new Map<string, number>()
  // The kernel keeps the peak (VmHWM), so that only the growth of the last moment can be missed.
  const timer = setInterval(() => {
    for (const pid of descendants(process.pid)) note(pid, peaks)
  }, 5)
  try {
    await run()
  } finally {
    clearInterval(timer)
  }
  return peaks
}

function note(pid: number, peaks: Map<string, number>): void {
  const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1]
  const name = programName(read(`/proc/${pid}/cmdline`).split('\0'))
  if (kilobytes !== undefined) peaks.set(name, Math.max(peaks.get(name) ?? 0, Number(kilobytes) * 1024))
}

/** `node dist/deploy/index.js` is deploy; `kubectl -n x rollout status` is kubectl. */
function programName([path = '', script = '']: readonly string[]): string {
  return /dist\/(\w+)\/index\.js$/.exec(script)?.[1] ?? path.slice(path.lastIndexOf('/') + 1)
}

function descendants(pid: number): number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number)
  return children.flatMap((child) => [child, ...descendants(child)])
}

/** Empty for a process that has ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
