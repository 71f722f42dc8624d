import { data, type Expr } from '@actions/expressions'
import {
  Binary,
  ContextAccess,
  FunctionCall,
  Grouping,
  IndexAccess,
  Literal,
  Logical,
  Star,
  Unary
} from '@actions/expressions/ast'

/** The names that an expression at some position of the action may refer to. */
export interface KnownNames {
  readonly inputs: readonly string[]
  /** The ids of the steps before that position. */
  readonly steps: readonly string[]
  readonly github: readonly string[]
  readonly runner: readonly string[]
}

/** The runner returns an empty string for a name that does not exist; here it is an error. */
export function refuseUnknownNames(expression: Expr, known: KnownNames): void {
  for (const part of parts(expression)) {
    if (!(part instanceof IndexAccess)) continue
    const [context, name, property] = path(part) ?? []
    if (context === undefined || name === undefined) continue
    if (!isOneOf(context, ['inputs', 'steps', 'github', 'runner'])) continue
    if (!known[context].some((candidate) => candidate.toLowerCase() === name.toLowerCase())) {
      const names = known[context].join(', ') || 'none'
      throw new Error(`${context}.${name} does not exist here; there are ${names}`)
    }
    if (context === 'steps' && property !== undefined && !['outputs', 'outcome', 'conclusion'].includes(property)) {
      throw new Error(`${context}.${name}.${property} does not exist`)
    }
  }
}

export function callsStatusFunction(expression: Expr): boolean {
  return parts(expression).some(
    (part) =>
      part instanceof FunctionCall &&
      ['success', 'failure', 'cancelled', 'always'].includes(part.functionName.lexeme.toLowerCase())
  )
}

/** The expression and everything inside it. */
function parts(expression: Expr): Expr[] {
  return [expression, ...children(expression).flatMap(parts)]
}

function children(expression: Expr): Expr[] {
  if (expression instanceof IndexAccess) return [expression.expr, expression.index]
  if (expression instanceof FunctionCall || expression instanceof Logical) return expression.args
  if (expression instanceof Binary) return [expression.left, expression.right]
  if (expression instanceof Unary) return [expression.expr]
  return expression instanceof Grouping ? [expression.group] : []
}

/** `steps.a.outputs['b']` as its four names; undefined for anything but a plain path from a context. */
function path(expression: Expr): string[] | undefined {
  if (expression instanceof ContextAccess) return [expression.name.lexeme.toLowerCase()]
  if (!(expression instanceof IndexAccess)) return undefined
  const before = path(expression.expr)
  if (before === undefined || expression.index instanceof Star) return undefined
  if (expression.index instanceof Literal && expression.index.literal instanceof data.StringData) {
    return [...before, expression.index.literal.value]
  }
  if (before.length === 1) throw new Error(`${before[0]}[...] with a computed name cannot be checked`)
  return undefined
}

function isOneOf<T extends string>(value: string, values: readonly T[]): value is T {
  return values.some((candidate) => candidate === value)
}
