import type { CompositeAction, Step } from './action.ts'
import { checkCondition, checkText } from './expressions.ts'
import type { KnownNames } from './names.ts'

/** Checks all expressions before the first step runs, so that a mistake in a skipped step is found too. */
export function checkExpressions(action: CompositeAction, known: (before: readonly Step[]) => KnownNames): void {
  for (const [index, step] of action.steps.entries()) {
    const names = known(action.steps.slice(0, index))
    checkCondition(step.condition, names)
    const texts = [step.name, step.run, step.workingDirectory, step.continueOnError, ...Object.values(step.env)]
    for (const text of texts) checkText(text ?? '', names)
  }
  for (const value of action.outputs.values()) checkText(value, known(action.steps))
}
