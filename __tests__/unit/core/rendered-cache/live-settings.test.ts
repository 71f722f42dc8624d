import { describe, expect, test } from '@jest/globals'
import { parseManifest } from '../../../../src/core/manifest.ts'
import { renderedCache } from '../../../../src/core/rendered-cache/rendered-cache.ts'
import { baseManifest, documentOf } from '../../document-of.ts'

const document = (object: object) => documentOf(JSON.stringify(object))
const setLive = (pod: object, ...others: object[]) => {
  const statefulSet = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'redis' },
    spec: { template: { spec: { containers: [{ name: 'redis' }], ...pod } } }
  }
  return renderedCache([statefulSet, ...others].map(document)).redis?.setLive.map(
    ({ directive, by }) => `${directive}: ${by}`
  )
}
const postStart = (...command: string[]) => ({
  containers: [{ name: 'redis', lifecycle: { postStart: { exec: { command } } } }]
})
const hook = 'the postStart hook of container redis'

test('the shipped manifests set nothing while Redis runs', () => {
  expect(renderedCache(parseManifest(baseManifest())).redis?.setLive).toEqual([])
})

describe('the directives that a command sets:', () => {
  test.each<[string, string[], string[]]>([
    ['of words', ['redis-cli', 'config', 'set', 'maxmemory', '1gb'], ['maxmemory']],
    ['of a script', ['sh', '-c', 'sleep 1\nredis-cli CONFIG SET Timeout 5 >/dev/null && echo ok'], ['timeout']],
    ['of several lines', ['sh', '-c', 'redis-cli config set hz 5\nredis-cli config set timeout 5'], ['hz', 'timeout']],
    ['on a continued line', ['sh', '-c', 'redis-cli -a x \\\n  CONFIG SET \\\n hz 5'], ['hz']],
    ['from standard input', ['sh', '-c', 'echo "CONFIG SET hz 5" | redis-cli'], ['hz']],
    ['several at once', ['redis-cli', 'CONFIG', 'SET', 'hz', '5', 'timeout', '9'], ['hz', 'timeout']],
    ['with a quoted value', ['sh', '-c', 'redis-cli CONFIG SET save "900 1 300 10" hz 5; true'], ['save', 'hz']],
    ['by a variable value', ['sh', '-c', 'redis-cli CONFIG SET maxmemory $MAX'], ['maxmemory']],
    ['by a variable name', ['sh', '-c', 'redis-cli CONFIG SET "$NAME" 5'], ['undefined']],
    ['by a client library', ['python', '-c', 'r.config_set("hz", 20)'], ['hz']],
    ['by words of a client library', ['node', '-e', "redis.config('SET', 'hz', '20')"], ['hz']],
    ['in a comment', ['sh', '-c', '# redis-cli CONFIG SET hz 5'], []],
    ['of another command', ['redis-cli', 'CONFIG', 'GET', 'maxmemory'], []]
  ])('%s', (_, command, directives) => {
    expect(setLive(postStart(...command))).toEqual(directives.map((name) => `${name}: ${hook}`))
  })
})

describe('who sets a directive:', () => {
  const command = ['redis-cli', 'config', 'set', 'hz', '5']

  test('a container, one that starts before it, and its probes', () => {
    expect(
      setLive({
        initContainers: [{ name: 'tune', restartPolicy: 'Always', command: ['sh', '-c'], args: [command.join(' ')] }],
        containers: [
          { name: 'redis', readinessProbe: { exec: { command } } },
          { name: 'side', args: command }
        ]
      })
    ).toEqual(['hz: the readiness probe of container redis', 'hz: container side', 'hz: init container tune'])
  })

  test('a mounted script', () => {
    expect(
      setLive(
        {
          containers: [
            { name: 'redis', command: ['/s/start.sh'], volumeMounts: [{ name: 's', mountPath: '/s' }] },
            { name: 'other' }
          ],
          volumes: [{ name: 's', configMap: { name: 'scripts' } }]
        },
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'scripts' },
          data: { 'start.sh': command.join(' ') }
        },
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'unused' }, data: { text: 'config set timeout 5' } }
      )
    ).toEqual(['hz: container redis'])
  })

  test('a Job, and not the hook of another workload, which asks its own pod', () => {
    const job = (name: string, container: object) => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name },
      spec: { template: { spec: { containers: [{ name: 'c', ...container }] } } }
    })
    expect(
      setLive({}, job('tune', { command }), job('hooked', { lifecycle: { postStart: { exec: { command } } } }))
    ).toEqual(['hz: Job/tune'])
  })
})
