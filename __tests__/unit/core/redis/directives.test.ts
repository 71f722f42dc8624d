import { describe, expect, test } from '@jest/globals'
import { parseRedisConfig } from '../../../../src/core/redis/config.ts'
import { comparability, compareDirective, cutOffBy } from '../../../../src/core/redis/directives.ts'

const compared = (text: string, live: string, name = text.split(' ')[0] ?? '') =>
  compareDirective(parseRedisConfig({ 'redis.conf': text }, 'redis.conf'), name, live)

describe('the same in the form of CONFIG GET:', () => {
  test.each([
    ['a size', 'maxmemory 256mb', '268435456'],
    ['a size in thousands', 'repl-backlog-size 1m', '1000000'],
    ['a share', 'maxmemory-clients 5%', '5%'],
    ['a negative size', 'list-max-listpack-size -2', '-2'],
    ['a flag in capitals', 'appendonly YES', 'yes'],
    ['a number with zeros', 'timeout 0300', '300'],
    ['a number of an earlier name', 'slave-priority 90', '90'],
    ['hz beyond what Redis allows', 'hz 1000', '500'],
    ['an empty text', 'logfile ""', ''],
    ['a directory with a slash', 'dir /data/', '/data'],
    ['addresses', 'bind *   -::*', '* -::*'],
    ['rights in octal', 'unixsocketperm 0700', '700'],
    ['an alias of a choice', 'oom-score-adj relative', 'yes'],
    ['percentiles', 'latency-tracking-info-percentiles 50.0 99 99.9', '50 99 99.9'],
    ['words in any order', 'shutdown-on-sigterm force save', 'save force'],
    ['events in any order', 'notify-keyspace-events KEA', 'AKE'],
    ['events without their alias', 'notify-keyspace-events Kg$lshzxetd', 'AK'],
    ['events of a version whose alias has fewer', 'notify-keyspace-events KEg$lshzxe', 'AKE'],
    ['events with new ones, which the alias hides', 'notify-keyspace-events KEAn', 'AKE'],
    ['events with new ones and misses', 'notify-keyspace-events KEAnm', 'AKEm'],
    ['events of the alias of Redis 6', 'notify-keyspace-events KEg$lshzxet', 'AKE'],
    ['all events of Redis 7 without their alias', 'notify-keyspace-events Kg$lshzxetdn', 'AK'],
    ['further events of Redis 8', 'notify-keyspace-events KEAnoc', 'AKE'],
    ['new events without the alias', 'notify-keyspace-events Kng', 'gnK'],
    ['save points on several lines', 'save 900 1\nsave 300 10', '900 1 300 10'],
    ['no save points', 'save ""', ''],
    [
      'the limits of one class of clients',
      'client-output-buffer-limit replica 512mb 128mb 60',
      'normal 0 0 0 slave 536870912 134217728 60 pubsub 33554432 8388608 60'
    ],
    [
      'the limits of several on one line',
      'client-output-buffer-limit normal 0 0 0 pubsub 32mb 8mb 60',
      'normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60'
    ],
    ['the last of several lines', 'timeout 5\ntimeout 300', '300'],
    ['a directive that is not known, letter by letter', 'brand-new-limit 5', '5']
  ])('%s', (_, text, live) => {
    expect(compared(text, live)).toBe('same')
  })
})

describe('different:', () => {
  test.each([
    ['a size', 'maxmemory 256mb', '256000000'],
    ['a flag', 'appendonly yes', 'no'],
    ['a number', 'maxclients 10000', '10'],
    ['a percentage', 'auto-aof-rewrite-percentage 100', '0'],
    ['a text', 'dbfilename dump.rdb', 'other.rdb'],
    ['addresses', 'bind * -::*', '127.0.0.1'],
    ['maxclients above the rendered one', 'maxclients 100', '4064'],
    ['events', 'notify-keyspace-events Ex', ''],
    ['events that are all on', 'notify-keyspace-events Ex', 'AE'],
    ['events without new ones', 'notify-keyspace-events Kgn', 'gK'],
    ['events without misses', 'notify-keyspace-events Kgm', 'gK'],
    ['events with misses', 'notify-keyspace-events KA', 'AKm'],
    ['events without a channel', 'notify-keyspace-events KEA', 'AK'],
    [
      'limits',
      'client-output-buffer-limit normal 0 0 0',
      'normal 1024 1024 1 slave 268435456 67108864 60 pubsub 33554432 8388608 60'
    ]
  ])('%s', (_, text, live) => {
    expect(compared(text, live)).toBe('different')
  })
})

describe('unclear:', () => {
  test.each([
    ['a directive whose form is not known', 'brand-new-limit 5mb', '5242880'],
    ['a directory, in which Redis may have followed a link', 'dir /data', '/mnt/data'],
    ['misses, which early versions leave out beside the alias', 'notify-keyspace-events KEAm', 'AKE']
  ])('%s', (_, text, live) => {
    expect(compared(text, live)).toBe('unclear')
  })
})

test.each([
  ['requirepass', 'secret'],
  ['masterauth', 'secret'],
  ['tls-key-file-pass', 'secret'],
  ['rename-command', 'elsewhere'],
  ['loadmodule', 'unseen'],
  ['*', 'unseen'],
  ['user', 'elsewhere'],
  ['maxmemory', 'compared'],
  ['brand-new-limit', 'compared']
] as const)('%s is %s', (name, expected) => {
  expect(comparability(name)).toBe(expected)
})

describe('what is not rendered and cuts clients off', () => {
  test.each([
    ['bind', '127.0.0.1 -::1', '* -::*'],
    ['maxclients', '10', '10000'],
    ['timeout', '5', '0'],
    ['maxmemory-clients', '1024', '0'],
    ['proto-max-bulk-len', '1048576', '536870912'],
    ['client-query-buffer-limit', '1048576', '1073741824'],
    ['client-output-buffer-limit', 'normal 1024 0 0 slave 1 1 1', 'normal 0 0 0 slave 1 1 1']
  ])('%s %s does, %s does not', (name, cutting, harmless) => {
    expect(cutOffBy(name, cutting)).toBeDefined()
    expect(cutOffBy(name, harmless)).toBeUndefined()
  })
})

test.each(['masteruser', 'primaryauth', 'own-module-password'])('%s is a secret, which is never asked for', (name) => {
  expect(comparability(name)).toBe('secret')
})

test.each(['tls-auth-clients', 'tls-key-file', 'tracking-table-max-keys', 'own-module-keys'])('%s is none', (name) => {
  expect(comparability(name)).toBe('compared')
})

describe('maxclients that a limit of open files may have left is told, and no drift:', () => {
  test.each([
    ['1024', '992'],
    ['4096', '4064'],
    ['20000', '19968'],
    ['65535', '65503'],
    ['65535 in steps of 16', '65488'],
    ['65536', '65504'],
    ['99999', '99967']
  ])('%s', (_, live) => {
    expect(compared('maxclients 100000', live)).toBe('lowered')
  })
})
