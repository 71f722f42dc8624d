import { red, redisCli, type Subject } from '../line.ts'

/** Redis answers, and takes no write. */
export const writes: Subject = {
  title: 'Clients cannot write',
  lines: [
    {
      title: 'the user of the Secret may not write (`ACL SETUSER default -@write`)',
      plant: (scene) => scene.redis('acl', 'setuser', 'default', '-@write'),
      look: redisCli('set', 'key', 'value')('NOPERM'),
      deploy: red('redis-readonly', 'user default may not run SET'),
      verify: red('redis-readonly', 'user default may not run SET')
    },
    {
      title: 'Redis is a replica of another (`REPLICAOF`)',
      plant: (scene) => scene.redis('replicaof', '10.0.0.99', '6379'),
      look: redisCli('set', 'key', 'value')('READONLY'),
      deploy: red('redis-readonly', 'Redis is a replica of 10.0.0.99:6379'),
      verify: red('redis-readonly', 'Redis is a replica of 10.0.0.99:6379')
    },
    {
      title: 'writes are paused (`CLIENT PAUSE … WRITE`)',
      plant: (scene) => scene.redis('client', 'pause', '600000', 'write'),
      look: { see: (scene) => scene.redisNow('set', 'key', 'value'), shows: 'no answer' },
      deploy: red('redis-readonly', 'writes are paused (CLIENT PAUSE)'),
      verify: red('redis-readonly', 'writes are paused (CLIENT PAUSE)')
    }
  ]
}
