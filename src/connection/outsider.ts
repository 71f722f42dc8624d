import { harmlessLine } from '../untrusted-text.ts'
import type { Answer } from './answers.ts'
import { backendLabel } from './pod.ts'
import { troubleOf } from './sight.ts'
import { type Finding, placeOf, type View } from './view.ts'

/**
 * Whether a pod that is no backend is kept out.
 * @returns undefined if that pod could not even try
 */
export function outsiderFinding(answers: ReadonlyMap<string, Answer>, view: View): Finding | undefined {
  const { namespace, address } = view
  const trouble = troubleOf(answers, address.port)
  const finding = (passed: boolean, detail: string): Finding => ({
    name: 'a pod that is no backend',
    code: 'redis-open',
    passed,
    detail,
    hint:
      `apply the NetworkPolicy of manifests/base (\`kubectl -n ${namespace} get networkpolicies\`); if it is there, ` +
      'the network plugin of the cluster does not enforce policies, or another policy admits that pod'
  })
  switch (trouble?.kind) {
    case undefined: {
      const said = harmlessLine(answers.get('anonymous')?.output.toString('utf8') ?? '', 100)
      return finding(false, `without the label ${backendLabel} it gets in at ${placeOf(address)}: ${said}`)
    }
    case 'unresolved':
    case 'client':
    case 'unknown':
      return undefined
    case 'timeout':
      return finding(true, 'kept out: no connection within 3 s')
    default:
      return finding(true, `kept out: ${trouble?.said}`)
  }
}
