import { at } from '../json.ts'
import type { KubernetesObject } from '../object.ts'
import { badRequest } from '../status.ts'

type Matcher = (object: KubernetesObject) => boolean

/** The requirements `a=b`, `a==b`, `a!=b`, `a` and `!a`; set-based ones are not supported. */
export function labelMatcher(selector: string | null): Matcher {
  const requirements = split(selector).map((text): Matcher => {
    const [, negated, key = '', operator, value] = /^(!?)([\w./-]+)(?:(==?|!=)([\w.-]*))?$/.exec(text) ?? []
    if (key === '') throw badRequest(`unable to parse requirement: found '${text.charAt(0)}', expected: identifier`)
    const label = (object: KubernetesObject): string | undefined => object.metadata.labels?.[key]
    if (operator === undefined) return (object) => (label(object) === undefined) === (negated === '!')
    return (object) => (label(object) === value) === (operator !== '!=')
  })
  return (object) => requirements.every((matches) => matches(object))
}

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Event: [
    'involvedObject.kind',
    'involvedObject.name',
    'involvedObject.namespace',
    'involvedObject.uid',
    'reason',
    'type'
  ],
  Pod: ['spec.nodeName', 'status.phase'],
  Secret: ['type']
}

export function fieldMatcher(kind: string, selector: string | null): Matcher {
  const requirements = split(selector).map((text): Matcher => {
    const [, field = text, operator, value = ''] = /^([^=!]+)(==?|!=)(.*)$/.exec(text) ?? []
    const known = ['metadata.name', 'metadata.namespace', ...(FIELDS[kind] ?? [])]
    if (!known.includes(field)) throw badRequest(`field label not supported: ${field}`)
    const path = field.split('.')
    return (object) => ((at(object, ...path) ?? '') === value) === (operator !== '!=')
  })
  return (object) => requirements.every((matches) => matches(object))
}

function split(selector: string | null): string[] {
  return (selector ?? '').split(',').filter((text) => text !== '')
}
