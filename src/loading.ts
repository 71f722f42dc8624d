import { names } from './workload.ts'

/** What to type while Redis loads its data. */
export function watchLoading(namespace: string): string {
  return `watch it: \`kubectl -n ${namespace} logs ${names.pod} -c ${names.redisContainer} --follow\``
}
