import type { FailureCode } from '../failure.ts'
import { names, ports } from '../workload.ts'

/** What to type after a probe that failed. */
export function hintFor(code: FailureCode, namespace: string): string {
  const kubectl = `kubectl -n ${namespace}`
  const restart = `\`${kubectl} delete pod ${names.pod}\``
  switch (code) {
    case 'redis-open':
      return 'give Redis a password: redis.conf must include the file that is made from the Secret (manifests/base)'
    case 'redis-auth':
      return `restart the pod, so that it reads the Secret again: ${restart}`
    case 'redis-loading':
      return `watch it: \`${kubectl} logs ${names.pod} -c ${names.redisContainer} --follow\`; then raise timeout`
    case 'memory-over-threshold':
      return 'raise maxmemory together with memory-limit, or raise memory-threshold'
    case 'config-drift':
      return `restart the pod, so that it reads redis.conf again: ${restart}; if the difference stays, correct redis.conf`
    case 'persistence-failing':
      return `see whether the volume is full: \`${kubectl} exec ${names.pod} -c ${names.redisContainer} -- df -h /data\``
    case 'metrics-missing':
      return `see what the exporter says: \`${kubectl} logs ${names.pod} -c ${names.exporterContainer}\``
    default:
      return `see what Redis says: \`${kubectl} logs ${names.pod} -c ${names.redisContainer}\``
  }
}

/** The same where the API server is there, and opens no port-forward. */
export function wayHint(namespace: string): string {
  return `see whether kubectl gets a port-forward: \`kubectl -n ${namespace} port-forward ${names.pod} ${ports.redis}\``
}
