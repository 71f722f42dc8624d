import { kubectl, kubectlWithInput } from './kubectl.ts'

const group = 'monitoring.coreos.com'
const kinds = { podmonitors: 'PodMonitor', prometheusrules: 'PrometheusRule' }

/** The kinds of the Prometheus Operator: those missing in the cluster are installed, without any field validation. */
export async function prometheusKinds(): Promise<AsyncDisposable> {
  const present = (await kubectl('get', 'customresourcedefinitions', '--output=name')).split('\n')
  const missing = Object.entries(kinds)
    .map(([plural, kind]) => ({ plural, kind, name: `${plural}.${group}` }))
    .filter(({ name }) => !present.some((each) => each.endsWith(`/${name}`)))
  const names = missing.map(({ name }) => `customresourcedefinition/${name}`)
  for (const { plural, kind, name } of missing) {
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural, kind, singular: kind.toLowerCase() },
        versions: [{ name: 'v1', served: true, storage: true, schema }]
      }
    }
    await kubectlWithInput(JSON.stringify(definition), 'create', '-f', '-')
  }
  if (names.length > 0) await kubectl('wait', '--for=condition=Established', '--timeout=30s', ...names)
  return {
    async [Symbol.asyncDispose]() {
      if (names.length > 0) await kubectl('delete', ...names)
    }
  }
}
