import { data, Evaluator, type Expr, Lexer, Parser } from '@actions/expressions'
import type { FunctionDefinition } from '@actions/expressions/funcs/info'
import { callsStatusFunction, type KnownNames, refuseUnknownNames } from './names.ts'

export type Outcome = 'success' | 'failure' | 'cancelled' | 'skipped'

export interface StepContext {
  readonly outputs: Readonly<Record<string, string>>
  readonly outcome: Outcome
  readonly conclusion: Outcome
}

export interface Contexts {
  readonly inputs: Readonly<Record<string, string>>
  readonly steps: Readonly<Record<string, StepContext>>
  readonly github: Readonly<Record<string, string>>
  readonly runner: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
}

/** The results of success(), failure() and cancelled(); always() is always true. */
export interface Status {
  readonly success: boolean
  readonly failure: boolean
  readonly cancelled: boolean
}

const contextNames = ['inputs', 'steps', 'github', 'runner', 'env']
const statusNames = ['success', 'failure', 'cancelled', 'always'] as const
const nothing: Contexts = { inputs: {}, steps: {}, github: {}, runner: {}, env: {} }

/** Whether a step runs. A condition without a status function means `success() && (condition)`. */
export function evaluateCondition(condition: string, contexts: Contexts, status: Status, known: KnownNames): boolean {
  const expression = parseCondition(condition, known)
  if (!callsStatusFunction(expression) && !status.success) return false
  return truthy(evaluate(expression, contexts, status))
}

export function checkCondition(condition: string, known: KnownNames): void {
  parseCondition(condition, known)
}

/** Text that contains `${{ }}`. */
export function interpolate(text: string, contexts: Contexts, known: KnownNames): string {
  return pieces(text)
    .map((piece) =>
      piece.expression ? evaluate(parse(piece.text, known, false), contexts).coerceString() : piece.text
    )
    .join('')
}

export function checkText(text: string, known: KnownNames): void {
  for (const piece of pieces(text)) if (piece.expression) parse(piece.text, known, false)
}

function parseCondition(condition: string, known: KnownNames): Expr {
  const [first, ...rest] = pieces(condition.trim())
  if (first === undefined) return parse('success()', known, true)
  if (rest.length > 0) {
    // The runner treats such a condition as text, which is true.
    throw new Error(`if: ${condition} mixes text and \${{ }}, and would always be true`)
  }
  return parse(first.text, known, true)
}

function parse(expression: string, known: KnownNames, withStatus: boolean): Expr {
  try {
    const functions = withStatus ? statusNames.map((name) => ({ name, minArgs: 0, maxArgs: 0 })) : []
    const parsed = new Parser(new Lexer(expression).lex().tokens, contextNames, functions).parse()
    refuseUnknownNames(parsed, known)
    return parsed
  } catch (error) {
    throw new Error(`\${{ ${expression.trim()} }}: ${error instanceof Error ? error.message : error}`, { cause: error })
  }
}

function evaluate(expression: Expr, contexts: Contexts, status?: Status): data.ExpressionData {
  const functions = new Map<string, FunctionDefinition>()
  for (const name of status === undefined ? [] : statusNames) {
    const value = name === 'always' || status?.[name] === true
    functions.set(name, { name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(value) })
  }
  return new Evaluator(expression, dictionary({ ...nothing, ...contexts }), functions).evaluate()
}

type Tree = string | { readonly [key: string]: Tree } | StepContext | Contexts

function dictionary(tree: object): data.Dictionary {
  const values: [string, Tree][] = Object.entries(tree)
  return new data.Dictionary(
    ...values.map(([key, value]) => ({
      key,
      value: typeof value === 'string' ? new data.StringData(value) : dictionary(value)
    }))
  )
}

function truthy(value: data.ExpressionData): boolean {
  if (value instanceof data.BooleanData) return value.value
  if (value instanceof data.NumberData) return value.value !== 0 && !Number.isNaN(value.value)
  if (value instanceof data.StringData) return value.value !== ''
  return !(value instanceof data.Null)
}

interface Piece {
  readonly expression: boolean
  readonly text: string
}

/** Splits text at `${{` and `}}`, considering that a string of the expression may contain `}}`. */
function pieces(text: string): Piece[] {
  const found: Piece[] = []
  let at = 0
  for (const match of text.matchAll(/\$\{\{((?:'[^']*'|(?!\}\})[^'])*)\}\}/g)) {
    if (match.index > at) found.push({ expression: false, text: text.slice(at, match.index) })
    found.push({ expression: true, text: match[1] ?? '' })
    at = match.index + match[0].length
  }
  const rest = text.slice(at)
  if (rest.includes('${{')) throw new Error(`An expression is not closed: ${rest}`)
  if (rest !== '') found.push({ expression: false, text: rest })
  return found
}
