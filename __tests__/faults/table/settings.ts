import { red, redisCli, type Subject } from '../line.ts'

/** What Redis runs with is not what is rendered. */
export const settings: Subject = {
  title: 'Redis runs with other settings than rendered',
  lines: [
    {
      title: 'maxmemory was changed live',
      plant: (scene) => scene.redis('config', 'set', 'maxmemory', '512mb'),
      look: redisCli('config', 'get', 'maxmemory')('536870912'),
      deploy: red('config-drift', 'maxmemory: 536870912 in force, 268435456 rendered'),
      verify: red('config-drift', 'maxmemory: 536870912 in force, 268435456 rendered')
    },
    {
      title: 'maxmemory-policy was changed live',
      plant: (scene) => scene.redis('config', 'set', 'maxmemory-policy', 'noeviction'),
      look: redisCli('config', 'get', 'maxmemory-policy')('noeviction'),
      deploy: red('config-drift', 'maxmemory-policy: noeviction in force'),
      verify: red('config-drift', 'maxmemory-policy: noeviction in force')
    },
    {
      title: 'appendonly was switched off live',
      plant: (scene) => scene.redis('config', 'set', 'appendonly', 'no'),
      look: redisCli('config', 'get', 'appendonly')('no'),
      deploy: red('config-drift', 'appendonly: no in force'),
      verify: red('config-drift', 'appendonly: no in force')
    },
    {
      title: 'snapshots were switched off live',
      plant: (scene) => scene.redis('config', 'set', 'save', ''),
      look: redisCli('config', 'get', 'save')(/^save\s*$/),
      deploy: red('config-drift', 'save: '),
      verify: red('config-drift', 'save: ')
    }
  ]
}
