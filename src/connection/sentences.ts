import type { Trouble } from './trouble.ts'
import { placeOf, type View } from './view.ts'

/** What a trouble is, with names and numbers; it stands after the name of its check. */
export function sentenceOf({ kind, said }: Trouble, { address, from, namespace }: View): string {
  const place = placeOf(address)
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
      return `there is no way from ${here} to ${place}${because}`
    case 'no-tls':
      return `there is no TLS at ${place}${because}`
    case 'handshake':
      return `${place} breaks the handshake off${because}`
    case 'untrusted':
      return `the certificate of ${place} is of an authority that is not trusted${because}`
    case 'expired':
      return `a certificate of ${place} has expired${because}`
    case 'early':
      return `a certificate of ${place} is not valid yet${because}`
    case 'wrong-name':
      return `the certificate is not for ${address.host}${because}`
    case 'silent':
      return `${place} accepts connections and then says nothing within 5 s`
    case 'closed':
      return `${place} closes connections without an answer${because}`
    case 'client':
      return `redis-cli of the image cannot ask${because}`
    case 'unknown':
      return `${place} cannot be asked${because}`
  }
}
