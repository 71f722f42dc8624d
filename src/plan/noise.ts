import { at, isMap, type KubernetesObject } from '../kubernetes-object.ts'

/** What the server counts and keeps about an object. */
const metadataNoise = ['managedFields', 'resourceVersion', 'uid', 'generation', 'creationTimestamp', 'selfLink']

/** What controllers note for themselves, and copies of what was applied, which hold all that the object holds. */
const annotationNoise = [
  /\/last-applied/,
  /^deployment\.kubernetes\.io\//,
  /^deprecated\.daemonset\.template\.generation$/,
  /^pv\.kubernetes\.io\//
]

/** What an object says, without what the server and its controllers write into it. */
export function withoutNoise(object: KubernetesObject): Record<string, unknown> {
  const { status: _status, metadata, ...rest } = object
  const kept = Object.entries(metadata).filter(([name]) => !metadataNoise.includes(name) && name !== 'annotations')
  const annotations = Object.entries(at(metadata, 'annotations') ?? {}).filter(
    ([name]) => !annotationNoise.some((noise) => noise.test(name))
  )
  return {
    ...rest,
    ...(object.kind === 'Secret' && secretData(object)),
    metadata: {
      ...Object.fromEntries(kept),
      ...(annotations.length > 0 && { annotations: Object.fromEntries(annotations) })
    }
  }
}

/** The keys of a Secret in one form: the server writes what it is sent as stringData into data. */
function secretData({ data = {}, stringData }: KubernetesObject): object {
  if (!isMap(data) || !isMap(stringData)) return {}
  const encoded = Object.entries(stringData).map(([key, value]) => [key, Buffer.from(String(value)).toString('base64')])
  return { data: Object.fromEntries([...Object.entries(data), ...encoded]), stringData: undefined }
}
