import { describe, expect, test } from '@jest/globals'
import type { RedisConnection } from '../../../../src/clients/redis/connection.ts'
import { proveWrite } from '../../../../src/phases/probe/prove-write.ts'

const info = new Map([
  ['role', 'master'],
  ['cluster_enabled', '1']
])
const replied = (message: string) => Object.assign(new Error(message), { replied: true })

/** The write to a cluster whose nodes, by port, send clients on with these words, or keep keys. */
async function writing(nodes: Record<number, string | Error>, role = 'master') {
  const [asked, opened]: [string[], string[]] = [[], []]
  const open = async (host: string, port: number): Promise<RedisConnection> => {
    const said = nodes[port]
    if (said instanceof Error) throw said
    const keys = new Map<string, unknown>()
    return {
      async call(command, ...[key = '', value]) {
        asked.push(`${port} ${command}`)
        if (command === 'ACL') throw replied('NOPERM')
        if (command === 'ASKING') return 'OK'
        if (said !== undefined && said !== '') throw replied(said)
        if (command === 'SET') keys.set(key, value)
        return command === 'GET' ? keys.get(key) : 'OK'
      },
      async [Symbol.asyncDispose]() {
        opened.push(`${host}:${port}`)
      }
    }
  }
  const inputs = { username: undefined, database: undefined, expected: undefined, mayWrite: true }
  await using connection = await open('first', 1)
  const finding = await proveWrite(
    { ...inputs, info: new Map([...info, ['role', role]]) },
    connection,
    () => open('first', 1),
    ({ host = 'first', port }) => open(host, port)
  )
  return { finding, asked: asked.filter((each) => !each.endsWith(' ACL')), opened }
}

describe('a write to a cluster', () => {
  test('follows the nodes to the one that holds the key', async () => {
    const { finding, asked, opened } = await writing({ 1: 'MOVED 5 second:2', 2: 'MOVED 5 :3', 3: '' })
    expect(finding.check).toMatchObject({
      passed: true,
      detail: 'SET, GET and DEL of a key of its own, in one shard; the others were not tried'
    })
    expect(asked.slice(-3)).toEqual(['3 SET', '3 GET', '3 DEL'])
    expect(opened).toEqual(['second:2', 'second:3', 'first:1'])
  })

  test('says ASKING before each command where a slot is on its way', async () => {
    const { finding, asked } = await writing({ 1: 'ASK 5 second:2', 2: '' })
    expect(finding.check?.passed).toBe(true)
    expect(asked.slice(-6)).toEqual(['2 ASKING', '2 SET', '2 ASKING', '2 GET', '2 ASKING', '2 DEL'])
  })

  test('is sent to the master by a replica', async () => {
    expect((await writing({ 1: 'MOVED 5 master:2', 2: '' }, 'slave')).finding.check?.passed).toBe(true)
  })

  test('tells what the other node refuses', async () => {
    const { finding } = await writing({ 1: 'MOVED 5 second:2', 2: 'READONLY' })
    expect(finding).toMatchObject({ problem: 'replica', check: { passed: false } })
  })

  test('ends where the nodes send it round', async () => {
    const { finding, asked } = await writing({ 1: 'MOVED 5 second:2', 2: 'MOVED 5 first:1' })
    expect(finding.check).toBeUndefined()
    expect(finding.notes).toEqual([expect.stringContaining('other nodes hold the keys')])
    expect(asked.length).toBeLessThanOrEqual(16 * 6 * 3)
  })

  test('is thrown with what was said, if the other node cannot be reached', async () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED second:2'), { code: 'ECONNREFUSED' })
    await expect(writing({ 1: 'MOVED 5 second:2', 2: refused })).rejects.toThrow(
      'MOVED 5 second:2: connect ECONNREFUSED second:2'
    )
  })
})
