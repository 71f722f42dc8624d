import { describe, expect, test } from '@jest/globals'
import {
  canRead,
  type Engine,
  engineOfImage,
  engineOfInfo,
  engineOfLog,
  engineTitle,
  readersOf
} from '../../../../src/core/redis/engine.ts'

const redis = (...version: [number, number?]): Engine => ({ name: 'redis', version })
const valkey = (...version: [number, number?]): Engine => ({ name: 'valkey', version })

describe('the engine of an image', () => {
  test.each<[string, Engine | undefined]>([
    ['redis:7.2.16-alpine', redis(7, 2)],
    ['docker.io/library/redis:8.2.3', redis(8, 2)],
    ['registry.example.com:5000/mirror/redis:7', redis(7)],
    ['bitnami/redis:7.4.1-debian-12-r2', redis(7, 4)],
    ['valkey/valkey:9.1.2-alpine@sha256:00', valkey(9, 1)],
    ['redis:alpine', undefined],
    ['redis', undefined],
    ['redis@sha256:00', undefined],
    ['redis/redis-stack-server:7.2.0-v9', undefined],
    ['registry.example.com/cache:7.2', undefined]
  ])('%s', (image, engine) => {
    expect(engineOfImage(image)).toEqual(engine)
  })
})

test.each<[string, Engine | undefined]>([
  ['1:C 01 Dec 2026 # Redis version=7.2.16, bits=64, commit=00000000, modified=0, pid=1, just started', redis(7, 2)],
  ['1:M * Valkey version=9.1.2, bits=64', valkey(9, 1)],
  ['Ready to accept connections', undefined]
])('the engine in a line of its log: %s', (line, engine) => {
  expect(engineOfLog(line)).toEqual(engine)
})

test('Valkey names its own version beside that of Redis', () => {
  expect(engineOfInfo(new Map([['redis_version', '7.2.4']]))).toEqual(redis(7, 2))
  const both = new Map([
    ['redis_version', '7.2.4'],
    ['valkey_version', '9.1.2']
  ])
  expect(engineOfInfo(both)).toEqual(valkey(9, 1))
  expect(engineOfInfo(new Map())).toBeUndefined()
})

describe('the files of an engine', () => {
  test.each<[string, Engine, Engine]>([
    ['are read by the same', redis(7, 2), redis(7, 2)],
    ['are read by a newer one', redis(8, 2), redis(7, 2)],
    ['are read by one that is newer than all that are known', redis(9, 4), redis(8, 2)],
    ['are read by one of the same format', redis(6, 0), redis(6, 2)],
    ['of Redis 7.2 are read by Valkey', valkey(8, 1), redis(7, 2)],
    ['of Valkey 8 are read by Redis 7.2', redis(7, 2), valkey(8, 0)]
  ])('%s', (_, reader, writer) => {
    expect(canRead(reader, writer)).toBe(true)
  })

  test.each<[string, Engine, Engine]>([
    ['of Redis 7.4 are not read by 7.2', redis(7, 2), redis(7, 4)],
    ['of Redis 8 are not read by 7.2', redis(7, 2), redis(8)],
    ['of Redis 8.2 are not read by 7.2', redis(7, 2), redis(8, 2)],
    ['of Redis 7 are not read by 6', redis(6, 2), redis(7, 0)],
    ['of Valkey 9 are not read by Redis', redis(8, 2), valkey(9, 1)],
    ['of Valkey 9 are not read by Valkey 8', valkey(8, 1), valkey(9, 1)],
    ['of Redis 7.4 are not read by Valkey', valkey(9, 1), redis(7, 4)]
  ])('%s', (_, reader, writer) => {
    expect(canRead(reader, writer)).toBe(false)
  })

  test.each<[string, Engine, Engine]>([
    ['by an older one of a series that is not known', redis(8, 2), redis(8, 4)],
    ['by a series that its tag does not tell', redis(7), redis(7, 2)],
    ['of an engine that is older than all that are known', redis(7, 2), redis(3, 2)]
  ])('are perhaps read %s', (_, reader, writer) => {
    expect(canRead(reader, writer)).toBeUndefined()
  })

  test.each<[Engine, string]>([
    [redis(7, 2), 'Redis 7.2 or newer, Valkey 7.2 or newer'],
    [redis(8, 2), 'Redis 8.2 or newer'],
    [redis(7, 4), 'Redis 7.4 or newer'],
    [valkey(9, 0), 'Valkey 9.0 or newer']
  ])('of %j are read by these', (writer, readers) => {
    expect(readersOf(writer)).toBe(readers)
  })
})

test('has a title', () => {
  expect(engineTitle(valkey(9, 1))).toBe('Valkey 9.1')
})
