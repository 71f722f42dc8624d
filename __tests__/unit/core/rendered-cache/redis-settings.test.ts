import { describe, expect, test } from '@jest/globals'
import { type ManifestDocument, parseManifest } from '../../../../src/core/manifest.ts'
import { savePoints, setting } from '../../../../src/core/redis/config.ts'
import type { Known } from '../../../../src/core/rendered-cache/known.ts'
import type { RedisSettings } from '../../../../src/core/rendered-cache/redis-settings.ts'
import { renderedCache } from '../../../../src/core/rendered-cache/rendered-cache.ts'
import { baseManifest, configMap, documentOf } from '../../document-of.ts'
import { endsOrFails } from '../../failure-of.ts'

/** StatefulSet redis with this container and these volumes, in JSON, which is YAML. */
const redis = (container: object, volumes: object[] = []) =>
  documentOf(
    JSON.stringify({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'redis' },
      spec: { template: { spec: { containers: [{ name: 'redis', ...container }], volumes } } }
    })
  )
const settingsOf = (...documents: ManifestDocument[]): Known<RedisSettings> => {
  const settings = renderedCache(documents).redis?.settings
  if (settings === undefined) throw new Error('that has no StatefulSet redis')
  return settings
}
const value = (settings: Known<RedisSettings>, name = 'maxmemory') =>
  settings.known ? setting(settings.value.config, name) : settings.because
const config = { name: 'config', configMap: { name: 'redis-config' } }
const at = (mountPath: string, more: object = {}) => ({ name: 'config', mountPath, ...more })
const start = ['redis-server', '/etc/redis/redis.conf']
const conf = (maxmemory: string) => ({ 'redis.conf': `maxmemory ${maxmemory}\n` })

test('reads the documented staging settings from the shipped manifests', () => {
  const settings = settingsOf(...parseManifest(baseManifest()))
  expect(value(settings)).toBe('256mb')
  expect(value(settings, 'maxmemory-policy')).toBe('allkeys-lru')
  expect(settings).toMatchObject({
    known: true,
    value: { configMap: 'redis-config', missingIncludes: ['/run/redis/auth.conf'] }
  })
  if (settings.known) expect(savePoints(settings.value.config)).toBe('900 1 300 10 60 10000')
})

