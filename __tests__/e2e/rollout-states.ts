import type { FailureCode } from '../../src/core/failure.ts'
import type { Edit, Stage } from './stage.ts'

/** How the shell of the container ends instead of becoming Redis. */
export const script =
  (text: string): Edit =>
  (_workload, redis) => {
    redis.command = ['/bin/sh', '-c', text]
  }

/** A state that the manifests of the action are brought into, and what must be said of it. */
export interface State {
  name: string
  edit?: Edit
  data?: Record<string, string>
  before?: (stage: Stage) => Promise<unknown>
  timeout?: number
  code: FailureCode
  says: RegExp
  hint: RegExp
  shows?: RegExp
  /** Seconds to the verdict. */
  within: number
}

export const states: State[] = [
  {
    name: 'an image that no registry has',
    edit: (_workload, redis) => {
      redis.image = 'docker.io/library/redis:0.0.0-missing'
    },
    code: 'image-pull',
    says: /^the image docker.io\/library\/redis:0.0.0-missing of container redis cannot be pulled: ./,
    hint: /set redis-image/,
    shows: /Failed to pull image/,
    within: 60
  },
  {
    name: 'a key that its Secret lacks',
    edit: (_workload, redis) => {
      redis.env = [{ name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'redis-credentials', key: 'token' } } }]
    },
    code: 'config-error',
    says: /^container redis cannot be configured: couldn't find key token in Secret .*\(seen for \d/,
    hint: /get secrets,configmaps/,
    within: 60
  },
  {
    name: 'a ConfigMap that is not there',
    edit: (_workload, redis, pod) => {
      pod.volumes.push({ name: 'more', configMap: { name: 'absent' } })
      redis.volumeMounts.push({ name: 'more', mountPath: '/more' })
    },
    code: 'config-error',
    says: /^a volume of pod redis-0 cannot be mounted: .*configmap "absent" not found.*\(seen for/,
    hint: /get secrets,configmaps/,
    within: 60
  },
  {
    name: 'a container that ends at once',
    edit: script('echo the last word; exit 3'),
    code: 'crash-loop',
    says: /^container redis exited with code 3 right after starting \(\d(nd|rd) time\)/,
    hint: /logs redis-0 -c redis --previous/,
    shows: /the last word/,
    within: 60
  },
  {
    name: 'a container that a signal ends',
    // Kubernetes makes $$ one dollar sign.
    edit: script(`sh -c 'kill -SEGV $$$$'; exit $?`),
    code: 'crash-loop',
    says: /with code 139 \(SIGSEGV\)/,
    hint: /--previous/,
    within: 60
  },
  {
    name: 'an init container that ends at once',
    edit: (_workload, redis, pod) => {
      const { image, securityContext } = redis
      pod.initContainers = [{ name: 'prepare', image, securityContext, command: ['sh', '-c', 'echo no way; exit 7'] }]
    },
    code: 'crash-loop',
    says: /^container prepare exited with code 7 right after starting/,
    hint: /-c prepare --previous/,
    shows: /no way/,
    within: 60
  },
  {
    name: 'a process that takes more memory than its limit',
    edit: (_workload, redis) => {
      redis.resources = { requests: { memory: '32Mi' }, limits: { memory: '32Mi' } }
      redis.command = ['/bin/sh', '-c', 'tail /dev/zero']
    },
    code: 'oom-killed',
    says: /^container redis was killed because it used more memory than its limit of 32Mi/,
    hint: /memory-limit/,
    within: 60
  },
  {
    name: 'a limit in which nothing can start',
    edit: (_workload, redis) => {
      redis.resources = { requests: { memory: '1Mi' }, limits: { memory: '1Mi' } }
    },
    code: 'oom-killed',
    // Runtimes differ in how far they get.
    says: /^container redis was killed because it used more memory than its limit of 1Mi|^the memory limit is too low/,
    hint: /memory-limit/,
    within: 60
  },
  {
    name: 'a program that is not in the image',
    edit: (_workload, redis) => {
      redis.command = ['/no/such/program']
    },
    code: 'config-error',
    says: /^container redis cannot be started: .*\/no\/such\/program.*no such file or directory/,
    hint: /correct command/,
    within: 60
  },
  {
    name: 'a program for another machine',
    data: { program: 'this is no program\n' },
    edit: (_workload, redis, pod) => {
      for (const { configMap } of pod.volumes)
        if (configMap !== undefined) Object.assign(configMap, { defaultMode: 0o555 })
      redis.command = ['/etc/redis/program']
    },
    code: 'crash-loop',
    says: /^container redis exited with /,
    hint: /a different architecture/,
    shows: /exec format error/,
    within: 60
  },
  {
    name: 'a volume that is read-only',
    edit: (_workload, redis) => {
      for (const mount of redis.volumeMounts) if (mount.name === 'data') mount.readOnly = true
    },
    code: 'crash-loop',
    says: /^container redis exited with code 1 right after starting/,
    hint: /read-only/,
    shows: /Read-only file system/,
    within: 60
  },
  {
    name: 'a volume that is full',
    edit: (workload, redis, pod) => {
      delete workload.spec.volumeClaimTemplates
      pod.volumes.push({ name: 'data', emptyDir: { medium: 'Memory', sizeLimit: '64Ki' } })
      redis.command = ['/bin/sh', '-c', `cat /dev/zero >/data/full 2>/dev/null ||:; ${redis.command?.[2]}`]
    },
    code: 'crash-loop',
    says: /^container redis exited with code 1 right after starting/,
    hint: /full/,
    shows: /No space left on device/,
    within: 60
  },
  {
    name: 'more CPU than any node has',
    edit: (_workload, redis) => {
      redis.resources.requests['cpu'] = '1000'
    },
    code: 'unschedulable',
    says: /^pod redis-0 cannot be scheduled: .*Insufficient cpu.*\(seen for 4[5-9]\.\d s\)$/,
    hint: /request less/,
    within: 55
  },
  {
    name: 'more memory than any node has',
    edit: (_workload, redis) => {
      redis.resources.requests['memory'] = '100Ti'
      redis.resources.limits['memory'] = '100Ti'
    },
    timeout: 10,
    code: 'unschedulable',
    says: /^pod redis-0 cannot be scheduled: .*Insufficient memory.*\(seen for \d.* s, until the timeout\)$/,
    hint: /memory-limit/,
    within: 30
  },
  {
    name: 'a label that no node has',
    edit: (_workload, _redis, pod) => {
      pod.nodeSelector = { 'example.org/disk': 'none' }
    },
    timeout: 10,
    code: 'unschedulable',
    says: /didn't match Pod's node affinity\/selector/,
    hint: /nodeSelector/,
    within: 30
  },
  {
    name: 'a storage class that is not there',
    edit: (workload) => {
      for (const { spec } of workload.spec.volumeClaimTemplates ?? []) spec.storageClassName = 'absent'
    },
    code: 'volume-pending',
    says: /^claim data-redis-0 has no volume: .*"absent" not found.*\(seen for/,
    hint: /get storageclass/,
    within: 60
  },
  {
    name: 'a probe that never passes',
    edit: (_workload, redis) => {
      const exec = { command: ['sh', '-c', 'echo the cache is cold; exit 1'] }
      redis.startupProbe = { exec, periodSeconds: 1, failureThreshold: 300 }
    },
    timeout: 20,
    code: 'probe-failing',
    says: /^after 20.0 s still waiting for container redis to pass its startup probe: .*the cache is cold/,
    hint: /correct the probe/,
    shows: /Ready to accept connections/,
    within: 40
  },
  {
    name: 'a liveness probe that kills',
    edit: (_workload, redis) => {
      const exec = { command: ['sh', '-c', 'echo not alive; exit 1'] }
      redis.livenessProbe = { exec, periodSeconds: 1, failureThreshold: 1 }
      redis.readinessProbe = { exec, periodSeconds: 1, failureThreshold: 1 }
    },
    code: 'probe-failing',
    says: /^container redis was killed because its liveness probe failed \(\d\w\w time\): Liveness probe failed: not alive/,
    hint: /correct the probe/,
    within: 80
  },
  {
    name: 'a quota without room',
    before: async ({ namespace }) => {
      await namespace.kubectl('create', 'quota', 'none', '--hard=pods=0')
      // A quota is in force as soon as it was counted.
      await namespace.kubectl('wait', 'quota/none', '--for=jsonpath={.status.used}', '--timeout=120s')
    },
    code: 'quota-exceeded',
    says: /^pod redis-0 is not created: .*exceeded quota: none/,
    hint: /describe resourcequota/,
    within: 60
  },
  {
    name: 'a pod that Pod Security refuses',
    edit: (_workload, redis) => {
      redis.securityContext = { privileged: true }
    },
    code: 'invalid-manifest',
    says: /^pod redis-0 is not created: .*violates PodSecurity "restricted/,
    hint: /pod template/,
    within: 60
  }
]
