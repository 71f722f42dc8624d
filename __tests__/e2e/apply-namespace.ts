import { randomBytes } from 'node:crypto'
import type { KubernetesObject } from '../../src/core/kubernetes/object.ts'
import type { ManifestDocument } from '../../src/core/manifest.ts'
import { type Access, type ApplyRun, accessTo, applying } from '../integration/applying.ts'
import { documentsFor, edited } from '../integration/rendering.ts'
import { kubectl, kubectlWithInput } from '../support/cluster/kubectl.ts'

type Edit = (text: string) => string

/** A namespace where the apply phase alone runs, as the administrator unless a kubeconfig is given. */
export interface ApplyNamespace extends AsyncDisposable {
  readonly name: string
  kubectl(...parameters: string[]): Promise<string>
  /** kubectl with the rendered documents on standard input. */
  pipe(...parameters: string[]): Promise<string>
  /** The documents of staging for this namespace; the edits are made in the text of each. */
  documents(...edits: Edit[]): ManifestDocument[]
  apply(inputs?: { forceConflicts?: boolean; redisPassword?: string }, ...edits: Edit[]): Promise<ApplyRun>
  applyAs(kubeconfig: string): Promise<ApplyRun>
  stored(kind: string, name: string): Promise<KubernetesObject>
}

export async function applyNamespace(): Promise<ApplyNamespace> {
  const name = `apply-${randomBytes(4).toString('hex')}`
  await kubectl('create', 'namespace', name)
  const rendered = await documentsFor({ namespace: name })
  const inNamespace = (...parameters: string[]) => kubectl('--namespace', name, ...parameters)
  const admin = await kubectl('config', 'view', '--raw', '--minify', '--flatten', '--output=yaml')
  const access: Access = await accessTo({ kubeconfig: admin }, 1)
  const documents = (...edits: Edit[]) =>
    edited(rendered, (text) => edits.reduce((source, edit) => edit(source), text.endsWith('\n') ? text : `${text}\n`))
  return {
    name,
    kubectl: inNamespace,
    pipe: (...parameters) => {
      const text = rendered.map(({ source }) => source).join('---\n')
      return kubectlWithInput(text, '--namespace', name, ...parameters, '--filename=-')
    },
    documents,
    apply: (inputs, ...edits) => applying(access, documents(...edits), { namespace: name, ...inputs }),
    async applyAs(kubeconfig) {
      using other = await accessTo({ kubeconfig }, 1)
      return await applying(other, rendered, { namespace: name })
    },
    async stored(kind, object) {
      const json = await inNamespace('get', kind, object, '--output=json', '--show-managed-fields')
      return JSON.parse(json) as KubernetesObject
    },
    async [Symbol.asyncDispose]() {
      access[Symbol.dispose]()
      await kubectl('delete', 'namespace', name, '--wait=false')
    }
  }
}
