import { expect, test } from '@jest/globals'
import { withResourceVersion } from '../../../src/core/manifest.ts'
import { documentOf } from '../document-of.ts'

const source = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: x # why\ndata: {mode: 0440}\n'

test('sets the resource version as text and leaves the rest of the document unchanged', () => {
  const bound = withResourceVersion(documentOf(source), '0123')
  expect(bound.source).toBe(
    'apiVersion: v1\nkind: Secret\nmetadata:\n  name: x # why\n  resourceVersion: "0123"\ndata: { mode: 0440 }\n'
  )
})

test('leaves the document unchanged without a version', () => {
  const document = documentOf(source)
  expect(withResourceVersion(document, undefined)).toBe(document)
})