describe('the configuration file in the command', () => {
  test.each<[string, object, object[]]>([
    ['of a whole ConfigMap', { command: start, volumeMounts: [at('/etc/redis')] }, [config]],
    ['of a mount path that ends in a slash', { command: start, volumeMounts: [at('/etc/redis/')] }, [config]],
    [
      'where it is the argument of the entrypoint',
      { args: ['/etc/redis/redis.conf'], volumeMounts: [at('/etc/redis')] },
      [config]
    ],
    ['where args name the server', { args: start, volumeMounts: [at('/etc/redis')] }, [config]],
    ['of Valkey', { command: ['valkey-server', '/etc/redis/redis.conf'], volumeMounts: [at('/etc/redis')] }, [config]],
    [
      'in a script that starts it',
      {
        command: ['/bin/sh', '-ec', '# not redis-server /x\numask 077\nexec redis-server "/etc/redis/redis.conf"\n'],
        volumeMounts: [at('/etc/redis')]
      },
      [config]
    ],
    [
      'by subPath',
      { command: start, volumeMounts: [at('/etc/redis/redis.conf', { subPath: 'redis.conf' })] },
      [config]
    ],
    [
      'by items that give the key another path',
      { command: ['redis-server', '/etc/redis/conf.d/main.conf'], volumeMounts: [at('/etc/redis')] },
      [
        {
          name: 'config',
          configMap: { name: 'redis-config', items: [{ key: 'redis.conf', path: 'conf.d/main.conf' }] }
        }
      ]
    ],
    [
      'in a projected volume',
      { command: start, volumeMounts: [at('/etc/redis')] },
      [{ name: 'config', projected: { sources: [{ secret: { name: 's' } }, { configMap: { name: 'redis-config' } }] } }]
    ],
    [
      'relative to the working directory of the container',
      { command: ['redis-server', 'redis.conf'], workingDir: '/etc/redis', volumeMounts: [at('/etc/redis')] },
      [config]
    ]
  ])('is found through the volume mounts: %s', (_, container, volumes) => {
    // The spare one comes first, has the same key, and is not mounted.
    const settings = settingsOf(
      configMap('spare', conf('1mb')),
      configMap('redis-config', conf('2mb')),
      redis(container, volumes)
    )
    expect(settings).toMatchObject({ known: true, value: { configMap: 'redis-config' } })
    expect(value(settings)).toBe('2mb')
  })

  test('is taken from the mounted one of two ConfigMaps with the same key', () => {
    const container = {
      command: ['redis-server', '/etc/other/redis.conf'],
      volumeMounts: [at('/etc/redis'), { name: 'other', mountPath: '/etc/other' }]
    }
    const volumes = [config, { name: 'other', configMap: { name: 'other' } }]
    const documents = [
      configMap('redis-config', conf('1mb')),
      configMap('other', conf('2mb')),
      redis(container, volumes)
    ]
    expect(value(settingsOf(...documents))).toBe('2mb')
  })

  test('is not found where a deeper mount hides it', () => {
    const container = {
      command: ['redis-server', '/etc/redis/conf.d/redis.conf'],
      volumeMounts: [{ name: 'deep', mountPath: '/etc/redis/conf.d' }, at('/etc/redis')]
    }
    const volumes = [
      {
        name: 'config',
        configMap: { name: 'redis-config', items: [{ key: 'redis.conf', path: 'conf.d/redis.conf' }] }
      },
      { name: 'deep', configMap: { name: 'deep' } }
    ]
    const documents = [
      configMap('redis-config', conf('1mb')),
      configMap('deep', conf('2mb')),
      redis(container, volumes)
    ]
    expect(value(settingsOf(...documents))).toBe('2mb')
  })

  test('is read from binaryData, where kustomize puts a file that is not UTF-8', () => {
    const binary = Buffer.concat([Buffer.from('maxmemory 2mb\n# '), Buffer.from([0xff])]).toString('base64')
    const binaryConfig = documentOf(
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'redis-config' },
        binaryData: { 'redis.conf': binary }
      })
    )
    expect(value(settingsOf(binaryConfig, redis({ command: start, volumeMounts: [at('/etc/redis')] }, [config])))).toBe(
      '2mb'
    )
  })
})

describe('an include in redis.conf', () => {
  const sizes = { name: 'sizes', configMap: { name: 'sizes' } }
  const both = { command: start, volumeMounts: [at('/etc/redis'), { name: 'sizes', mountPath: '/etc/sizes' }] }
  const including = (line: string) => configMap('redis-config', { 'redis.conf': `include ${line}\n` })

  test.each(['/etc/sizes/m.conf', '/etc/sizes/*.conf', '/etc/redis/../sizes/m.conf', 'm.conf'])(
    'of %s reads the other ConfigMap of the pod',
    (line) => {
      const settings = settingsOf(
        including(line),
        configMap('sizes', { 'm.conf': 'maxmemory 3mb\n', n: '' }),
        redis(both, [config, sizes])
      )
      expect(value(settings)).toBe('3mb')
      expect(settings).toMatchObject({ value: { missingIncludes: [] } })
    }
  )

  test('of a path that is not mounted is listed as unread', () => {
    const settings = settingsOf(
      including('/run/m.conf'),
      configMap('sizes', { 'm.conf': 'maxmemory 3mb\n' }),
      redis(both, [config, sizes])
    )
    expect(value(settings)).toBeUndefined()
    expect(settings).toMatchObject({ value: { missingIncludes: ['/run/m.conf'] } })
  })
})

