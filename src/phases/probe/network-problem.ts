import type { FailureCode } from '../../core/failure.ts'
import { names } from '../../core/kubernetes/workload.ts'
import { labelText } from '../../core/rendered-cache/backend-labels.ts'
import { endpointsBeside, readLogHint } from './hints.ts'
import { endpointText, type ProbeContext, serviceOf } from './probe-context.ts'

/** That a client does not get so far that it could ask, and why. */
export interface NetworkProblem {
  kind: NetworkProblemKind
  /** What the client says, or what it saw. */
  said: string
}

export type NetworkProblemKind = keyof typeof rows

/** What a client must get past before it can ask, in this order. */
const reachChecks = ['host name', 'TCP', 'TLS', 'certificate name'] as const

export type ReachCheck = (typeof reachChecks)[number]

/** All that there is to say of one kind of network problem. */
interface NetworkProblemRow {
  /** How a client shows it; empty where only more than its words tells: an exit code, sockets, certificates. */
  recognisedBy: {
    /** The code of an error of Node or OpenSSL. */
    code?: RegExp
    /** The message of an error of ioredis, which has no code. */
    message?: RegExp
    /** What redis-cli says: the words of glibc, of musl, of OpenSSL and its own. */
    redisCli?: RegExp
  }
  /** The check that fails; those before it have passed. Of PING it is not known what came before. */
  fails: ReachCheck | 'PING'
  /** Set where a server without TLS may look like this to a client with TLS, which then asks without. */
  mayLackTls?: true
  /** Set where it says nothing of the cache, which else is called unreachable. */
  failureCode?: FailureCode
  /** What it is, after the name of its check. @param because what the client said, after a colon; else empty */
  sentence(named: { host: string; endpoint: string; here: string }, because: string): string
  /** What to do about it where the cache is managed. */
  managed(context: ProbeContext): string
  /** What to do about it where Redis runs in the cluster. */
  selfHosted(context: ProbeContext): string
}

/** In the order in which they are looked for: the first row that fits counts. */
const rows = {
  untrusted: {
    recognisedBy: {
      code: /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|UNABLE_TO_VERIFY_LEAF_SIGNATURE)$/,
      redisCli: /certificate verify failed/i
    },
    fails: 'TLS',
    sentence: ({ endpoint }, because) => `the certificate of ${endpoint} is signed by an untrusted authority${because}`,
    managed: ({ from, address: { host } }) =>
      `ElastiCache certificates are signed by Amazon, so check that ${host} is the right host; pass an authority of your own ` +
      'in the variable NODE_EXTRA_CA_CERTS of the step, the path of a PEM file' +
      (from === 'cluster' ? ', which the pod receives too' : ''),
    selfHosted: readLog
  },
  expired: {
    recognisedBy: { code: /^CERT_HAS_EXPIRED$/ },
    fails: 'TLS',
    sentence: ({ endpoint }, because) => `a certificate of ${endpoint} has expired${because}`,
    managed: checkHostAndClocks,
    selfHosted: readLog
  },
  early: {
    recognisedBy: { code: /^CERT_NOT_YET_VALID$/ },
    fails: 'TLS',
    sentence: ({ endpoint }, because) => `a certificate of ${endpoint} is not valid yet${because}`,
    managed: checkHostAndClocks,
    selfHosted: readLog
  },
  'wrong-name': {
    recognisedBy: { code: /^ERR_TLS_CERT_ALTNAME_INVALID$/ },
    fails: 'certificate name',
    sentence: ({ host }, because) => `the certificate is not for ${host}${because}`,
    managed: ({ address: { host } }) =>
      `store the endpoint as ElastiCache names it, not an alias (CNAME) or address: ${endpointsBeside(host)}`,
    selfHosted: readLog
  },
  'no-tls': {
    recognisedBy: { code: /^ERR_SSL_WRONG_VERSION_NUMBER$/, redisCli: /wrong version number/i },
    fails: 'TLS',
    mayLackTls: true,
    sentence: ({ endpoint }, because) => `${endpoint} does not use TLS${because}`,
    managed: ({ address: { host } }) =>
      `store the endpoint of a replication group with encryption in transit: ${endpointsBeside(host)}`,
    selfHosted: readLog
  },
  handshake: {
    recognisedBy: { code: /^EPROTO$|^ERR_SSL_/, redisCli: /^SSL_/ },
    fails: 'TLS',
    mayLackTls: true,
    sentence: ({ endpoint }, because) => `${endpoint} aborts the TLS handshake${because}`,
    managed: checkState,
    selfHosted: readLog
  },
  refused: {
    recognisedBy: { code: /^ECONNREFUSED$/, redisCli: /refused/i },
    fails: 'TCP',
    sentence: ({ endpoint }, because) => `${endpoint} refuses connections${because}`,
    managed: ({ address: { host } }) =>
      `compare the keys host and port of Secret/${names.credentials} with ${endpointsBeside(host)}`,
    selfHosted: ({ namespace, address }) =>
      `check that the Service selects the pod: \`kubectl -n ${namespace} get endpointslices ` +
      `-l kubernetes.io/service-name=${serviceOf(address)}\``
  },
  timeout: {
    recognisedBy: { code: /^ETIMEDOUT$/, redisCli: /timed out/i },
    fails: 'TCP',
    mayLackTls: true,
    sentence: ({ endpoint, here }, because) => `${endpoint} does not answer ${here} within 5 s${because}`,
    managed: openNetwork,
    selfHosted: openPolicies
  },
  unreachable: {
    recognisedBy: { code: /^(EHOSTUNREACH|ENETUNREACH)$/, redisCli: /unreachable|no route to host/i },
    fails: 'TCP',
    sentence: ({ endpoint, here }, because) => `no route from ${here} to ${endpoint}${because}`,
    managed: openNetwork,
    selfHosted: openPolicies
  },
  unresolved: {
    recognisedBy: {
      code: /^(ENOTFOUND|EAI_AGAIN)$/,
      redisCli: /not known|resol|^Try again|no address|usable address|non-recoverable/i
    },
    fails: 'host name',
    sentence: ({ host, here }, because) => `${host} does not resolve in ${here}${because}`,
    managed: ({ from, address: { host } }) =>
      `compare the key host of Secret/${names.credentials} with ${endpointsBeside(host)}; if it is right, ` +
      (from === 'cluster'
        ? 'make the cluster DNS forward to the VPC DNS: `kubectl -n kube-system get configmap coredns --output=yaml`'
        : 'let the runner use the VPC DNS, or set probe-from: cluster'),
    selfHosted: ({ namespace, address }) =>
      `check that the Service exists: \`kubectl -n ${namespace} get service ${serviceOf(address)}\`, and that policies ` +
      'allow pods to use DNS'
  },
  closed: {
    recognisedBy: {
      code: /^(ECONNRESET|EPIPE)$/,
      message: /^Connection is closed\.$/,
      redisCli: /reset|closed|broken pipe|eof/i
    },
    fails: 'TLS',
    mayLackTls: true,
    sentence: ({ endpoint }, because) => `${endpoint} closes connections without an answer${because}`,
    managed: () => 'if the cache encrypts in transit, begin key url of the AWS secret with rediss://',
    selfHosted: readLog
  },
  silent: {
    recognisedBy: { message: /Command timed out|Socket timeout/ },
    fails: 'TLS',
    sentence: ({ endpoint }) => `${endpoint} accepts connections but sends nothing within 5 s`,
    managed: checkState,
    selfHosted: readLog
  },
  client: {
    recognisedBy: {},
    fails: 'PING',
    failureCode: 'config-error',
    sentence: (_, because) => `redis-cli in the image failed${because}`,
    managed: replaceImage,
    selfHosted: replaceImage
  },
  unknown: {
    recognisedBy: {},
    fails: 'PING',
    sentence: ({ endpoint }, because) => `${endpoint} could not be probed${because}`,
    managed: checkState,
    selfHosted: readLog
  }
} satisfies Record<string, NetworkProblemRow>

