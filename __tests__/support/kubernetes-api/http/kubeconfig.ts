import { stringify } from 'yaml'

/** The kubeconfig of one cluster, one user with a bearer token and one context. */
export function kubeconfigOf(server: string, certificate: string, token: string): string {
  const name = 'kubernetes-api'
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name, cluster: { server, 'certificate-authority-data': Buffer.from(certificate).toString('base64') } }
    ],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name
  })
}