describe('command-line arguments', () => {
  const mounted = { volumeMounts: [at('/etc/redis')] }

  test.each<[string, object]>([
    ['of the command', { command: [...start, '--maxmemory', '2mb', '--save', ''] }],
    ['in a script', { command: ['sh', '-c', "redis-server /etc/redis/redis.conf --maxmemory 2mb --save ''"] }],
    ['in args', { args: ['/etc/redis/redis.conf', '--maxmemory', '2mb', '--save', ''] }]
  ])('override the configuration file: %s', (_, container) => {
    const file = configMap('redis-config', { 'redis.conf': 'maxmemory 1mb\nsave 60 1\ndir /data\n' })
    const settings = settingsOf(file, redis({ ...container, ...mounted }, [config]))
    expect(value(settings)).toBe('2mb')
    expect(value(settings, 'dir')).toBe('/data')
    if (settings.known) expect(savePoints(settings.value.config)).toBe('')
  })

  test('with a variable leave only their own directive unknown', () => {
    const file = configMap('redis-config', { 'redis.conf': 'maxmemory 1mb\nappendonly no\ndir /data\n' })
    const args = ['/etc/redis/redis.conf', '--appendonly', '$(AOF)', '--maxmemory', '2mb']
    const settings = settingsOf(file, redis({ args, ...mounted }, [config]))
    expect(settings).toMatchObject({ known: true, value: { unresolved: ['appendonly'], configMap: 'redis-config' } })
    expect(value(settings, 'appendonly')).toBeUndefined()
    expect(value(settings)).toBe('2mb')
    expect(value(settings, 'dir')).toBe('/data')
  })

  test('are the only settings where no file is named', () => {
    const settings = settingsOf(redis({ args: ['--maxmemory', '4gb', '--appendonly', 'yes'] }))
    expect(settings).toMatchObject({ known: true, value: { configMap: undefined } })
    expect(value(settings)).toBe('4gb')
    expect(value(settings, 'appendonly')).toBe('yes')
  })
})

describe('a setting that cannot be determined', () => {
  test.each<[string, object, string]>([
    ['no file', { command: ['redis-server'] }, 'redis-server starts without a configuration file'],
    ['another program', { command: ['/opt/start'] }, 'the command "start" of the container is not redis-server'],
    ['a script in a file', { command: ['sh', '/start.sh'] }, 'the command of the container is a script in a file'],
    [
      'a script without it',
      { command: ['sh', '-c', 'sleep 1'] },
      'the script of the container does not start redis-server'
    ],
    [
      'a script that starts two',
      { command: ['sh', '-c', 'redis-server a.conf & redis-server b.conf'] },
      'the script of the container starts redis-server at 2 places'
    ],
    [
      'a variable',
      { command: ['sh', '-c', 'redis-server $FILE'] },
      'the path of the configuration file has a variable'
    ],
    [
      'a password with a dollar sign, which is not quoted',
      { args: ['--requirepass', 'open$sesame'] },
      'the argument --requirepass of redis-server has a variable'
    ],
    [
      'one in the same word, which is not quoted either',
      { args: ['--requirepass=open$sesame'] },
      'the argument --requirepass of redis-server has a variable'
    ],
    [
      'standard input',
      { command: ['redis-server', '-'] },
      'redis-server reads its configuration from its standard input'
    ],
    [
      'a file of the image',
      { command: ['redis-server', '/usr/local/etc/redis.conf'] },
      '/usr/local/etc/redis.conf is in no ConfigMap that container redis mounts'
    ],
    [
      'a ConfigMap of others',
      { command: start, volumeMounts: [at('/etc/redis')] },
      '/etc/redis/redis.conf is in ConfigMap/redis-config, which the manifests do not have'
    ]
  ])('is unknown, with the reason: %s', (_, container, because) => {
    expect(settingsOf(redis(container, [config]))).toEqual({ known: false, because })
  })
})

describe('the ConfigMap with redis.conf, where the command names no path', () => {
  test('is the one that the pod mounts, of several', () => {
    const documents = [configMap('spare', conf('1mb')), configMap('redis-config', conf('2mb')), redis({}, [config])]
    expect(value(settingsOf(...documents))).toBe('2mb')
  })

  test('is found even if a ConfigMap has the name of the container', () => {
    const documents = [configMap('redis', conf('1mb')), configMap('redis-config', conf('2mb')), redis({}, [config])]
    expect(settingsOf(...documents)).toMatchObject({ value: { configMap: 'redis-config' } })
  })

  test('is the only one, even if the pod mounts another', () => {
    const other = { name: 'config', configMap: { name: 'other' } }
    expect(value(settingsOf(redis({}, [other]), configMap('redis-config', conf('1mb'))))).toBe('1mb')
  })
})

test('reads a number as a file of a ConfigMap, or fails with a Failure', () => {
  const document = documentOf(
    '{apiVersion: v1, kind: ConfigMap, metadata: {name: redis-config}, data: {redis.conf: 5}}'
  )
  expect(endsOrFails(() => settingsOf(document, redis({}, [config])))).toBe(true)
})
