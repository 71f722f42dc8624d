import { both, green, plantedPassword, red, redisCli, type Subject } from '../line.ts'

/** A NetworkPolicy that somebody added beside the rendered one. */
const policy = (name: string, spec: object) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name },
  spec
})

const withPlanted = (...command: string[]) => ['--no-auth-warning', '--pass', plantedPassword, ...command]

/** Who gets in that must not, and who must and does not. */
export const door: Subject = {
  title: 'Others can get in, or clients cannot',
  lines: [
    {
      title: 'an extra user without a password (`ACL SETUSER evil on nopass ~* +@all`)',
      plant: (scene) => scene.redis('acl', 'setuser', 'evil', 'on', 'nopass', '~*', '+@all'),
      look: redisCli('acl', 'list')('user evil on nopass'),
      ...both(red('redis-open', 'user evil gets in without a password', 'ACL DELUSER evil'))
    },
    {
      title: 'an extra user with a password',
      plant: (scene) => scene.redis('acl', 'setuser', 'spy', 'on', `>${plantedPassword}`, '~*', '+@read'),
      look: {
        see: (scene) => scene.redis('--user', 'spy', ...withPlanted('get', 'key')),
        shows: /^$/
      },
      ...both(red('redis-open', 'user spy is not rendered', 'ACL DELUSER spy'))
    },
    {
      title: 'a second password of the user of the Secret',
      plant: (scene) => scene.redis('acl', 'setuser', 'default', `>${plantedPassword}`),
      look: { see: (scene) => scene.redis(...withPlanted('ping')), shows: 'PONG' },
      ...both(red('redis-open', 'user default has a password that is not rendered'))
    },
    {
      title: 'no password is needed (`ACL SETUSER default nopass`)',
      plant: (scene) => scene.redis('acl', 'setuser', 'default', 'nopass'),
      look: redisCli('acl', 'list')('user default on nopass'),
      ...both(red('redis-open', 'without a password: PING was answered with PONG'))
    },
    {
      title: 'Redis has another password than the Secret',
      plant: (scene) => scene.redis('acl', 'setuser', 'default', 'resetpass', `>${plantedPassword}`),
      look: redisCli('ping')('NOAUTH'),
      ...both(red('redis-auth', 'rejects the password of Secret/redis-credentials'))
    },
    {
      title: 'a second NetworkPolicy lets everybody in, asked with `probe-from: cluster`',
      deployInputs: { 'probe-from': 'cluster' },
      plant: (scene) =>
        scene.namespace.apply(policy('everybody', { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] })),
      look: { see: (scene) => scene.kubectl('get', 'networkpolicies', '--output=name'), shows: 'everybody' },
      deploy: red('redis-open', 'without the backend label'),
      verify: green('through a port-forward, which bypasses Service and NetworkPolicy')
    },
    {
      title: 'a policy for egress keeps backends from Redis, asked with `probe-from: cluster`',
      deployInputs: { 'probe-from': 'cluster' },
      plant: (scene) =>
        scene.namespace.apply(
          policy('no-way-out', {
            podSelector: { matchLabels: { 'app.kubernetes.io/component': 'backend' } },
            policyTypes: ['Egress'],
            egress: []
          })
        ),
      look: { see: (scene) => scene.kubectl('get', 'networkpolicies', '--output=name'), shows: 'no-way-out' },
      deploy: red('redis-unreachable', 'redis'),
      verify: green('through a port-forward, which bypasses Service and NetworkPolicy')
    }
  ]
}
