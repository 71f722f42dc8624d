import { readFile } from 'node:fs/promises'
import { ApiClient } from '../../src/clients/kubernetes/client.ts'
import { connect } from '../../src/clients/kubernetes/connection.ts'
import { systemClock } from '../../src/clients/runner/system-clock.ts'
import { Deadline } from '../../src/core/deadline.ts'
import { fieldManager } from '../../src/core/kubernetes/object.ts'
import { parseManifest } from '../../src/core/manifest.ts'

/**
 * How long the API server takes for the patches alone of the ConfigMaps of a manifest that change nothing, all at once
 * over connections that are open: no client that applies each object can be faster.
 */
export async function patchesAlone(namespace: string, manifest: string): Promise<number> {
  const documents = parseManifest(await readFile(manifest, 'utf8')).filter(({ object }) => object.kind === 'ConfigMap')
  const deadline = new Deadline(systemClock, 60_000)
  const { signal } = new AbortController()
  const source = { kubeconfig: undefined, context: undefined, environment: process.env }
  const connection = await connect(source, { clock: systemClock, deadline, signal, log: console.error, mask: () => {} })
  const client = new ApiClient(connection, systemClock, signal, deadline)
  const base = `/api/v1/namespaces/${namespace}/configmaps`
  try {
    // Opens the connections.
    await Promise.all(documents.slice(0, 32).map(() => client.request({ method: 'GET', path: '/version', text: true })))
    const start = performance.now()
    await Promise.all(
      documents.map(({ object, source }) =>
        client.request({
          method: 'PATCH',
          path: `${base}/${object.metadata.name}`,
          query: { fieldManager, fieldValidation: 'Strict', force: 'true' },
          contentType: 'application/apply-patch+yaml',
          // The manifest was rendered for the namespace of the other side.
          body: source.replace(/^ {2}namespace: .*$/m, `  namespace: ${namespace}`)
        })
      )
    )
    return performance.now() - start
  } finally {
    client.close()
  }
}
