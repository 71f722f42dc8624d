import { X509Certificate } from 'node:crypto'
import { rootCertificates } from 'node:tls'

/** The annotations of an object may have 256 KiB together (ValidateAnnotationsSize of Kubernetes). */
const most = 200 * 1024

/** Who signs for ElastiCache (https://www.amazontrust.com/repository). */
const amazon = /^CN=(Amazon Root CA|Starfield (Services )?Root Certificate Authority)/m

/**
 * The authorities that a pod must know beyond those of its image: Amazon's, because a Debian image has none at all, and
 * what was given to this process (NODE_EXTRA_CA_CERTS).
 * @param trusted certificates (PEM) that this process trusts, the ones of Node among them
 * @returns PEM, and how many did not fit
 */
export function authoritiesForPod(trusted: readonly string[]): { pem: string; left: number } {
  const ofNode = new Set(rootCertificates.map(bytesOf))
  // Whole bundles of a system are given there too, for the sake of one authority that is missing in Node.
  const wanted = trusted.filter((pem) => !ofNode.has(bytesOf(pem)) || amazon.test(new X509Certificate(pem).subject))
  const fitting: string[] = []
  let size = 0
  for (const pem of wanted) {
    size += pem.length + 1
    if (size <= most) fitting.push(pem.trim())
  }
  return { pem: `${fitting.join('\n')}\n`, left: wanted.length - fitting.length }
}

/** A certificate as it is compared: its base64 without the lines around it, whose breaks differ. */
function bytesOf(pem: string): string {
  return pem.replace(/-----[^-]+-----|\s/g, '')
}
