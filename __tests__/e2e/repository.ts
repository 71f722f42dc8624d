import { type Workspace, workspaceWith } from '../support/workspace.ts'

type Patch = ReturnType<typeof merge>
type Entries<T> = Readonly<Record<string, T>>

/** What a repository says at one moment: the inputs of its workflow, and its manifests as changes of those in base. */
export interface Repository {
  readonly inputs: Entries<string>
  readonly patches: Entries<Patch>
  /** Documents beside those of base. */
  readonly objects: Entries<object>
}

/** One commit: what it adds and, as undefined, what it takes away. */
export type Commit = { readonly [Part in keyof Repository]?: Entries<Repository[Part][string] | undefined> }

export function committed({ inputs, patches, objects }: Repository, commit: Commit): Repository {
  return {
    inputs: defined({ ...inputs, ...commit.inputs }),
    patches: defined({ ...patches, ...commit.patches }),
    objects: defined({ ...objects, ...commit.objects })
  }
}

/** The manifests in a workspace, as `deploy/redis`. */
export function checkedOut({ patches, objects }: Repository): Promise<Workspace> {
  const documents = Object.values(objects).map((object) => JSON.stringify(object))
  const resources = ['../manifests/base', ...(documents.length > 0 ? ['more.yaml'] : [])]
  return workspaceWith([], {
    'deploy/redis/kustomization.yaml': JSON.stringify({ resources, patches: Object.values(patches) }),
    'deploy/redis/more.yaml': documents.join('\n---\n')
  })
}

const apiVersions: Record<string, string> = { StatefulSet: 'apps/v1', NetworkPolicy: 'networking.k8s.io/v1' }

/** A patch that merges fields into an object such as `StatefulSet/redis`. */
export function merge(id: string, { metadata = {}, ...fields }: { metadata?: object; [field: string]: unknown }) {
  const target = targetOf(id)
  const object = {
    apiVersion: apiVersions[target.kind] ?? 'v1',
    kind: target.kind,
    metadata: { name: target.name, ...metadata },
    ...fields
  }
  return { target, patch: JSON.stringify(object) }
}

/** A patch that changes single places of an object. */
export function jsonPatch(
  id: string,
  ...changes: { op: 'add' | 'replace' | 'remove'; path: string; value?: unknown }[]
) {
  return { target: targetOf(id), patch: JSON.stringify(changes) }
}

function targetOf(id: string): { kind: string; name: string } {
  const [kind = '', name = ''] = id.split('/')
  return { kind, name }
}

function defined<T>(entries: Entries<T | undefined>): Entries<T> {
  return Object.fromEntries(
    Object.entries(entries).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  )
}
