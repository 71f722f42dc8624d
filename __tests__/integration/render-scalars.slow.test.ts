import { expect, test } from '@jest/globals'
import { at } from '../../src/core/kubernetes/object.ts'
import { withResourceVersion, withTemplateAnnotations } from '../../src/core/manifest.ts'
import fc from '../support/fast-check.ts'
import { documentOf } from '../unit/document-of.ts'
import { grounds } from './hostile.ts'
import { rendering } from './rendering.ts'

const looking = [
  '.',
  '-.',
  '._',
  '.5',
  '5.',
  '+1',
  '-0',
  '1e3',
  '48e5203',
  '1e400',
  '1_000',
  '1.50',
  '017',
  '089',
  '0o17',
  '0x1F',
  '0x_',
  '0b11',
  '0b-1',
  '0b_',
  '1:30',
  '2001-12-14',
  '1234-56-78',
  'y',
  'No',
  'on',
  'OFF',
  'yes',
  'True',
  '~',
  'null',
  '',
  '=',
  '<<',
  '.inf',
  '-.INF',
  '.nan',
  '12345678901234567890',
  '- a',
  'a: b',
  '#',
  '*a',
  '&a',
  '!!binary aGk=',
  '|',
  '@',
  '`'
]

/** Texts in quotes, as kustomize writes them: many without. */
async function rendered(texts: readonly string[]) {
  const spec = { template: { spec: { containers: [{ name: 'app', args: texts }] } } }
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'app' }, spec }
  await using place = await grounds({
    'deploy/kustomization.yaml': { resources: ['a.json'] },
    'deploy/a.json': deployment
  })
  const { documents } = await rendering({ manifests: 'deploy' }, { workspace: place.workspace })
  const [document] = documents
  if (document === undefined) throw new Error('nothing was rendered')
  return document
}

const argsOf = (object: unknown) => at(object, 'spec', 'template', 'spec', 'containers', 0, 'args')
/** The items of lists, as they are written. */
const itemsOf = (source: string) => [...source.matchAll(/^ *(- .*)$/gm)].map(([, item]) => item)

test('keeps every text as kustomize writes it, even after annotations are added', async () => {
  const piece = fc.constantFrom(...'0123456789._-+eExXobBaf:yYnN~= TZ')
  const random = fc.sample(fc.string({ unit: piece, minLength: 1, maxLength: 8 }), { numRuns: 2_000, seed: 1 })
  const texts = [...looking, ...random]
  const document = await rendered(texts)
  const annotated = withTemplateAnnotations(document, { a: '0440', b: 'yes' })
  const bound = withResourceVersion(document, '0123')
  for (const { object, source } of [document, annotated, bound]) {
    expect(argsOf(object)).toEqual(texts)
    expect(argsOf(documentOf(source).object)).toEqual(texts)
  }
  expect(itemsOf(document.source)).toContain('- 48e5203')
  for (const { source } of [annotated, bound]) expect(itemsOf(source)).toEqual(itemsOf(document.source))
  expect(at(annotated.object, 'spec', 'template', 'metadata', 'annotations')).toEqual({ a: '0440', b: 'yes' })
})
