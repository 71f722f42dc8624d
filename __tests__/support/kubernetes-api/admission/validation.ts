import { equal, listAt, objectAt, textAt } from '../json.ts'
import type { KubernetesObject } from '../object.ts'
import { resourceOf } from '../resources.ts'
import { type Cause, invalid } from '../status.ts'

const SUBDOMAIN = '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*'

/** Refuses what the API server would refuse, as far as it is relevant for the clients here. */
export function validate(live: KubernetesObject | undefined, object: KubernetesObject): void {
  const causes = [...nameCauses(object)]
  if (object.kind === 'StatefulSet') causes.push(...statefulSetCauses(object, live))
  if (object.kind === 'Service') causes.push(...portCauses(object))
  if (live !== undefined && object.kind === 'Secret' && live['type'] !== object['type']) {
    causes.push(invalidValue('type', JSON.stringify(object['type']), 'field is immutable'))
  }
  const address = textAt(object, 'spec', 'clusterIP')
  if (live !== undefined && object.kind === 'Service' && address !== textAt(live, 'spec', 'clusterIP')) {
    causes.push(invalidValue('spec.clusterIPs[0]', JSON.stringify([address]), 'may not change once set'))
  }
  if (causes.length > 0) throw invalid(object.kind, resourceOf(object.kind).group, object.metadata.name, causes)
}

function invalidValue(field: string, value: string, problem: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${value}: ${problem}`, field }
}

function nameCauses({ metadata }: KubernetesObject): Cause[] {
  if (metadata.name === '') {
    const message = 'Required value: name or generateName is required'
    return [{ reason: 'FieldValueRequired', message, field: 'metadata.name' }]
  }
  if (new RegExp(`^${SUBDOMAIN}$`).test(metadata.name)) return []
  const rule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start " +
    `and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN}')`
  return [invalidValue('metadata.name', JSON.stringify(metadata.name), rule)]
}

/** Of several ports, each has a name, and no two have the same. */
function portCauses(service: KubernetesObject): Cause[] {
  const names = listAt(service, 'spec', 'ports').map((port) => textAt(port, 'name'))
  return names.flatMap((name, index): Cause[] => {
    const field = `spec.ports[${index}].name`
    if (name === '') {
      return names.length > 1 ? [{ reason: 'FieldValueRequired', message: 'Required value', field }] : []
    }
    if (names.indexOf(name) === index) return []
    return [{ reason: 'FieldValueDuplicate', message: `Duplicate value: ${JSON.stringify(name)}`, field }]
  })
}

/** The mutable fields of a StatefulSet. */
const MUTABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds'
]

function statefulSetCauses(object: KubernetesObject, live: KubernetesObject | undefined): Cause[] {
  const causes: Cause[] = []
  const template = objectAt(object, 'spec', 'template')
  const labels = objectAt(template, 'metadata', 'labels')
  const selector = Object.entries(objectAt(object, 'spec', 'selector', 'matchLabels'))
  if (selector.some(([key, value]) => labels[key] !== value)) {
    const problem = '`selector` does not match template `labels`'
    causes.push(invalidValue('spec.template.metadata.labels', JSON.stringify(labels), problem))
  }
  listAt(template, 'spec', 'containers').forEach((container, index) => {
    if (textAt(container, 'image') !== '') return
    const field = `spec.template.spec.containers[${index}].image`
    causes.push({ reason: 'FieldValueRequired', message: 'Required value', field })
  })
  if (live !== undefined && !equal(fixedPart(live), fixedPart(object))) {
    const names = MUTABLE.map((name) => `'${name}'`)
    const message =
      `Forbidden: updates to statefulset spec for fields other than ${names.slice(0, -1).join(', ')} and ` +
      `${names.at(-1)} are forbidden`
    causes.push({ reason: 'FieldValueForbidden', message, field: 'spec' })
  }
  return causes
}

function fixedPart(object: KubernetesObject): ReturnType<typeof objectAt> {
  const spec = { ...objectAt(object, 'spec') }
  for (const name of MUTABLE) delete spec[name]
  return spec
}
