import { sanitizeLine } from '../sanitize.ts'
import { at, type KubernetesObject, listAt, textAt } from './object.ts'
import { containerOf, names } from './workload.ts'

/** The problems of a claim that would lose the data on it. */
export type ClaimRisk = 'deleted' | 'lost'

/** The names of the claims that container redis of redis-0 mounts. */
export function claimNames(statefulSet: KubernetesObject): string[] {
  const pod = at(statefulSet, 'spec', 'template', 'spec')
  const redis = containerOf(statefulSet, names.redisContainer)
  const mounted = new Set(listAt(redis, 'volumeMounts').map((mount) => textAt(mount, 'name')))
  const own = listAt(statefulSet, 'spec', 'volumeClaimTemplates').flatMap((claim): [string, string][] => {
    const name = textAt(claim, 'metadata', 'name')
    return name === undefined ? [] : [[name, `${name}-${names.pod}`]]
  })
  const shared = listAt(pod, 'volumes').flatMap((volume): [string, string][] => {
    const claim = textAt(volume, 'persistentVolumeClaim', 'claimName')
    return claim === undefined ? [] : [[textAt(volume, 'name') ?? '', claim]]
  })
  // A template replaces a volume of the same name.
  const claims = new Map([...shared, ...own])
  return [...new Set([...claims].filter(([volume]) => mounted.has(volume)).map(([, claim]) => claim))]
}

/** Why the data on a claim would not survive the next restart; undefined if they would. */
export function claimRisk(claim: KubernetesObject): ClaimRisk | undefined {
  if (textAt(claim, 'status', 'phase') === 'Lost') return 'lost'
  return claim.metadata['deletionTimestamp'] === undefined ? undefined : 'deleted'
}

/** The consequence in a sentence; undefined if nothing is wrong. */
export function claimRiskSentence(claim: KubernetesObject): string | undefined {
  const { name } = claim.metadata
  switch (claimRisk(claim)) {
    case 'deleted':
      return (
        `the claim ${name} is being deleted, and held only by pod ${names.pod}: with the next restart ` +
        `${volumeOf(claim)} goes, and every key with it`
      )
    case 'lost':
      return (
        `the claim ${name} is Lost: ${volumeOf(claim)} is gone from the cluster, and what is left of the data ` +
        `is what Redis holds in memory, until pod ${names.pod} restarts`
      )
    default:
      return undefined
  }
}

/** `the volume pvc-1a2b` */
function volumeOf(claim: KubernetesObject): string {
  const volume = volumeName(claim)
  return volume === undefined ? 'its volume' : `the volume ${volume}`
}

/** The name of the PersistentVolume that a claim is bound to. */
export function volumeName(claim: KubernetesObject): string | undefined {
  const name = textAt(claim, 'spec', 'volumeName')
  return name === undefined || name === '' ? undefined : sanitizeLine(name)
}
