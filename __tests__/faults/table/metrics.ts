import { both, kubectl, red, type Subject } from '../line.ts'
import { own, patched, pod } from '../own.ts'

const exporter = `${pod}/containers/1`

/** The metrics are missing, or are those of another Redis. */
export const metrics: Subject = {
  title: 'The metrics are not those of this Redis',
  lines: [
    {
      title: 'the exporter asks an address where no Redis is',
      own: own(
        patched('StatefulSet/redis', {
          op: 'replace',
          path: `${exporter}/env/0/value`,
          value: 'redis://127.0.0.1:6399'
        })
      ),
      first: 'deploy',
      restarts: true,
      look: kubectl('get', 'pod', 'redis-0', '--output=jsonpath={.spec.containers[1].env[0].value}')(':6399'),
      ...both(red('metrics-missing', 'redis_up is 0'))
    },
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
      ...both(red('metrics-missing', 'WRONGPASS'))
    }
  ]
}
