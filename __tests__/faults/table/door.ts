import { plantedPassword, red, redisCli, type Subject } from '../line.ts'

/** Who gets in that must not. */
export const door: Subject = {
  title: 'Others can get in, or clients cannot',
  lines: [
    {
      title: 'an extra user without a password (`ACL SETUSER evil on nopass ~* +@all`)',
      plant: (scene) => scene.redis('acl', 'setuser', 'evil', 'on', 'nopass', '~*', '+@all'),
      look: redisCli('acl', 'list')('user evil on nopass'),
      deploy: red('redis-open', 'user evil gets in without a password', 'ACL DELUSER evil'),
      verify: red('redis-open', 'user evil gets in without a password', 'ACL DELUSER evil')
    },
    {
      title: 'a second password of the user of the Secret',
      plant: (scene) => scene.redis('acl', 'setuser', 'default', `>${plantedPassword}`),
      look: {
        see: (scene) => scene.redis('--no-auth-warning', '--pass', plantedPassword, 'ping'),
        shows: 'PONG'
      },
      deploy: red('redis-open', 'password'),
      verify: red('redis-open', 'password')
    },
    {
      title: 'no password is needed (`ACL SETUSER default nopass`)',
      plant: (scene) => scene.redis('acl', 'setuser', 'default', 'nopass'),
      look: redisCli('acl', 'list')('user default on nopass'),
      deploy: red('redis-open', 'without a password: PING was answered with PONG'),
      verify: red('redis-open', 'without a password: PING was answered with PONG')
    }
  ]
}
