import { names } from '../../core/kubernetes/workload.ts'
import { backendLabel } from './from-pod/pod-manifest.ts'
import { endpointsBeside } from './hints.ts'
import { endpointText, type Finding, type ProbeContext, serviceOf, unreachableCode } from './probe-context.ts'

export type NetworkProblemKind =
  | 'unresolved'
  | 'timeout'
  | 'refused'
  | 'unreachable'
  | 'no-tls'
  | 'handshake'
  | 'untrusted'
  | 'expired'
  | 'early'
  | 'wrong-name'
  | 'silent'
  | 'closed'
  | 'client'
  | 'unknown'

/** That a client does not get so far that it could ask, and why. */
export interface NetworkProblem {
  kind: NetworkProblemKind
  /** What the client says, or what it saw. */
  said: string
}

/** What a client saw. */
export interface ProbeOutput {
  /** Undefined if the cache answered. */
  trouble: NetworkProblem | undefined
  /** Undefined without TLS, and after a trouble before it. */
  certificate: Certificate | undefined
  /** Undefined after a trouble. */
  answers: Answers | undefined
}

/** What the server presented, as far as it could be seen. */
export interface Certificate {
  /** `CN=…` of the authority, and the day on which the certificate ends; undefined where only the verdict is known. */
  issuer?: string
  validUntil?: string
  /** Whether it names the host; a text says why not, undefined that it could not be seen. */
  naming: true | string | undefined
}

/** What the cache answers, in the words of redis-cli: to PING without the password, to PING and INFO with it. */
export interface Answers {
  anonymous: string
  ping: string
  info: string
}

/** What a trouble is, with names and numbers; it stands after the name of its check. */
function networkProblemSentence({ kind, said }: NetworkProblem, { address, from, namespace }: ProbeContext): string {
  const place = endpointText(address)
  const here = from === 'cluster' ? `a pod of namespace ${namespace}` : 'the runner'
  const because = said === '' ? '' : `: ${said}`
  switch (kind) {
    case 'unresolved':
      return `${address.host} does not resolve in ${here}${because}`
    case 'timeout':
      return `${place} does not answer ${here} within 5 s${because}`
    case 'refused':
      return `${place} refuses connections${because}`
    case 'unreachable':
      return `no route from ${here} to ${place}${because}`
    case 'no-tls':
      return `${place} does not use TLS${because}`
    case 'handshake':
      return `${place} aborts the TLS handshake${because}`
    case 'untrusted':
      return `the certificate of ${place} is signed by an untrusted authority${because}`
    case 'expired':
      return `a certificate of ${place} has expired${because}`
    case 'early':
      return `a certificate of ${place} is not valid yet${because}`
    case 'wrong-name':
      return `the certificate is not for ${address.host}${because}`
    case 'silent':
      return `${place} accepts connections but sends nothing within 5 s`
    case 'closed':
      return `${place} closes connections without an answer${because}`
    case 'client':
      return `redis-cli in the image failed${because}`
    case 'unknown':
      return `${place} could not be probed${because}`
  }
}

/** What to do about a trouble. */
function networkProblemHint(trouble: NetworkProblem, context: ProbeContext): string {
  if (trouble.kind === 'client') return 'set redis-image to an image of Redis whose redis-cli is built with TLS'
  return context.topology === 'managed' ? againstManaged(trouble, context) : againstSelfHosted(trouble, context)
}

