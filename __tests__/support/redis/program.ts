import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'

export interface RedisProgram {
  readonly path: string
  /** The version that it prints, for example "redis-server 7.0.15" or "valkey-server 9.1.2". */
  readonly name: string
}

/** The first redis-server on PATH, else the first valkey-server, else undefined. */
export async function findRedis(): Promise<RedisProgram | undefined> {
  const { PATH = '' } = process.env
  const folders = PATH.split(delimiter).filter((folder) => folder !== '')
  for (const name of ['redis-server', 'valkey-server']) {
    for (const folder of folders) {
      const path = join(folder, name)
      if (await isExecutable(path)) return describe(path)
    }
  }
  return undefined
}

/** That one, and those in REDIS_PROGRAMS, a list of paths in the format of PATH: other versions, other products. */
export async function allRedis(): Promise<RedisProgram[]> {
  const { REDIS_PROGRAMS = '' } = process.env
  const paths = REDIS_PROGRAMS.split(delimiter).filter((path) => path !== '')
  const found = await findRedis()
  return [...(found === undefined ? [] : [found]), ...(await Promise.all(paths.map(describe)))]
}

export async function describe(path: string): Promise<RedisProgram> {
  const { stdout } = await promisify(execFile)(path, ['--version'])
  // Valkey also installs itself under the name redis-server, so its output counts, not the file name.
  const [, product, version] = /^(\w+) server v=(\S+)/i.exec(stdout) ?? []
  if (product === undefined) throw new Error(`${path} --version is neither Redis nor Valkey: ${stdout}`)
  return { path, name: `${product.toLowerCase()}-server ${version}` }
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false
  )
}
