import { both, green, kubectl, type Line, type Own, red, redisCli, type Subject } from '../line.ts'
import { configured, container, own, patched, pod } from '../own.ts'

/** Manifests that are deployed by the line itself, and of which no Redis comes; verify then looks at what is left. */
function deployed(title: string, manifests: Own, look: Line['look'], outcomes: Pick<Line, 'deploy' | 'verify'>): Line {
  // A probe that does not pass yet is given the whole timeout; a volume may be mounted after 10 s only.
  const deployInputs = { timeout: '30s', rehearse: 'false' }
  return { title, own: manifests, deployInputs, first: 'deploy', restarts: true, look, ...outcomes }
}

/** The same manifests over a cache that serves: the run fails, and redis-0 is the same pod, and answers. */
function refused(title: string, manifests: Own, deploy: Line['deploy']): Line {
  return { title, own: manifests, first: 'deploy', look: redisCli('ping')('PONG'), deploy }
}

const statusOf = (path: string) => kubectl('get', 'pod', 'redis-0', `--output=jsonpath=${path}`)
const image = `${container}/image`

const missingImage = own(
  patched('StatefulSet/redis', { op: 'replace', path: image, value: 'docker.io/library/redis:0.0.0-missing' })
)
const unknownDirective = own(configured('maxmemory-polizei strict'))

