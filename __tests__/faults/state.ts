import { isDeepStrictEqual } from 'node:util'
import { kubectlWithInput } from '../support/cluster/kubectl.ts'
import type { TestNamespace } from '../support/cluster/namespace.ts'
import { plantedPassword } from './line.ts'

/** What a line may change of an object. */
interface KubernetesObject {
  readonly kind: string
  readonly metadata: Record<string, unknown> & {
    readonly name: string
    readonly uid?: string
    readonly annotations?: Record<string, string>
  }
  readonly spec?: Record<string, unknown>
  readonly status?: { readonly containerStatuses?: readonly { readonly name: string; readonly restartCount: number }[] }
  readonly [key: string]: unknown
}

/** Everything that the next line must find as it was. */
export interface State {
  /** By kind and name. */
  readonly objects: ReadonlyMap<string, KubernetesObject>
  /** Which pod redis-0 is, and how often its containers ended. */
  readonly life: string
  readonly config: ReadonlyMap<string, string>
  readonly users: readonly string[]
  readonly role: string
  readonly keys: string
  /** How the last snapshot, write and rewrite ended. */
  readonly saved: string
}

const kinds =
  'configmaps,services,networkpolicies,secrets,statefulsets,deployments,pods,persistentvolumeclaims,roles,rolebindings'

/** redis-cli as a user that still gets in, whatever was planted; commands come by standard input, one a line. */
const asAnyone = `
for REDISCLI_AUTH in "$(cat /run/redis-credentials/password)" ${plantedPassword}; do
  export REDISCLI_AUTH
  case "$(timeout 2 redis-cli ping)" in *WRONGPASS* | *NOAUTH* | *NOPERM*) ;; *) break ;; esac
done
exec timeout 20 redis-cli`

/** Sends commands to Redis, one a line. @returns all answers */
export async function tellRedis({ name }: Pick<TestNamespace, 'name'>, commands: readonly string[]): Promise<string> {
  const pod = ['--namespace', name, 'exec', '--stdin', 'redis-0', '--container=redis', '--']
  return kubectlWithInput(`${commands.join('\n')}\n`, ...pod, 'sh', '-c', asAnyone)
}

export async function stateOf(namespace: TestNamespace): Promise<State> {
  const [listed, answers] = await Promise.all([
    namespace.kubectl('get', kinds, '--output=json', '--show-managed-fields'),
    // First what would keep Redis from answering.
    tellRedis(namespace, ['SCRIPT KILL', 'CLIENT UNPAUSE', ...sections])
  ])
  const { items } = JSON.parse(listed) as { items: KubernetesObject[] }
  const pod = items.find(({ kind, metadata }) => kind === 'Pod' && metadata.name === 'redis-0')
  const [config = [], users = [], role = [], keys = [], persistence = []] = parts(answers)
  return {
    objects: new Map(items.filter(isKept).map((object) => [idOf(object), object])),
    life: `${pod?.metadata.uid} ${pod?.status?.containerStatuses?.map(({ restartCount }) => restartCount).join(' ')}`,
    config: new Map(pairs(config).filter(([name]) => !hidden.has(name))),
    users,
    // Without the offset, which grows.
    role: (role[0] === 'master' ? role.slice(0, 1) : role.slice(0, 3)).join(' '),
    keys: keys.join(' '),
    saved: persistence.filter((line) => line.includes('_status:')).join(' ')
  }
}

const mark = 'this-is-the-end-of-an-answer'
const sections = [
  `ECHO ${mark}`,
  ...['CONFIG GET *', 'ACL LIST', 'ROLE', 'DBSIZE', 'INFO persistence'].flatMap((each) => [each, `ECHO ${mark}`])
]
/** `save` is written by Redis in an order of its own; the others are read-only and no matter here. */
const hidden = new Set(['requirepass', 'masterauth'])

function parts(answers: string): string[][] {
  const [, ...rest] = answers.split(`${mark}\n`)
  return rest.map((part) => part.replace(/\n$/, '').split('\n'))
}

function pairs(lines: readonly string[]): [string, string][] {
  return lines.flatMap((name, index) => (index % 2 === 0 ? [[name, lines[index + 1] ?? '']] : []))
}

const idOf = ({ kind, metadata }: KubernetesObject) => `${kind}/${metadata.name}`

/** Kubernetes itself writes the others. */
function isKept({ kind, metadata }: KubernetesObject): boolean {
  return metadata.name !== 'kube-root-ca.crt' && !(kind === 'Pod' && metadata['deletionTimestamp'] !== undefined)
}

