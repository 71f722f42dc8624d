import { jest } from '@jest/globals'

// A real cluster on a busy machine fails now and then for unrelated reasons. Tests for a fault, a race, an interruption
// or a leak are never repeated: their files call `jest.retryTimes(0)`, because an occasional failure is what they look
// for.
jest.retryTimes(1, { logErrorsBeforeRetry: true })
