import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse, parseAllDocuments, stringify } from 'yaml'
import { kubectl, kubectlWithInput } from '../support/cluster/kubectl.ts'
import { root } from '../support/root.ts'

interface Rule {
  apiGroups: string[]
  resources: string[]
  resourceNames?: string[]
  verbs: string[]
}

/** The identity of manifests/rbac, whose Role can be changed. */
export interface Grants {
  /** The text of a kubeconfig. */
  readonly kubeconfig: string
  /** Takes the rules of an API group away. */
  withhold(group: string): Promise<void>
  /** Adds a rule, as YAML. */
  add(rule: string): Promise<void>
}

const account = 'redis-cache-deployer'

export async function grantsOf(namespace: string): Promise<Grants> {
  const rendered = await kubectl('kustomize', join(root, 'manifests', 'rbac'))
  const rbac = rendered.replaceAll('hospital-erp-system', namespace)
  await kubectlWithInput(rbac, 'apply', '--filename=-')
  const documents = parseAllDocuments(rbac).map((document) => document.toJS() as { kind: string; rules?: Rule[] })
  let rules = documents.find(({ kind }) => kind === 'Role')?.rules ?? []
  const update = async (next: Rule[], changed: Rule | undefined, allowed: boolean) => {
    rules = next
    await kubectl('--namespace', namespace, 'patch', 'role', account, '--type=merge', `--patch=${stringify({ rules })}`)
    // The API server learns of a changed Role a moment after it has stored it.
    while (changed !== undefined && (await isAllowed(namespace, changed)) !== allowed) await sleep(50)
  }
  return {
    kubeconfig: await kubeconfigOf(namespace),
    async withhold(group) {
      const [taken] = rules.filter(({ apiGroups }) => apiGroups.includes(group))
      await update(
        rules.filter(({ apiGroups }) => !apiGroups.includes(group)),
        taken,
        false
      )
    },
    async add(text) {
      const rule = parse(text) as Rule
      await update([...rules, rule], rule, true)
    }
  }
}

async function isAllowed(namespace: string, { apiGroups, resources, resourceNames, verbs }: Rule): Promise<boolean> {
  const target = `${resources[0]}.${apiGroups[0]}/${resourceNames?.[0]}`
  const identity = `--as=system:serviceaccount:${namespace}:${account}`
  const question = ['--namespace', namespace, 'auth', 'can-i', verbs.at(-1) ?? '', target, identity]
  return kubectl(...question).then(
    () => true,
    () => false
  )
}

async function kubeconfigOf(namespace: string): Promise<string> {
  const token = await kubectl('--namespace', namespace, 'create', 'token', account)
  const admin = parse(await kubectl('config', 'view', '--raw', '--minify', '--flatten', '--output=yaml')) as {
    contexts: { context: { user: string } }[]
    users: { name: string; user: object }[]
  }
  admin.users = admin.users.map(({ name }) => ({ name, user: { token: token.trim() } }))
  return stringify(admin)
}
