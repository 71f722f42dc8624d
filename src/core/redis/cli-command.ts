import { names } from '../kubernetes/workload.ts'

/** Where the manifests of this action mount the password in container redis. */
export const passwordFolder = '/run/redis-credentials'

export interface CliTarget {
  namespace: string
  /** As it is to stand in a shell; undefined for the user `default`. */
  username?: string | undefined
  /** Whether the password is mounted there; else it comes from the Secret, on standard input. */
  isMounted?: boolean
}

/** A command of redis-cli in redis-0 as it can be typed, without backticks. The password is on no command line. */
export function redisCli({ namespace, username, isMounted = false }: CliTarget, command: string): string {
  const kubectl = `kubectl -n ${namespace}`
  const login = username === undefined ? '' : ` --user ${username}`
  const inPod = `${names.pod} -c ${names.redisContainer} -- sh -c`
  return isMounted
    ? `${kubectl} exec ${inPod} 'REDISCLI_AUTH="$(cat ${passwordFolder}/password)" redis-cli${login} ${command}'`
    : `${kubectl} get secret ${names.credentials} -o jsonpath={.data.password} | base64 -d | ` +
        `${kubectl} exec -i ${inPod} 'REDISCLI_AUTH="$(cat)" redis-cli${login} ${command}'`
}
