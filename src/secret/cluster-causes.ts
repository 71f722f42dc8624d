import { names } from '../workload.ts'
import { type Cause, describeStore, healing, idOf, typed } from './cause.ts'

/** What the operator says of the store and of the Secret. The first that matches counts. */
export const clusterCauses: readonly Cause[] = [
  {
    pattern: /could not get (ClusterSecretStore|SecretStore) "([^"]*)".* not found/,
    tell: ({ namespace, store }, [kind = store.kind, name = store.name]) => ({
      sentence: `there is no ${idOf({ kind, name })}${kind === 'SecretStore' ? ` in namespace ${namespace}` : ''}`,
      hint: `create it, or set the input secret-store to one that is there: ${listStores(kind, namespace)}`
    })
  },
  {
    pattern: /(ClusterSecretStore|SecretStore) "([^"]*)" is not ready/,
    tolerance: healing,
    tell: ({ namespace, store, storeWords }, [kind = store.kind, name = store.name]) => ({
      sentence: `${idOf({ kind, name })} is not ready${storeWords === undefined ? '' : `: ${storeWords}`}`,
      hint: `correct it; what it complains of: ${describeStore({ kind, name }, namespace)}`
    })
  },
  {
    pattern: /using cluster store "([^"]*)" is not allowed from namespace/,
    tell: ({ namespace, store }, [name = store.name]) => ({
      sentence: `ClusterSecretStore/${name} may not be used from namespace ${namespace}`,
      hint: `admit the namespace in spec.conditions of the store: \`kubectl edit clustersecretstore ${typed(name)}\``
    })
  },
  {
    pattern: /owned by another ExternalSecret: (\S+)/,
    tell: ({ namespace }, [other]) => ({
      sentence: `the Secret is that of ExternalSecret/${other}`,
      hint: `keep one of the two: \`kubectl -n ${namespace} get externalsecrets\``
    })
  },
  {
    pattern: /already owned by another (.+?) controller (.+)$/,
    tell: ({ namespace }, [kind, name]) => ({
      sentence: `the Secret is that of ${kind}/${name}`,
      hint: `take it away from there, then delete it, and the operator makes it anew: ${deleteSecret(namespace)}`
    })
  },
  {
    pattern: /secret is immutable/,
    tell: ({ namespace }) => ({
      sentence: 'the Secret is immutable, and AWS holds another value',
      hint: `delete it, and the operator makes it anew: ${deleteSecret(namespace)}`
    })
  }
]

function deleteSecret(namespace: string): string {
  return `\`kubectl -n ${namespace} delete secret ${names.credentials}\``
}

function listStores(kind: string, namespace: string): string {
  return kind === 'ClusterSecretStore'
    ? '`kubectl get clustersecretstores`'
    : `\`kubectl -n ${namespace} get secretstores\``
}
