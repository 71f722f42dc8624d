import { names } from '../workload.ts'
import { endpointsBeside } from './hints.ts'
import { backendLabel } from './pod.ts'
import type { Trouble } from './trouble.ts'
import { serviceOf, type View } from './view.ts'

/** What to do about a trouble. */
export function hintAgainst(trouble: Trouble, view: View): string {
  if (trouble.kind === 'client') return 'set redis-image to an image of Redis whose redis-cli is built with TLS'
  return view.topology === 'managed' ? againstManaged(trouble, view) : againstSelfHosted(trouble, view)
}

function againstManaged({ kind }: Trouble, { namespace, from, address: { host, port } }: View): string {
  const inCluster = from === 'cluster'
  const endpoints = endpointsBeside(host)
  switch (kind) {
    case 'unresolved':
      return (
        `compare the key host of Secret/${names.credentials} with ${endpoints}; if it is right, ` +
        (inCluster
          ? 'let the DNS of the cluster ask that of the VPC: `kubectl -n kube-system get configmap coredns --output=yaml`'
          : 'let the runner ask the DNS of the VPC, or set probe-from: cluster')
      )
    case 'timeout':
    case 'unreachable':
      return inCluster
        ? `let the security group of the cache admit TCP ${port} from that of the nodes (\`aws ec2 ` +
            `authorize-security-group-ingress --protocol tcp --port ${port} --group-id CACHE --source-group NODES\`), ` +
            `and let no policy forbid it: \`kubectl -n ${namespace} get networkpolicies\``
        : 'ElastiCache answers inside its VPC only: use a runner that stands there and that its security group admits ' +
            `for TCP ${port}, or set probe-from: cluster`
    case 'refused':
      return `compare the keys host and port of Secret/${names.credentials} with ${endpoints}`
    case 'no-tls':
      return `store the endpoint of a replication group with encryption in transit: ${endpoints}`
    case 'untrusted':
      return (
        `Amazon signs for ElastiCache, so see whether ${host} is the right host; an authority of your own is given ` +
        'with the variable NODE_EXTRA_CA_CERTS of the step, the path of a PEM file' +
        (inCluster ? ', and goes to the pod from there' : '')
      )
    case 'expired':
    case 'early':
      return `ElastiCache renews its certificates itself, so see whether ${host} is the right host, and the clocks`
    case 'wrong-name':
      return `store the endpoint as ElastiCache names it, and no alias (CNAME) nor address of it: ${endpoints}`
    case 'closed':
      return 'if the cache encrypts in transit, let the key url of the secret in AWS begin with rediss://'
    default:
      return `see the state of the cache: \`aws elasticache describe-events --duration 60\``
  }
}

function againstSelfHosted({ kind }: Trouble, { namespace, address }: View): string {
  const kubectl = `kubectl -n ${namespace}`
  const service = serviceOf(address)
  switch (kind) {
    case 'unresolved':
      return `see whether the Service is there: \`${kubectl} get service ${service}\`, and whether policies let pods ask DNS`
    case 'timeout':
    case 'unreachable':
      return `let the policies admit pods with the label ${backendLabel}: \`${kubectl} describe networkpolicies\``
    case 'refused':
      return `see whether the Service finds the pod: \`${kubectl} get endpointslices -l kubernetes.io/service-name=${service}\``
    default:
      return `see what Redis says: \`${kubectl} logs ${names.pod} -c ${names.redisContainer}\``
  }
}
