import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Schema } from '../../../../src/core/schema/schema.ts'
import { root } from '../../../support/root.ts'

export const schemaText = readFileSync(join(root, 'schema', 'kubernetes.json'), 'utf8')

/** The schema that is shipped. */
export const schema: Schema = JSON.parse(schemaText)
