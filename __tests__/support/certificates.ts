import { isIP } from 'node:net'
import { generate } from 'selfsigned'
import type { Certificate } from './kubernetes-api/http/certificate.ts'

/** A CA that lives as long as the process: no private key in the repository, no openssl on the machine. */
export interface Authority {
  /** PEM. */
  readonly certificate: string
  /** A certificate for a host, by default valid since yesterday and for thirty days. */
  issue(host: string, valid?: { from?: Date; until?: Date }): Promise<Certificate>
}

export const daysFromNow = (days: number): Date => new Date(Date.now() + days * 86_400_000)

const keys = { keyType: 'ec', algorithm: 'sha256' } as const

export async function createAuthority(name = 'Test Authority'): Promise<Authority> {
  const authority = await generate([{ name: 'commonName', value: name }], {
    ...keys,
    notBeforeDate: daysFromNow(-1000),
    notAfterDate: daysFromNow(1000),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true }
    ]
  })
  return {
    certificate: authority.cert,
    async issue(host, { from = daysFromNow(-1), until = daysFromNow(30) } = {}) {
      const { cert, private: key } = await generate([{ name: 'commonName', value: host }], {
        ...keys,
        notBeforeDate: from,
        notAfterDate: until,
        ca: { cert: authority.cert, key: authority.private },
        extensions: [
          { name: 'basicConstraints', cA: false, critical: true },
          { name: 'keyUsage', digitalSignature: true, critical: true },
          { name: 'extKeyUsage', serverAuth: true },
          {
            name: 'subjectAltName',
            altNames: [isIP(host) === 0 ? { type: 2, value: host } : { type: 7, ip: host }]
          }
        ]
      })
      return { cert, key }
    }
  }
}
