import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe } from '@jest/globals'
import { awsStandIn, putSecret, storeFor } from '../support/cluster/aws-stand-in.ts'
import { kubectlWithInput } from '../support/cluster/kubectl.ts'
import { type Connection, type Provider, sender } from '../support/kubernetes-api/conformance/connection.ts'
import { conformance } from '../support/kubernetes-api/conformance.ts'

/** A namespace of its own in the cluster of $KUBECONFIG, removed with everything in it. */
async function connect(): Promise<Connection> {
  const path = process.env['KUBECONFIG']
  if (path === undefined) throw new Error('KUBECONFIG does not say which cluster to test against')
  const send = await sender(await readFile(path, 'utf8'))
  const namespace = `kubernetes-api-${randomBytes(4).toString('hex')}`
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }
  await send({ method: 'POST', path: '/api/v1/namespaces', body })
  const account = `/api/v1/namespaces/${namespace}/serviceaccounts/default`
  // Pods are refused until the controllers have made the account of the namespace.
  while ((await send({ path: account })).code !== 200) await sleep(50)
  const provider = await providerFor(namespace)
  return {
    namespace,
    send,
    ...(provider !== undefined && { provider }),
    close: async () => {
      await send({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}` })
    }
  }
}

const aws = awsStandIn()

async function providerFor(namespace: string): Promise<Provider | undefined> {
  if (aws === undefined) return undefined
  const store = await storeFor(aws, {
    async apply(document) {
      await kubectlWithInput(JSON.stringify(document), '--namespace', namespace, 'apply', '-f', '-')
    }
  })
  return { store, hold: (name, fields) => putSecret(aws, name, fields) }
}

const missingOperator = aws === undefined ? 'AWS_STAND_IN names no stand-in for AWS' : undefined
describe('a real Kubernetes API', () => conformance(connect, missingOperator))
