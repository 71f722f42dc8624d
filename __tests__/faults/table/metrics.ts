import { both, kubectl, red, type Subject } from '../line.ts'
import { own, patched, pod } from '../own.ts'

const exporter = `${pod}/containers/1`

/** A second Redis in the same pod, with the same password. */
const neighbour = {
  name: 'neighbour',
  image: 'docker.io/library/redis:7.2.16-alpine',
  command: [
    'sh',
    '-c',
    'printf \'port 6399\\nsave ""\\nrequirepass %s\\n\' "$(cat /run/redis-credentials/password)" | redis-server -'
  ],
  volumeMounts: [{ name: 'credentials', mountPath: '/run/redis-credentials', readOnly: true }],
  resources: { limits: { memory: '64Mi' } },
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }
}

/** The metrics are missing, or are those of another Redis. */
export const metrics: Subject = {
  title: 'The metrics are not those of this Redis',
  lines: [
    {
      title: 'the exporter has a wrong password',
      own: own(
        patched('StatefulSet/redis', {
          op: 'replace',
          path: `${exporter}/env/1`,
          value: { name: 'REDIS_PASSWORD', value: 'wrong-password-1' }
        })
      ),
      first: 'deploy',
      restarts: true,
      look: kubectl(
        'get',
        'pod',
        'redis-0',
        '--output=jsonpath={.spec.containers[1].env[1].value}'
      )('wrong-password-1'),
      ...both(red('metrics-missing', 'redis_up is 0'))
    },
    {
      title: 'the exporter asks another Redis',
      own: own(
        patched('StatefulSet/redis', {
          op: 'replace',
          path: `${exporter}/env/0/value`,
          value: 'redis://127.0.0.1:6399'
        }),
        patched('StatefulSet/redis', { op: 'add', path: `${pod}/containers/-`, value: neighbour })
      ),
      first: 'deploy',
      restarts: true,
      look: kubectl('exec', 'redis-0', '--container=redis', '--', 'redis-cli', '-p', '6399', 'ping')('NOAUTH'),
      ...both(red('metrics-missing', 'it speaks of another Redis'))
    }
  ]
}
