import type { Grant } from './grants.ts'
import { kubectl } from './kubectl.ts'

/** The minor version of the cluster: 36 for Kubernetes 1.36. */
export async function minorVersion(): Promise<number> {
  const { serverVersion } = JSON.parse(await kubectl('version', '--output=json')) as {
    serverVersion: { minor: string }
  }
  return Number.parseInt(serverVersion.minor, 10)
}

/** Whether a cluster checks a permission: for a port-forward over a WebSocket, get was enough until Kubernetes 1.34. */
export function isAskedFor({ resource, verb }: Grant, minor: number): boolean {
  return resource !== 'pods/portforward' || verb === 'get' || minor >= 35
}
