import { quantityBytes, redisBytes, toKubernetesUnit, toRedisUnit } from '../../core/units.ts'
import { type CommentMode, commentModes } from '../../phases/comment/deps.ts'
import { branchName } from '../../phases/render/base-branch.ts'
import { type Adjustments, environments, type RenderInputs, type SecretStore } from '../../phases/render/deps.ts'
import { InputReader, type InputSource, oneOf } from './reader.ts'

const policies = [
  'noeviction',
  'allkeys-lru',
  'allkeys-lfu',
  'allkeys-random',
  'volatile-lru',
  'volatile-lfu',
  'volatile-random',
  'volatile-ttl'
]

/** @throws Failure invalid-input */
export function readRenderInputs(source: InputSource): RenderInputs {
  const read = new InputReader(source)
  const manifests = read.optional('manifests')
  const environment = read.required('environment')
  if (environment !== '' && !isEnvironment(environment, manifests)) {
    read.refuse(
      'environment',
      environment,
      manifests === undefined ? oneOf(environments) : 'a name of lower-case letters, digits and dashes'
    )
  }
  const inputs: RenderInputs = {
    environment,
    manifests,
    allowRemoteBases: read.flag('allow-remote-bases'),
    namespace: read.parsedOrElse(
      'namespace',
      'a namespace name (up to 63 lower-case letters, digits and dashes)',
      '',
      label
    ),
    adjustments: readAdjustments(read, source)
  }
  read.finish()
  return inputs
}

function readAdjustments(read: InputReader, source: InputSource): Adjustments {
  const memory = source('maxmemory')
  const limit = source('memory-limit')
  const adjustments = {
    maxmemory: read.parsed(
      'maxmemory',
      `a Redis size such as ${suggestion(toRedisUnit(memory), redisBytes, '256mb')}`,
      positive(redisBytes)
    ),
    maxmemoryPolicy: read.parsed('maxmemory-policy', oneOf(policies), (text) =>
      policies.includes(text) ? text : undefined
    ),
    memoryLimit: read.parsed(
      'memory-limit',
      `a Kubernetes quantity such as ${suggestion(toKubernetesUnit(limit), quantityBytes, '512Mi')}`,
      positive(quantityBytes)
    ),
    storageSize: read.parsed('storage-size', 'a Kubernetes quantity such as 5Gi', positive(quantityBytes)),
    storageClass: read.parsed('storage-class', 'the name of a StorageClass', objectName),
    redisImage: read.parsed('redis-image', 'an image with a tag or a digest', image),
    exporterImage: read.parsed('exporter-image', 'an image with a tag or a digest', image),
    secretStore: read.parsed('secret-store', 'the name of a ClusterSecretStore, or SecretStore/NAME', secretStore),
    remoteSecret: read.parsed('remote-secret', 'the name or the ARN of a secret in AWS Secrets Manager', remoteSecret)
  }
  return Object.fromEntries(Object.entries(adjustments).filter(([, value]) => value !== undefined))
}

function isEnvironment(text: string, manifests: string | undefined): boolean {
  return manifests === undefined ? environments.some((known) => known === text) : label(text) !== undefined
}

function label(text: string): string | undefined {
  return /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text) ? text : undefined
}

/** The name syntax of most kinds of objects: a DNS subdomain. */
function objectName(text: string): string | undefined {
  return text.length <= 253 && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(text) ? text : undefined
}

function secretStore(text: string): SecretStore | undefined {
  const [, kind, name = ''] = /^(?:(ClusterSecretStore|SecretStore)\/)?(.+)$/.exec(text) ?? []
  if (objectName(name) === undefined) return undefined
  return { kind: kind === 'SecretStore' ? kind : 'ClusterSecretStore', name }
}

/** The characters that Secrets Manager allows in a name, and the colons of an ARN (API reference, CreateSecret). */
function remoteSecret(text: string): string | undefined {
  return /^[\w/+=.@:-]{1,2048}$/.test(text) ? text : undefined
}

function image(text: string): string | undefined {
  // registry[:port]/path, then :tag or @digest, according to the distribution specification.
  const path = /^([\w.-]+(:\d+)?\/)?[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*(?=[:@])/.exec(text)?.[0]
  const rest = text.slice(path?.length)
  return path !== undefined && /^(:\w[\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/.test(rest) ? text : undefined
}

function positive(parse: (text: string) => bigint | undefined): (text: string) => string | undefined {
  return (text) => ((parse(text) ?? 0) > 0 ? text : undefined)
}

function suggestion(guess: string, parse: (text: string) => bigint | undefined, otherwise: string): string {
  return guess !== '' && parse(guess) ? guess : otherwise
}

/** Whether the manifests are compared with those of a branch, and its name if given. */
export interface BaseInputs {
  isWanted: boolean
  branch: string | undefined
}

/**
 * @param ofPullRequest the base branch of the pull request, empty outside of one
 * @throws Failure invalid-input
 */
export function readBaseInputs(source: InputSource, ofPullRequest: string): BaseInputs {
  const read = new InputReader(source)
  const given = read.parsed('base-ref', 'the name of a branch, such as main', branchName)
  read.finish()
  return { isWanted: source('dry-run') === 'client', branch: given ?? branchName(ofPullRequest) }
}

/** @throws Failure invalid-input */
export function readCommentMode(source: InputSource): CommentMode {
  const read = new InputReader(source)
  const mode = read.parsedOrElse('comment', oneOf(commentModes), 'auto', (text) =>
    commentModes.find((each) => each === text)
  )
  read.finish()
  return mode
}
