import { expect, test } from '@jest/globals'
import type { KubernetesObject } from '../../../../src/core/kubernetes/object.ts'
import { renderedScripts, scriptLines } from '../../../../src/core/rendered-cache/scripts.ts'

const redis: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'redis' },
  spec: {
    template: {
      spec: {
        containers: [
          {
            name: 'redis',
            command: ['redis-server'],
            lifecycle: { postStart: { exec: { command: ['sh', '-c', 'redis-cli ACL LOAD'] } } }
          },
          { name: 'users', args: ['acl', 'setuser', 'app'] }
        ]
      }
    }
  }
}
const job: KubernetesObject = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'slots' },
  spec: { template: { spec: { containers: [{ name: 'cli', command: ['redis-cli', 'cluster', 'addslots', '0'] }] } } }
}

test('everything rendered that may run commands in Redis is known by who runs it', () => {
  const scripts = renderedScripts(redis, [redis, job]).filter(({ text }) => text !== '')
  expect(scripts).toEqual([
    { text: 'redis-server', by: 'container redis' },
    { text: 'sh -c redis-cli ACL LOAD', by: 'the postStart hook of container redis' },
    { text: 'acl setuser app', by: 'container users' },
    { text: 'redis-cli cluster addslots 0', by: 'Job/slots' }
  ])
})

test('the lines of a script are whole and no comments', () => {
  expect(scriptLines('redis-cli \\\n  PING\n# redis-cli FLUSHALL\necho done # at last')).toEqual([
    'redis-cli    PING',
    '',
    'echo done'
  ])
})
