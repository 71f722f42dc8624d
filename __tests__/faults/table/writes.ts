import { both, red, redisCli, type Subject } from '../line.ts'
import { configured, own } from '../own.ts'

/** Makes an operation of Redis fail that ends with renaming a file to this one, for which a folder is in the way. */
const inTheWay = (path: string) => `rm -rf ${path} && mkdir -p ${path}/in-the-way`
const shell = (script: string) => ['exec', 'redis-0', '--container=redis', '--', 'sh', '-c', script]

const small = own(configured('maxmemory-policy noeviction', 'maxmemory 2mb', 'maxmemory-clients 0'))

/** Redis answers, and takes no write, or does not keep it. */
export const writes: Subject = {
  title: 'Clients cannot write, or what they write is not kept',
  lines: [
    {
      title: 'the user of the Secret may not write (`ACL SETUSER default -@write`)',
      plant: (scene) => scene.redis('acl', 'setuser', 'default', '-@write'),
      look: redisCli('set', 'key', 'value')('NOPERM'),
      ...both(red('redis-readonly', 'user default may not run SET'))
    },
    {
      title: 'that user may write keys of another prefix alone (`resetkeys ~other:*`)',
      plant: (scene) => scene.redis('acl', 'setuser', 'default', 'resetkeys', '~other:*'),
      look: redisCli('set', 'key', 'value')('NOPERM'),
      ...both(red('redis-readonly', 'default'))
    },
    {
      title: 'Redis is a replica of another (`REPLICAOF`)',
      plant: (scene) => scene.redis('replicaof', '10.0.0.99', '6379'),
      look: redisCli('set', 'key', 'value')('READONLY'),
      ...both(red('redis-readonly', 'Redis is a replica of 10.0.0.99:6379'))
    },
    {
      title: 'the same, asked with `probe-from: cluster`',
      deployInputs: { 'probe-from': 'cluster' },
      plant: (scene) => scene.redis('replicaof', '10.0.0.98', '6379'),
      look: redisCli('set', 'key', 'value')('READONLY'),
      ...both(red('redis-readonly', 'Redis is a replica of 10.0.0.98:6379'))
    },
    {
      title: 'writes are paused (`CLIENT PAUSE … WRITE`)',
      plant: (scene) => scene.redis('client', 'pause', '600000', 'write'),
      look: { see: (scene) => scene.redisNow('set', 'key', 'value'), shows: 'no answer' },
      ...both(red('redis-readonly', 'writes are paused (CLIENT PAUSE)'))
    },
    {
      title: 'Redis waits for replicas that are not there (`min-replicas-to-write 1`)',
      plant: (scene) => scene.redis('config', 'set', 'min-replicas-to-write', '1'),
      look: redisCli('set', 'key', 'value')('NOREPLICAS'),
      ...both(red('redis-readonly', 'replicas'))
    },
    {
      title: 'a script blocks Redis (`EVAL "while true do end"`)',
      plant: (scene) =>
        scene.kubectl(
          ...shell(
            'REDISCLI_AUTH=$(cat /run/redis-credentials/password) ' +
              'redis-cli eval "while true do end" 0 >/dev/null 2>&1 </dev/null &'
          )
        ),
      look: { see: (scene) => scene.redisNow('get', 'key'), shows: 'BUSY' },
      ...both(red('redis-unreachable', 'SCRIPT KILL'))
    },
    {
      title: 'the last snapshot failed, so writes are refused (MISCONF)',
      plant: async (scene) => {
        await scene.kubectl(...shell(inTheWay('/data/dump.rdb')))
        await scene.redis('bgsave')
      },
      look: redisCli('set', 'key', 'value')('MISCONF'),
      heal: async (scene) => {
        await scene.kubectl(...shell('rm -r /data/dump.rdb'))
        await scene.redis('save')
      },
      ...both(red('persistence-failing', 'rdb_last_bgsave_status is err'))
    },
    {
      title: 'the last rewrite of the append-only file failed',
      plant: async (scene) => {
        await scene.kubectl(...shell('mv /data/appendonlydir /data/elsewhere && touch /data/appendonlydir'))
        await scene.redis('bgrewriteaof')
      },
      look: redisCli('info', 'persistence')('aof_last_bgrewrite_status:err'),
      restarts: true,
      ...both(red('persistence-failing', 'aof_last_bgrewrite_status is err'))
    },
    {
      title: 'memory is full, and the policy evicts nothing (`noeviction`)',
      setting: small,
      plant: (scene) => scene.redis('eval', "for i = 1, 20000 do redis.pcall('set', 'key:' .. i, 'value') end", '0'),
      look: redisCli('set', 'one-more', 'value')('OOM'),
      ...both(red('memory-over-threshold', 'used memory'))
    }
  ]
}
