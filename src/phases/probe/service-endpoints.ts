import { isIPv6 } from 'node:net'
import { at, type KubernetesObject, listAt, textAt } from '../../core/kubernetes/object.ts'
import { names } from '../../core/kubernetes/workload.ts'
import { listed } from '../../core/listing.ts'
import type { Problem } from '../../core/problem.ts'
import { isTcp } from '../../core/rendered-cache/container.ts'
import { sanitizeLine } from '../../core/sanitize.ts'

/** Where the clients of a Service should arrive: at one port of redis-0, and nowhere else. */
export interface ServiceTarget {
  namespace: string
  service: string
  /** The port of the pod. */
  port: number
  /** redis-0 as it was when it was found Ready. */
  pod: KubernetesObject
}

/** Endpoints follow the readiness of a pod, and its end, a moment later; on a busy cluster after seconds. */
const lagMilliseconds = 20_000
/** A pod of another name with the labels of Redis does not go by itself; it may be about to end. */
const foreignMilliseconds = 5_000

/** So many others are named; the commands of the hint list them all. */
const namedAtMost = 3

interface Endpoint {
  addresses: string[]
  ready: boolean
  terminating: boolean
  ports: number[]
  target: { kind: string | undefined; name: string; uid: string | undefined } | undefined
}

/**
 * Why the clients of a Service do not all arrive at redis-0; undefined if they do.
 * @param slices all EndpointSlices of the Service: each holds addresses of one family, and a Service without endpoints
 * has one without addresses
 */
export function serviceProblem(slices: readonly KubernetesObject[], target: ServiceTarget): Problem | undefined {
  const problem = (words: string, toleranceMilliseconds = lagMilliseconds): Problem => ({
    code: 'service-mismatch',
    sentence: `Service/${target.service} in namespace ${target.namespace}, which Secret/${names.credentials} names, ${words}`,
    hint: hint(target),
    toleranceMilliseconds
  })
  const endpoints = slices.flatMap(endpointsOf)
  // No client is sent to an endpoint that is not ready, or that has no port of the name that the Service calls.
  const others = endpoints.filter(
    (each) => each.ready && !each.terminating && each.ports.length > 0 && !isOf(each, target.pod)
  )
  if (others.length > 0) {
    const isForeign = others.some(({ target }) => target?.name !== names.pod)
    const words = `leads not to ${names.pod} alone, but also to ${named(others)}`
    return problem(words, isForeign ? foreignMilliseconds : lagMilliseconds)
  }

  const own = endpoints.filter((each) => isOf(each, target.pod))
  if (own.length === 0) return problem('has no endpoints, so nobody can connect')
  const families = new Set(slices.map((slice) => textAt(slice, 'addressType')))
  const addresses = podAddresses(target.pod).filter((address) => families.has(familyOf(address)))
  if (addresses.length === 0) return problem(`has endpoints of no address of ${names.pod}`)
  for (const address of addresses) {
    const there = own.filter((each) => each.addresses.includes(address))
    if (there.length === 0) return problem(`does not lead to ${names.pod} at ${sanitizeLine(address)}`)
    if (!there.some(({ ready }) => ready)) {
      return problem(`sends nobody to ${names.pod} at ${sanitizeLine(address)}: its endpoint is not ready`)
    }
    if (there.some(({ ready, ports }) => ready && ports.includes(target.port))) continue
    const seen = there.flatMap(({ ports }) => ports).join(', ') || 'none'
    return problem(`leads not to port ${target.port} of ${names.pod}; its endpoints have ports: ${seen}`)
  }
  return undefined
}

/** The addresses of a pod, one of each family that it has. */
export function podAddresses(pod: KubernetesObject): string[] {
  const all = listAt(pod, 'status', 'podIPs').map((each) => textAt(each, 'ip'))
  return [...new Set([...all, textAt(pod, 'status', 'podIP')])].filter((address) => address !== undefined)
}

function endpointsOf(slice: KubernetesObject): Endpoint[] {
  const ports = listAt(slice, 'ports')
    .filter(isTcp)
    .map((each) => Number(at(each, 'port')))
  return listAt(slice, 'endpoints').map((endpoint) => {
    const name = textAt(endpoint, 'targetRef', 'name')
    return {
      addresses: listAt(endpoint, 'addresses').map(String),
      // Who does not say so is to be taken for ready.
      ready: at(endpoint, 'conditions', 'ready') !== false,
      terminating: at(endpoint, 'conditions', 'terminating') === true,
      ports,
      target:
        name === undefined
          ? undefined
          : {
              kind: textAt(endpoint, 'targetRef', 'kind'),
              name,
              uid: textAt(endpoint, 'targetRef', 'uid')
            }
    }
  })
}

/** Whether an endpoint is this very pod, and not one that bore its name before or does since. */
function isOf({ target }: Endpoint, { metadata }: KubernetesObject): boolean {
  return target?.kind === 'Pod' && target.name === metadata.name && target.uid === metadata.uid
}

function familyOf(address: string): string {
  return isIPv6(address) ? 'IPv6' : 'IPv4'
}

/** A pod is one, however many of its addresses and ports are endpoints. */
function named(others: readonly Endpoint[]): string {
  return listed([...new Set(others.map(nameOf))], ', ', namedAtMost)
}

function nameOf({ target, addresses }: Endpoint): string {
  const address = addresses.join(', ')
  const who = target === undefined ? `address ${address}` : `${target.kind ?? 'object'} ${target.name} (${address})`
  const note = target?.name === names.pod ? ', which is another than the one of this run' : ''
  return sanitizeLine(`${who}${note}`, 300)
}

function hint({ namespace, service }: ServiceTarget): string {
  const slices = `\`kubectl -n ${namespace} get endpointslices -l kubernetes.io/service-name=${service} -o wide\``
  const pods = `\`kubectl -n ${namespace} get pods -o wide --show-labels\``
  return (
    `compare what the Service leads to, ${slices}, with the pods and their labels, ${pods}: only ${names.pod} may have ` +
    `the labels of the selector, \`kubectl -n ${namespace} get service ${service} -o jsonpath={.spec.selector}\``
  )
}
