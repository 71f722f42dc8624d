import { jest } from '@jest/globals'

// A real cluster on a busy machine fails now and then for reasons of its own. What tests a fault, a race, an interruption
// or a leak is never repeated: its file says `jest.retryTimes(0)`, because failing now and then is what it looks for.
jest.retryTimes(1, { logErrorsBeforeRetry: true })
