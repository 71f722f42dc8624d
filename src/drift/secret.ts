import { type KubernetesObject, textAt } from '../kubernetes-object.ts'

/** An object as it is compared: of a Secret, `stringData` counts as `data`, and base64 text for what it encodes. */
export function comparable(object: KubernetesObject): KubernetesObject {
  if (object.kind !== 'Secret' || object.apiVersion !== 'v1') return object
  const { data, stringData, ...others } = object
  const decoded = Object.keys(Object(data)).map((key) => [key, canonical(textAt(data, key) ?? '')])
  const encoded = Object.keys(Object(stringData)).map((key) => [
    key,
    Buffer.from(textAt(stringData, key) ?? '').toString('base64')
  ])
  return { ...others, data: Object.fromEntries([...decoded, ...encoded]) }
}

/** The same bytes without the line breaks that base64 may have. */
function canonical(base64: string): string {
  return Buffer.from(base64, 'base64').toString('base64')
}
