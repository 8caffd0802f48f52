import { describe, expect, test } from 'vitest'
import { createConcurrencyLimit } from './concurrency-limit.ts'

describe('a concurrency limit', () => {
  test.each([
    [10, 5],
    [3, 1],
    [2, 1],
    [1, 1],
  ])('a limit of %i gives one caller %i, and the rest to others', (max, share) => {
    const limit = createConcurrencyLimit(max, 'proofs')
    for (let slot = 0; slot < share; slot++) limit.acquire('ann')
    expect(() => limit.acquire('ann')).toThrow(
      expect.objectContaining({
        code: 'RGW_SEARCH_BUSY',
        statusCode: 429,
        message: expect.stringContaining(
          `You run as many proofs as one caller can at this gateway (${share} of ${max}).`,
        ),
      }),
    )
    for (let slot = share; slot < max; slot++) limit.acquire(`caller ${slot}`)
    expect(() => limit.acquire('bob')).toThrow(/Too many proofs are running at this gateway/)
  })

  test('frees a slot once, for its caller and for all', () => {
    const limit = createConcurrencyLimit(2, 'proofs')
    const release = limit.acquire('ann')
    release()
    release()
    limit.acquire('ann')
    expect(() => limit.acquire('ann')).toThrow(/You run/)
    limit.acquire('bob')
    expect(() => limit.acquire('eve')).toThrow(/Too many/)
  })
})
