import { describe, expect, test } from '@jest/globals'
import { appendsAtStart } from '../../../../src/core/redis/append-only.ts'
import { renderedCache } from '../../../../src/core/rendered-cache/rendered-cache.ts'
import { configMap, documentOf } from '../../document-of.ts'

/** A Redis with this container, and a redis.conf if there is one. */
const redisWith = (container: object, config: string | undefined) => {
  const statefulSet = documentOf(
    JSON.stringify({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'redis' },
      spec: { template: { spec: { containers: [{ name: 'redis', ...container }] } } }
    })
  )
  const files = config === undefined ? [] : [configMap('redis-config', { 'redis.conf': config })]
  const { redis } = renderedCache([statefulSet, ...files])
  if (redis === undefined) throw new Error('that has no StatefulSet redis')
  return redis
}

describe('whether Redis starts with an append-only file', () => {
  test.each<[string, object, string | undefined, boolean | undefined]>([
    ['redis.conf says yes', {}, 'appendonly yes', true],
    ['redis.conf says YES', {}, 'appendonly YES', true],
    ['redis.conf says no', {}, 'appendonly no', false],
    ['redis.conf has no directive, and the default is no', {}, 'port 6379', false],
    ['there is no redis.conf', {}, undefined, undefined],
    ['an argument overrides the file', { args: ['redis-server', '--appendonly', 'yes'] }, 'appendonly no', true],
    ['two words in one argument', { args: ['--appendonly no'] }, 'appendonly yes', false],
    ['an argument within a script', { command: ['sh', '-c', 'exec redis-server --appendonly "yes"'] }, undefined, true],
    ['the last of two', { command: ['redis-server', '--appendonly', 'yes'], args: ['--appendonly', 'no'] }, '', false],
    ['a variable, which is not known', { args: ['--appendonly', '$(APPEND)'] }, 'appendonly yes', undefined],
    [
      'a variable of a script',
      { command: ['sh', '-c', 'exec redis-server /etc/redis/redis.conf --appendonly "$AOF"'] },
      'appendonly no',
      undefined
    ],
    [
      'two branches of a script',
      {
        command: ['sh', '-c'],
        args: ['if a; then redis-server --appendonly no; else redis-server --appendonly yes; fi']
      },
      'appendonly no',
      undefined
    ]
  ])('is decided by command and configuration: %s', (_, container, config, expected) => {
    expect(appendsAtStart(redisWith(container, config))).toBe(expected)
  })
})
