import { ConfigFileBroken } from '@rack-gateway/config'
import { explanationOf } from '@rack-gateway/errors'
import { expect, test } from 'vitest'
import * as errors from '../errors.ts'
import { exitCodeOf, exitCodes, isExpected } from './exit-codes.ts'

test('every error of ours has an exit code of its own kind, and is a sentence for the person', () => {
  for (const CliError of Object.values(errors)) {
    const error = new CliError('a', 'b', 'c')
    expect(exitCodeOf(error), error.code).not.toBe(exitCodes.failure)
    expect(isExpected(error)).toBe(true)
    expect(explanationOf(error), error.code).toEqual({
      reason: expect.stringMatching(/./),
      remedy: expect.stringMatching(/./),
    })
  }
})

test('what the configuration throws is 78, and what nobody expected is 1', () => {
  expect(exitCodeOf(new ConfigFileBroken('path', 'why'))).toBe(78)
  for (const unexpected of [
    new Error('x'),
    Object.assign(new Error('x'), { code: 'ENOENT' }),
    'text',
    null,
    undefined,
  ]) {
    expect(exitCodeOf(unexpected)).toBe(1)
    expect(isExpected(unexpected)).toBe(false)
  }
})

test('a percent sign in a message stays as it is', () => {
  expect(new errors.Usage('100% of %s:', 'leave %d out').message).toBe('100% of %s: leave %d out')
})
