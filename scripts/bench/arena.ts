import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { kubectl, kubectlWithInput } from '../../__tests__/support/cluster/kubectl.ts'

/** A namespace for one side of a comparison. */
export interface Arena extends AsyncDisposable {
  readonly name: string
}

/** Makes a namespace in which pods can be made, with the Secret that both sides would otherwise make differently. */
export async function arena(): Promise<Arena> {
  const name = `bench-${randomBytes(4).toString('hex')}`
  await kubectl('create', 'namespace', name)
  // Until the controllers have made it, no pod is admitted, and the StatefulSet controller would lose seconds.
  while ((await kubectl('-n', name, 'get', 'serviceaccount', 'default', '--ignore-not-found', '-o=name')) === '') {
    await sleep(50)
  }
  await kubectlWithInput(JSON.stringify(secret(name)), '-n', name, 'apply', '-f', '-')
  return {
    name,
    async [Symbol.asyncDispose]() {
      // Waited for, because what ends would disturb what is measured next.
      await kubectl('delete', 'namespace', name)
    }
  }
}

function secret(namespace: string): object {
  const [host, port, password] = [`redis.${namespace}.svc`, '6379', randomBytes(24).toString('base64url')]
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'redis-credentials' },
    stringData: { host, port, password, url: `redis://:${password}@${host}:${port}` }
  }
}
