import { describe, expect, test } from '@jest/globals'
import type { StoredComment } from '../../../../src/clients/github/comments.ts'
import { comment, decisionFor } from '../../../../src/phases/comment/comment.ts'
import type { CommentInputs, OwnComments } from '../../../../src/phases/comment/deps.ts'
import { markers, runIn } from '../../../../src/phases/comment/marker.ts'
import fc from '../../../support/fast-check.ts'

const written = (id: number, run: number) => ({
  id,
  body: `${markers('staging', { id: run, attempt: 1 })}text of ${run}`
})
const wantedOf = (run: number) => ({ run: { id: run, attempt: 1 }, body: written(0, run).body })

describe('the decision about the comment', () => {
  test.each([
    ['an older comment', [written(1, 5)], 6, { update: 1, remove: [], isOutdated: false }],
    ['the same text', [written(1, 6)], 6, { update: undefined, remove: [], isOutdated: false }],
    ['a newer comment', [written(1, 7)], 6, { update: undefined, remove: [], isOutdated: true }],
    [
      'two of which ours is the newer',
      [written(1, 5), written(2, 6)],
      6,
      { update: 1, remove: [2], isOutdated: false }
    ],
    [
      'two of which ours is the older',
      [written(1, 7), written(2, 6)],
      6,
      { update: undefined, remove: [2], isOutdated: true }
    ],
    [
      'one of a newer run that is not done',
      [written(1, 6), written(2, 7)],
      6,
      { update: undefined, remove: [], isOutdated: true }
    ],
    [
      'many in any order',
      [written(9, 3), written(2, 6), written(4, 1)],
      6,
      { update: undefined, remove: [4, 9], isOutdated: false }
    ],
    ['one without a run', [{ id: 1, body: 'edited' }], 6, { update: 1, remove: [], isOutdated: false }]
  ])('is made with %s', (_, own, run, expected) => {
    expect(decisionFor(own, wantedOf(run))).toEqual(expected)
  })
})

/** Comments in which every step takes as long as the scheduler wants. */
class Conversation {
  readonly comments: StoredComment[] = []
  #lastId = 0

  as(scheduler: fc.Scheduler): OwnComments {
    const slowly = async <T>(act: () => T) => {
      await scheduler.schedule(Promise.resolve())
      const result = act()
      await scheduler.schedule(Promise.resolve())
      return result
    }
    return {
      find: (isOurs) => slowly(() => this.comments.filter(({ body }) => isOurs(body)).map((found) => ({ ...found }))),
      create: (body) =>
        slowly(() => {
          this.#lastId += 1
          this.comments.push({ id: this.#lastId, body })
        }),
      update: (id, body) =>
        slowly(() => {
          const found = this.comments.find((candidate) => candidate.id === id)
          if (found !== undefined) found.body = body
          return found !== undefined
        }),
      delete: (id) =>
        slowly(() => {
          const index = this.comments.findIndex((candidate) => candidate.id === id)
          if (index >= 0) this.comments.splice(index, 1)
        })
    }
  }
}

const inputsOf = (id: number): CommentInputs => ({
  mode: 'always',
  environment: 'staging',
  body: `text of ${id}`,
  hasNews: true,
  pullRequest: { owner: 'hospital', repository: 'erp', number: 12, isFork: false },
  run: { id, attempt: 1 },
  runUrl: undefined,
  token: 'none'
})

describe('concurrent runs', () => {
  test('end with one comment in any interleaving', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 4 }),
        fc.nat(2),
        async (scheduler, runs, left) => {
          const conversation = new Conversation()
          for (let id = -left; id < 0; id++) conversation.comments.push(written(id, 1))
          const notices: string[] = []
          const deps = {
            open: () => conversation.as(scheduler),
            toCommentError: (error: unknown) => ({ reason: String(error), hint: '' }),
            notice: (sentence: string) => void notices.push(sentence)
          }
          const all = Promise.all(runs.map((run) => comment(inputsOf(run), deps)))
          await scheduler.waitFor(all)
          expect(notices).toEqual([])
          expect(conversation.comments).toHaveLength(1)
          const [last] = conversation.comments
          expect(runs).toContain(runIn(last?.body ?? '').id)
        }
      ),
      { numRuns: 500 }
    )
  })

  test('end with the text of the newest run if it looks after the others have written', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.shuffledSubarray([1, 2, 3, 4], { minLength: 2 }), async (scheduler, runs) => {
        const conversation = new Conversation()
        const deps = {
          open: () => conversation.as(scheduler),
          toCommentError: (error: unknown) => ({ reason: String(error), hint: '' }),
          notice: () => undefined
        }
        await scheduler.waitFor(Promise.all(runs.map((run) => comment(inputsOf(run), deps))))
        await scheduler.waitFor(comment(inputsOf(9), deps))
        expect(conversation.comments.map(({ body }) => runIn(body).id)).toEqual([9])
      })
    )
  })
})

test('an unexpected error becomes a notice and not an exception', async () => {
  const notices: string[] = []
  const outcome = await comment(inputsOf(1), {
    open: () => {
      throw new TypeError('oops')
    },
    toCommentError: (error) => ({ reason: String(error), hint: 'report it' }),
    notice: (sentence, hint) => void notices.push(sentence, hint)
  })
  expect(outcome).toBe('skipped: TypeError: oops')
  expect(notices).toEqual(['there is no comment in pull request #12: TypeError: oops', 'report it'])
})
