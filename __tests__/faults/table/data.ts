import { green, type Line, type Own, red, redisCli, type Subject } from '../line.ts'
import { configured, own, patched } from '../own.ts'
import type { Scene } from '../scene.ts'

const shipped = own()
const withoutAppending = own(configured('appendonly no'))

const image = (name: string): Own =>
  own(patched('StatefulSet/redis', { op: 'replace', path: '/spec/template/spec/containers/0/image', value: name }))

const keys = 201
const fill = (scene: Scene) =>
  scene.redis('eval', `for i = 1, ${keys} do redis.call('set', 'patient:' .. i, i) end`, '0')
/** What the run was to keep. */
async function stillThere(scene: Scene): Promise<void> {
  const count = await scene.redis('dbsize')
  if (count !== String(keys)) throw new Error(`${count} of ${keys} keys are left`)
}

/** The keys are looked at after the run, too. */
const keeping = (line: Pick<Line, 'title' | 'setting' | 'own' | 'inputs' | 'deployInputs' | 'deploy'>): Line => ({
  ...line,
  restarts: true,
  plant: fill,
  look: redisCli('dbsize')(String(keys)),
  heal: stillThere
})

/** A change that would lose data. */
export const data: Subject = {
  title: 'Data would be lost, or is',
  lines: [
    keeping({
      title: '`appendonly no` becomes `yes`: Redis would read an append-only file that is not there',
      setting: withoutAppending,
      own: shipped,
      deploy: green()
    }),
    keeping({
      title: '`appendonly yes` becomes `no`: Redis would read an old snapshot',
      own: withoutAppending,
      deploy: green()
    }),
    keeping({
      title: 'the append-only file and all save points are taken out',
      own: own(configured('appendonly no', 'save ""')),
      deploy: red('data-at-risk', 'writes nothing to its volume any more', 'accept-data-loss: persistence')
    }),
    keeping({
      title: 'the append-only file gets another folder',
      own: own(configured('appenddirname elsewhere')),
      deploy: red('data-at-risk', 'appenddirname would be elsewhere')
    }),
    {
      title: '`maxmemory` becomes less than Redis uses',
      deployInputs: { maxmemory: '8mb' },
      restarts: true,
      plant: (scene) =>
        scene.redis('eval', "for i = 1, 20000 do redis.call('set', 'bed:' .. i, string.rep('x', 500)) end", '0'),
      look: redisCli('dbsize')('20000'),
      deploy: red('data-at-risk', 'maxmemory would be 8 MiB', 'evicted')
    },
    keeping({
      title: 'Redis 8 has written the files, and an image of Redis 7 is to read them',
      setting: image('docker.io/library/redis:8.2.3-alpine'),
      own: shipped,
      deploy: red('data-at-risk', 'cannot read the files that Redis 8.2 writes')
    }),
    keeping({
      title: 'Valkey 9 has written the files, and an image of Redis 7 is to read them',
      setting: image('docker.io/valkey/valkey:9.1.2-alpine'),
      own: shipped,
      deploy: red('data-at-risk', 'cannot read the files that Valkey 9.1 writes')
    }),
    {
      title: 'the append-only file is removed under Redis, which is then replaced (`rm -r /data/appendonlydir`)',
      deployInputs: { maxmemory: '100mb' },
      restarts: true,
      plant: async (scene) => {
        await fill(scene)
        await scene.kubectl(
          'exec',
          'redis-0',
          '-c',
          'redis',
          '--',
          'sh',
          '-c',
          'rm -r /data/appendonlydir /data/*.rdb || true'
        )
      },
      look: {
        see: (scene) => scene.kubectl('exec', 'redis-0', '-c', 'redis', '--', 'ls', '/data'),
        shows: /^(?!.*appendonlydir)/s
      },
      deploy: red('data-lost', 'sentinel keys found again')
    },
    {
      title: 'the claim is being deleted (`kubectl delete pvc data-redis-0`)',
      restarts: true,
      plant: async (scene) => {
        await fill(scene)
        await scene.kubectl('delete', 'pvc', 'data-redis-0', '--wait=false')
      },
      look: {
        see: (scene) => scene.kubectl('get', 'pvc', 'data-redis-0', '--output=jsonpath={.metadata.deletionTimestamp}'),
        shows: /^20/
      },
      deploy: red('data-at-risk', 'the claim data-redis-0 is being deleted')
    }
  ]
}