function againstManaged({ kind }: NetworkProblem, { namespace, from, address: { host, port } }: ProbeContext): string {
  const inCluster = from === 'cluster'
  const endpoints = endpointsBeside(host)
  switch (kind) {
    case 'unresolved':
      return (
        `compare the key host of Secret/${names.credentials} with ${endpoints}; if it is right, ` +
        (inCluster
          ? 'make the cluster DNS forward to the VPC DNS: `kubectl -n kube-system get configmap coredns --output=yaml`'
          : 'let the runner use the VPC DNS, or set probe-from: cluster')
      )
    case 'timeout':
    case 'unreachable':
      return inCluster
        ? `let the security group of the cache admit TCP ${port} from that of the nodes (\`aws ec2 ` +
            `authorize-security-group-ingress --protocol tcp --port ${port} --group-id CACHE --source-group NODES\`), ` +
            `and let no policy forbid it: \`kubectl -n ${namespace} get networkpolicies\``
        : 'ElastiCache is reachable only inside its VPC: use a runner inside it that its security group admits ' +
            `for TCP ${port}, or set probe-from: cluster`
    case 'refused':
      return `compare the keys host and port of Secret/${names.credentials} with ${endpoints}`
    case 'no-tls':
      return `store the endpoint of a replication group with encryption in transit: ${endpoints}`
    case 'untrusted':
      return (
        `ElastiCache certificates are signed by Amazon, so check that ${host} is the right host; pass an authority of your own ` +
        'in the variable NODE_EXTRA_CA_CERTS of the step, the path of a PEM file' +
        (inCluster ? ', which the pod receives too' : '')
      )
    case 'expired':
    case 'early':
      return `ElastiCache renews its certificates itself, so check that ${host} is the right host, and the clocks`
    case 'wrong-name':
      return `store the endpoint as ElastiCache names it, not an alias (CNAME) or address: ${endpoints}`
    case 'closed':
      return 'if the cache encrypts in transit, begin key url of the AWS secret with rediss://'
    default:
      return `check the state of the cache: \`aws elasticache describe-events --duration 60\``
  }
}

function againstSelfHosted({ kind }: NetworkProblem, { namespace, address }: ProbeContext): string {
  const kubectl = `kubectl -n ${namespace}`
  const service = serviceOf(address)
  switch (kind) {
    case 'unresolved':
      return `check that the Service exists: \`${kubectl} get service ${service}\`, and that policies allow pods to use DNS`
    case 'timeout':
    case 'unreachable':
      return `make the policies admit pods with the label ${backendLabel}: \`${kubectl} describe networkpolicies\``
    case 'refused':
      return `check that the Service selects the pod: \`${kubectl} get endpointslices -l kubernetes.io/service-name=${service}\``
    default:
      return `read the Redis log: \`${kubectl} logs ${names.pod} -c ${names.redisContainer}\``
  }
}

/** What a client needs before it can ask, as far as this one came; each with what was seen. */
export function reachFindings({ trouble, certificate }: ProbeOutput, context: ProbeContext): Finding[] {
  const { address, topology } = context
  const wrong = trouble ?? wrongName(certificate)
  const { check, proven } = wrong === undefined ? { check: '', proven: 4 } : placeIn(wrong, address.tls)
  const steps = [
    { name: 'host name', detail: `${address.host} resolves` },
    { name: 'TCP', detail: `${endpointText(address)} accepts connections` },
    { name: 'TLS', detail: address.tls ? trusted(certificate) : undefined },
    { name: 'certificate name', detail: certificate?.naming === true ? `names ${address.host}` : undefined }
  ]
  const code = wrong?.kind === 'client' ? 'config-error' : unreachableCode(topology)
  return [
    ...steps
      .slice(0, proven)
      .flatMap(({ name, detail }) => (detail === undefined ? [] : [{ name, code, passed: true, detail, hint: '' }])),
    ...(wrong === undefined
      ? []
      : [
          {
            name: check,
            code,
            passed: false,
            detail: networkProblemSentence(wrong, context),
            hint: networkProblemHint(wrong, context)
          }
        ])
  ]
}

/** The check that a trouble fails, and how many of the steps before it are proven. */
function placeIn({ kind }: NetworkProblem, tls: boolean): { check: string; proven: number } {
  switch (kind) {
    case 'unresolved':
      return { check: 'host name', proven: 0 }
    case 'timeout':
    case 'refused':
    case 'unreachable':
      return { check: 'TCP', proven: 1 }
    case 'wrong-name':
      return { check: 'certificate name', proven: 3 }
    case 'client':
    case 'unknown':
      return { check: 'PING', proven: 0 }
    default:
      return { check: tls ? 'TLS' : 'PING', proven: 2 }
  }
}

/** A certificate of another host does not stop redis-cli, which does not compare the names. */
function wrongName(certificate: Certificate | undefined): NetworkProblem | undefined {
  const naming = certificate?.naming
  return typeof naming === 'string' ? { kind: 'wrong-name', said: naming } : undefined
}

function trusted(certificate: Certificate | undefined): string {
  const { issuer, validUntil } = certificate ?? {}
  return issuer === undefined ? 'the certificate is trusted' : `certificate of ${issuer}, valid until ${validUntil}`
}