/** The pod is not what was applied, or does not run. */
export const pods: Subject = {
  title: 'The pod is not what was applied, or does not start',
  lines: [
    {
      title: 'another image was set on redis-0 (`kubectl set image pod/redis-0`)',
      plant: (scene) =>
        scene.kubectl('set', 'image', 'pod/redis-0', 'metrics=docker.io/oliver006/redis_exporter:v1.0.0'),
      look: statusOf('{.spec.containers[1].image}')('v1.0.0'),
      restarts: true,
      ...both(red('config-drift', 'redis_exporter:v1.0.0'))
    },
    {
      title: 'a label that Service and NetworkPolicy need was taken from redis-0',
      plant: (scene) => scene.kubectl('label', 'pod', 'redis-0', 'app.kubernetes.io/name-'),
      look: kubectl('get', 'pods', '--selector=app.kubernetes.io/name=redis', '--output=name')(/^\s*$/),
      restarts: true,
      ...both(red('stuck-revision', 'lacks the label app.kubernetes.io/name=redis'))
    },
    {
      title: 'another client added a container to the StatefulSet',
      plant: async (scene) => {
        await scene.patch(
          'statefulset/redis',
          {
            spec: {
              updateStrategy: { type: 'OnDelete', rollingUpdate: null },
              template: { spec: { containers: [{ name: 'miner', image: 'docker.io/library/redis:7.2.16-alpine' }] } }
            }
          },
          'strategic'
        )
      },
      look: kubectl(
        'get',
        'statefulset',
        'redis',
        '--output=jsonpath={.spec.template.spec.containers[*].name}'
      )('miner'),
      ...both(red('config-drift', 'miner', 'kubectl-patch'))
    },
    {
      title: 'another client scaled the StatefulSet to 0',
      plant: (scene) => scene.kubectl('scale', 'statefulset', 'redis', '--replicas=0'),
      look: kubectl('get', 'statefulset', 'redis', '--output=jsonpath={.spec.replicas}')(/^0$/),
      restarts: true,
      deploy: green(),
      verify: red('config-drift', '.spec.replicas is 0, rendered: 1')
    },
    {
      title: 'the ConfigMap was changed',
      plant: (scene) => scene.patch('configmap/redis-config', { data: { 'maxmemory.conf': 'maxmemory 1gb\n' } }),
      look: kubectl('get', 'configmap', 'redis-config', '--output=jsonpath={.data}')('maxmemory 1gb'),
      deploy: red('field-conflict', 'maxmemory.conf', 'kubectl-patch'),
      verify: red('config-drift', '.data.maxmemory.conf line 1 is "maxmemory 1gb", rendered: "maxmemory 256mb"')
    },
    {
      title: 'the NetworkPolicy was opened for everybody',
      plant: (scene) => scene.patch('networkpolicy/redis', { spec: { ingress: [{}] } }),
      look: kubectl('get', 'networkpolicy', 'redis', '--output=jsonpath={.spec.ingress}')(/^\[\{\}\]$/),
      deploy: red('field-conflict', '.spec.ingress', 'kubectl-patch'),
      verify: red('config-drift', 'NetworkPolicy/redis: .spec.ingress', 'kubectl-patch')
    },
    refused(
      'an image that cannot be pulled, in a change of a cache that serves',
      missingImage,
      red('image-pull', 'redis-0 was not touched and still serves')
    ),
    refused(
      'a line of redis.conf that Redis does not know, in a change of a cache that serves',
      unknownDirective,
      red('crash-loop', 'container redis', 'redis-0 was not touched and still serves')
    ),
    deployed(
      'an image that cannot be pulled',
      missingImage,
      statusOf('{.status.containerStatuses[*].state.waiting.reason}')(/ErrImagePull|ImagePullBackOff/),
      both(red('image-pull', 'docker.io/library/redis:0.0.0-missing'))
    ),
    deployed(
      'redis.conf has a line that Redis does not know',
      unknownDirective,
      statusOf('{.status.containerStatuses[?(@.name=="redis")]}')(/"exitCode":1/),
      both(red('crash-loop', 'container redis'))
    ),
    deployed(
      'the container sleeps instead of starting Redis',
      own(
        patched('StatefulSet/redis', {
          op: 'replace',
          path: `${container}/command`,
          value: ['sh', '-c', 'trap exit TERM; while :; do sleep 1; done']
        }),
        patched('StatefulSet/redis', { op: 'remove', path: `${container}/startupProbe` })
      ),
      statusOf('{.spec.containers[0].command}')('while :; do sleep'),
      both(red('probe-failing', '6379'))
    ),
    deployed(
      'a readiness gate that nobody sets',
      own(
        patched('StatefulSet/redis', {
          op: 'add',
          path: `${pod}/readinessGates`,
          value: [{ conditionType: 'example.com/gate' }]
        })
      ),
      statusOf('{.status.conditions[?(@.type=="ContainersReady")].status}')('True'),
      both(red('rollout-timeout', 'example.com/gate'))
    ),
    deployed(
      'a container beside Redis ends again and again, and is Ready in between',
      own(
        // So that it has ended before the run does.
        patched('StatefulSet/redis', { op: 'add', path: `${container}/readinessProbe/initialDelaySeconds`, value: 8 }),
        patched('StatefulSet/redis', {
          op: 'add',
          path: `${pod}/containers/-`,
          value: {
            name: 'flapping',
            image: 'docker.io/library/redis:7.2.16-alpine',
            command: ['sh', '-c', 'sleep 1'],
            resources: { limits: { memory: '32Mi' } },
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }
          }
        })
      ),
      statusOf('{.status.containerStatuses[?(@.name=="flapping")].restartCount}')(/^[2-9]/),
      both(red('crash-loop', 'container flapping'))
    ),
    {
      title: 'redis-0 is replaced while it is asked',
      deployInputs: { 'probe-from': 'cluster' },
      plant: async (scene) => {
        void scene
          .kubectl('wait', '--for=create', 'pod/redis-probe', '--timeout=30s')
          .then(() => scene.kubectl('delete', 'pod', 'redis-0', '--grace-period=1', '--wait=false'))
          // Then the run passes, and the line fails.
          .catch(() => undefined)
      },
      first: 'deploy',
      restarts: true,
      look: kubectl('get', 'events', '--field-selector=involvedObject.name=redis-0')('Killing'),
      deploy: red('rollout-timeout', 'redis-0')
    }
  ]
}