function checkState(): string {
  return 'check the state of the cache: `aws elasticache describe-events --duration 60`'
}

function checkHostAndClocks({ address: { host } }: ProbeContext): string {
  return `ElastiCache renews its certificates itself, so check that ${host} is the right host, and the clocks`
}

function openNetwork({ from, namespace, address: { port } }: ProbeContext): string {
  return from === 'cluster'
    ? `let the security group of the cache admit TCP ${port} from that of the nodes (\`aws ec2 ` +
        `authorize-security-group-ingress --protocol tcp --port ${port} --group-id CACHE --source-group NODES\`), ` +
        `and let no policy forbid it: \`kubectl -n ${namespace} get networkpolicies\``
    : 'ElastiCache is reachable only inside its VPC: use a runner inside it that its security group admits ' +
        `for TCP ${port}, or set probe-from: cluster`
}

function openPolicies({ namespace, backendLabels }: ProbeContext): string {
  return (
    `make the policies admit pods with the label ${labelText(backendLabels)}: ` +
    `\`kubectl -n ${namespace} describe networkpolicies\``
  )
}

function readLog({ namespace }: ProbeContext): string {
  return readLogHint(namespace)
}

function replaceImage(): string {
  return 'set redis-image to an image of Redis whose redis-cli is built with TLS'
}

/** All kinds of network problems. */
export const networkProblems: Readonly<Record<NetworkProblemKind, NetworkProblemRow>> = rows

/** The checks that have passed where one fails; all if none does, and of PING none that is known. */
export function checksBefore(failing: NetworkProblemRow['fails'] | undefined): readonly ReachCheck[] {
  if (failing === undefined) return reachChecks
  return failing === 'PING' ? [] : reachChecks.slice(0, reachChecks.indexOf(failing))
}

/** By an error of Node, OpenSSL or ioredis. @param code empty if it has none */
export function kindOfError(code: string, message: string): NetworkProblemKind {
  return (
    firstKind(({ recognisedBy }) => recognisedBy.code?.test(code)) ??
    firstKind(({ recognisedBy }) => recognisedBy.message?.test(message)) ??
    'unknown'
  )
}

/** By what redis-cli says of a connection. */
export function kindOfRedisCli(said: string): NetworkProblemKind {
  return firstKind(({ recognisedBy }) => recognisedBy.redisCli?.test(said)) ?? 'unknown'
}

function firstKind(fits: (row: NetworkProblemRow) => boolean | undefined): NetworkProblemKind | undefined {
  const kinds = Object.keys(rows) as NetworkProblemKind[]
  return kinds.find((kind) => fits(networkProblems[kind]))
}

/** What it is, with names and numbers; it stands after the name of its check. */
export function networkProblemSentence({ kind, said }: NetworkProblem, context: ProbeContext): string {
  const { address, from, namespace } = context
  const here = from === 'cluster' ? `a pod of namespace ${namespace}` : 'the runner'
  const because = said === '' ? '' : `: ${said}`
  return networkProblems[kind].sentence({ host: address.host, endpoint: endpointText(address), here }, because)
}

/** What to do about it. */
export function networkProblemHint({ kind }: NetworkProblem, context: ProbeContext): string {
  const { managed, selfHosted } = networkProblems[kind]
  return context.topology === 'managed' ? managed(context) : selfHosted(context)
}
