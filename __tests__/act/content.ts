import type { TestNamespace } from '../support/cluster/namespace.ts'

/** What a namespace holds: each object with the version of what a deployment writes into it. */
export async function contentOf({ kubectl }: Pick<TestNamespace, 'kubectl'>): Promise<string> {
  const list = (kinds: string, version: string) => {
    const line = `{.kind}/{.metadata.name} {.metadata.uid} {.metadata.${version}}{"\\n"}`
    // Which a controller of Kubernetes puts there.
    const others = '--field-selector=metadata.name!=kube-root-ca.crt'
    return kubectl('get', kinds, others, `--output=jsonpath={range .items[*]}${line}{end}`)
  }
  return [
    await list('configmaps,secrets,services,networkpolicies', 'resourceVersion'),
    // Of these Kubernetes itself writes the status at any time.
    await list('statefulsets,persistentvolumeclaims', 'generation')
  ].join('')
}