/** An object without what each write of kubectl changes, and without the address that a new Service gets. */
function comparable({ status: _, metadata, spec, ...rest }: KubernetesObject): object {
  const { resourceVersion: _version, generation: _generation, uid: _uid, creationTimestamp: _at, ...more } = metadata
  const annotations = { ...metadata.annotations, 'kubectl.kubernetes.io/last-applied-configuration': '' }
  const { clusterIP: _ip, clusterIPs: _ips, ...kept } = spec ?? {}
  return {
    ...rest,
    spec: kept,
    metadata: { ...more, annotations, managedFields: undefined, ownerReferences: undefined }
  }
}

/** The names of what differs; never a value, which may be a secret. */
export function differences(before: State, now: State): string[] {
  return [
    ...differingObjects(before, now).map((id) => `${id} is not as it was`),
    ...(before.life === now.life ? [] : ['redis-0 is another pod, or a container of it started again']),
    ...differingSettings(before, now).map(([name]) => `${name} of redis.conf is not as it was`),
    ...(isDeepStrictEqual(before.users, now.users) ? [] : ['the users of Redis are not as they were']),
    ...(before.role === now.role ? [] : [`Redis is a ${now.role}`]),
    ...(before.keys === now.keys ? [] : [`Redis has ${now.keys} keys`]),
    ...(before.saved === now.saved ? [] : ['Redis could not save'])
  ]
}

function differingObjects(before: State, now: State): string[] {
  const ids = new Set([...before.objects.keys(), ...now.objects.keys()])
  return [...ids].filter((id) => {
    const [then, today] = [before.objects.get(id), now.objects.get(id)]
    return !then || !today || !isDeepStrictEqual(comparable(then), comparable(today))
  })
}

function differingSettings(before: State, now: State): [string, string][] {
  return [...before.config].filter(([name, value]) => now.config.get(name) !== value)
}

/** Puts back what differs, but for a pod that was replaced: whoever calls this deploys again then. */
export async function putBack(namespace: TestNamespace, before: State, now: State): Promise<void> {
  const commands = [
    ...(before.role === now.role ? [] : ['REPLICAOF NO ONE']),
    ...usersBack(before, now),
    ...differingSettings(before, now).map(([name, value]) => `CONFIG SET ${name} ${JSON.stringify(value)}`),
    ...(before.keys === now.keys ? [] : ['FLUSHALL'])
  ]
  if (commands.length > 0) await tellRedis(namespace, commands)
  await objectsBack(namespace, before, now)
}

function usersBack(before: State, now: State): string[] {
  if (isDeepStrictEqual(before.users, now.users)) return []
  const nameOf = (line: string) => line.split(' ')[1] ?? ''
  const names = before.users.map(nameOf)
  const extra = now.users.map(nameOf).filter((name) => !names.includes(name))
  // As ACL LIST prints it, `user NAME RULES…`, it can be set again.
  const set = before.users.map((line) => line.replace(/^user (\S+) /, 'ACL SETUSER $1 reset '))
  return [...set, ...extra.map((name) => `ACL DELUSER ${name}`)]
}

async function objectsBack({ name, kubectl }: TestNamespace, before: State, now: State): Promise<void> {
  const differing = differingObjects(before, now)
  if (differing.length === 0) return
  const extra = differing.filter((id) => !before.objects.has(id))
  if (extra.length > 0) await kubectl('delete', '--ignore-not-found', '--grace-period=1', ...extra)
  const missing = differing.filter((id) => before.objects.has(id) && !now.objects.has(id))
  const changed = differing.filter((id) => before.objects.has(id) && now.objects.has(id))
  const documents = (ids: readonly string[]) => ({
    apiVersion: 'v1',
    kind: 'List',
    items: ids.flatMap((id) => before.objects.get(id) ?? []).map(withoutVersion)
  })
  const send = (verb: string, ids: readonly string[]) =>
    kubectlWithInput(JSON.stringify(documents(ids)), '--namespace', name, verb, '--filename=-')
  if (missing.length > 0) await send('create', missing)
  // Twice: the first makes kubectl the owner of what it changes, the second, which changes no more, gives it back.
  for (const _ of changed.length > 0 ? [1, 2] : []) await send('replace', changed)
}

function withoutVersion(object: KubernetesObject): object {
  const { resourceVersion: _, uid: _uid, ...metadata } = object.metadata
  return { ...object, metadata }
}
