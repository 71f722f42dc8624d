import { sentenceOf } from './sentences.ts'
import type { Certificate, Sight, Trouble } from './trouble.ts'
import { hintAgainst } from './trouble-hints.ts'
import { type Finding, placeOf, unreachableCode, type View } from './view.ts'

/** What a client needs before it can ask, as far as this one came; each with what was seen. */
export function reachFindings({ trouble, certificate }: Sight, view: View): Finding[] {
  const { address, topology } = view
  const wrong = trouble ?? wrongName(certificate)
  const { check, proven } = wrong === undefined ? { check: '', proven: 4 } : placeIn(wrong, address.tls)
  const steps = [
    { name: 'host name', detail: `${address.host} resolves` },
    { name: 'TCP', detail: `${placeOf(address)} accepts connections` },
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
      : [{ name: check, code, passed: false, detail: sentenceOf(wrong, view), hint: hintAgainst(wrong, view) }])
  ]
}

/** The check that a trouble fails, and how many of the steps before it are proven. */
function placeIn({ kind }: Trouble, tls: boolean): { check: string; proven: number } {
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
function wrongName(certificate: Certificate | undefined): Trouble | undefined {
  const naming = certificate?.naming
  return typeof naming === 'string' ? { kind: 'wrong-name', said: naming } : undefined
}

function trusted(certificate: Certificate | undefined): string {
  const { issuer, validUntil } = certificate ?? {}
  return issuer === undefined ? 'the certificate is trusted' : `certificate of ${issuer}, valid until ${validUntil}`
}
