import { both, type Line, red, redisCli, type Subject } from '../line.ts'
import { own, patched } from '../own.ts'

/** A setting that somebody changed in the running Redis. */
function changed(title: string, name: string, value: string, ...words: string[]): Line {
  return {
    title,
    plant: (scene) => scene.redis('config', 'set', name, value),
    look: redisCli('config', 'get', name)(value === '' ? /^\S+$/ : `${name}\n${value}`),
    ...both(red('config-drift', ...words))
  }
}

/** What `kustomize` makes of a redis.conf with a byte that is no UTF-8. */
const binary = (text: string) =>
  own(
    patched(
      'ConfigMap/redis-config',
      { op: 'remove', path: '/data/redis.conf' },
      {
        op: 'add',
        path: '/binaryData',
        value: {
          'redis.conf': Buffer.concat([Buffer.from('# caf'), Buffer.from([0xe9]), Buffer.from(text)]).toString('base64')
        }
      }
    )
  )

const files = [
  'bind * -::*',
  'protected-mode yes',
  'dir /data',
  'appendonly yes',
  'include /etc/redis/maxmemory.conf',
  'include /etc/redis/maxmemory-policy.conf',
  'include /run/redis/auth.conf'
]

/** What Redis runs with is not what is rendered. */
export const settings: Subject = {
  title: 'Redis runs with other settings than rendered',
  lines: [
    {
      title: 'maxmemory was changed live',
      plant: (scene) => scene.redis('config', 'set', 'maxmemory', '200mb'),
      look: redisCli('config', 'get', 'maxmemory')('209715200'),
      ...both(red('config-drift', 'maxmemory: 209715200 in force, 268435456 rendered'))
    },
    {
      title: 'maxmemory is more than the limit of the container',
      plant: (scene) => scene.redis('config', 'set', 'maxmemory', '4gb'),
      look: redisCli('config', 'get', 'maxmemory')('4294967296'),
      ...both(red('config-drift', 'maxmemory: 4294967296 in force'))
    },
    changed('the append-only file was switched off live', 'appendonly', 'no', 'appendonly: no in force'),
    changed('`protected-mode` was switched off live', 'protected-mode', 'no', 'protected-mode: no in force'),
    changed('Redis listens on the loopback address alone', 'bind', '127.0.0.1', 'bind: 127.0.0.1 in force'),
    changed('idle clients are cut off (`timeout 1`)', 'timeout', '1', 'timeout: 1 in force'),
    changed('few clients are let in (`maxclients 10`)', 'maxclients', '10', 'maxclients: 10 in force'),
    {
      title: 'the same where redis.conf has a byte that is no UTF-8, so that the ConfigMap holds it as `binaryData`',
      setting: binary(`\n${files.join('\n')}\n`),
      plant: (scene) => scene.redis('config', 'set', 'appendonly', 'no'),
      look: redisCli('config', 'get', 'appendonly')('no'),
      ...both(red('config-drift', 'appendonly: no in force'))
    }
  ]
}
