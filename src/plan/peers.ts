import { at, listAt, textAt } from '../kubernetes-object.ts'
import type { Admission } from '../rendered-cache/network-peers.ts'
import { isSame, treeOf } from './tree.ts'

/** Whether all that the second one lets in, the first one lets in as well. */
export function covers(one: Admission, other: Admission): boolean {
  return coversPeer(one.peer, other.peer) && coversPort(one.port, other.port)
}

/** `pods app=shop in namespaces team=shop to port 6379` */
export function admissionText({ peer, port }: Admission): string {
  const number = textAt(port, 'port') ?? 'any'
  const end = textAt(port, 'endPort')
  const ports = port === undefined ? 'every port' : `port ${number}${end === undefined ? '' : ` to ${end}`}`
  return `${peerText(peer)} to ${ports}`
}

function peerText(peer: unknown): string {
  if (peer === undefined) return 'everybody'
  const block = textAt(peer, 'ipBlock', 'cidr')
  if (block !== undefined) return `addresses ${block}`
  const namespaces = at(peer, 'namespaceSelector')
  const where = namespaces === undefined ? '' : ` in ${selectorText('namespaces', namespaces)}`
  return `${selectorText('pods', at(peer, 'podSelector'))}${where}`
}

function selectorText(what: string, selector: unknown): string {
  const labels = Object.entries(at(selector, 'matchLabels') ?? {}).map(([name, value]) => `${name}=${String(value)}`)
  const expressions = listAt(selector, 'matchExpressions').map(
    (each) => `${textAt(each, 'key')} ${textAt(each, 'operator')}`
  )
  const all = [...labels, ...expressions]
  return all.length === 0 ? `all ${what}` : `${what} ${all.join(',')}`
}

function coversPeer(one: unknown, other: unknown): boolean {
  if (one === undefined || other === undefined) return one === undefined
  if (at(one, 'ipBlock') !== undefined || at(other, 'ipBlock') !== undefined) return isEqual(one, other)
  const [own, others] = [at(one, 'namespaceSelector'), at(other, 'namespaceSelector')]
  const isSameWhere = own === undefined ? others === undefined : others !== undefined && narrows(others, own)
  return isSameWhere && narrows(at(other, 'podSelector'), at(one, 'podSelector'))
}

/** Whether a selector asks for all that the other one asks for. */
function narrows(selector: unknown, other: unknown): boolean {
  const labels = Object.entries(at(other, 'matchLabels') ?? {})
  const expressions = listAt(selector, 'matchExpressions')
  return (
    labels.every(([name, value]) => at(selector, 'matchLabels', name) === value) &&
    listAt(other, 'matchExpressions').every((wanted) => expressions.some((each) => isEqual(each, wanted)))
  )
}

function coversPort(one: unknown, other: unknown): boolean {
  if (one === undefined || other === undefined) return one === undefined
  if ((textAt(one, 'protocol') ?? 'TCP') !== (textAt(other, 'protocol') ?? 'TCP')) return false
  const [own, others] = [at(one, 'port'), at(other, 'port')]
  if (own === undefined || (own === others && at(one, 'endPort') === at(other, 'endPort'))) return true
  const [from, to] = [Number(own), Number(at(one, 'endPort') ?? own)]
  return from <= Number(others) && Number(at(other, 'endPort') ?? others) <= to
}

function isEqual(one: unknown, other: unknown): boolean {
  return isSame(treeOf(one, 'NetworkPolicy'), treeOf(other, 'NetworkPolicy'))
}
