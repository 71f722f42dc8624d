import { type EndpointForm, endpointForm, hostName } from '../../../core/aws-endpoint.ts'
import { type Credentials, type FieldProblem, shownAddress } from '../../../core/credentials.ts'
import { isHost, isLoopback, isPort } from '../../../core/redis/url.ts'

/** The problem of key host. */
export function hostProblems(host: string, values: Partial<Credentials>): FieldProblem[] {
  if (!isHost(host)) return [notAHost(host)]
  if (!isLoopback(host)) return endpointProblems(host, values)
  const problem = `is a loopback address${shownAddress(host, values)}, by which each pod reaches itself`
  return [{ key: 'host', problem, fix: 'store the endpoint of the cache' }]
}

/** The problem of key port. */
export function portProblems(port: string): FieldProblem[] {
  if (isPort(port)) return []
  return [{ key: 'port', problem: 'must be an integer from 1 to 65535', fix: 'store only the number, such as 6379' }]
}

// The value is not shown: it may be a URL with the password, or the password under the wrong key.
function notAHost(host: string): FieldProblem {
  const alone = 'store only the host name'
  if (/[/@]/.test(host)) return { key: 'host', problem: 'is a URL or part of one', fix: alone }
  if (/^[^:]*:\d*$/.test(host))
    return { key: 'host', problem: 'has a port', fix: `${alone} (the port has its own key)` }
  return { key: 'host', problem: 'must be a host name or an IP address', fix: alone }
}

/** The forms of ElastiCache names that cannot serve a backend. */
const unfit = new Map<EndpointForm, string>([
  ['primary', 'a primary endpoint'],
  ['reader', 'a reader endpoint'],
  ['replica-tls', 'a reader endpoint'],
  ['node', 'a single node'],
  ['configuration', 'a configuration endpoint']
])

function endpointProblems(host: string, values: Partial<Credentials>): FieldProblem[] {
  const { form, tls } = endpointForm(host)
  const what = unfit.get(form)
  if (what === undefined) return []
  const without = tls === false ? ' without encryption in transit' : ''
  const readsOnly = form === 'reader' || form === 'replica-tls' ? ['refuses writes'] : []
  const flaws = [...readsOnly, ...(tls === false ? ['cannot have a password'] : [])].join(' and ')
  const problem = `names ${what}${without}${shownAddress(host, values)}, which ${flaws}`
  return [{ key: 'host', problem, fix: tls === false ? encryptedEndpoint(host, form) : primaryOf(host, values) }]
}

// Every form without encryption in transit ends with the region, which the other name has as well.
function encryptedEndpoint(host: string, form: EndpointForm): string {
  const region = /[^.]+\.cache\.amazonaws\.(com(\.cn)?|eu)$/.exec(hostName(host))?.[0] ?? ''
  const [what, prefix, query] =
    form === 'configuration'
      ? ['configuration endpoint', 'clustercfg', 'ConfigurationEndpoint']
      : ['primary endpoint', 'master', 'NodeGroups[].PrimaryEndpoint']
  return (
    'ElastiCache supports passwords only with encryption in transit, so store the ' +
    `${what} of a replication group that has it, \`${prefix}.<group>.<id>.${region}\` ` +
    `(\`aws elasticache describe-replication-groups --query 'ReplicationGroups[].${query}'\` lists them)`
  )
}

function primaryOf(host: string, values: Partial<Credentials>): string {
  return `store the primary endpoint${shownAddress(hostName(host).replace(/^replica\./, 'master.'), values)}`
}
