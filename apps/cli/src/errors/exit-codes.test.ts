import { ConfigFileBroken } from '@rack-gateway/config'
import { explanationOf } from '@rack-gateway/errors'
import { expect, test } from 'vitest'
import * as errors from './errors.ts'
import { exitCodeOf, exitCodes, isExpected } from './exit-codes.ts'

test('every error of the CLI has an exit code, a reason, and a remedy', () => {
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

test('errors of the configuration exit with 78, and unexpected errors with 1', () => {
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

test('a percent sign in a message is preserved', () => {
  expect(new errors.Usage('100% of %s:', 'leave %d out').message).toBe('100% of %s: leave %d out')
})
