import { exactDurationInWords, readDuration, readTime, withTimeout } from '@rack-gateway/time'
import { expect, test } from 'vitest'

test('durations, times, and a wait that ends', async () => {
  expect(readDuration('90m')).toBe(5_400_000)
  expect(readDuration('90')).toBe(null)
  expect(exactDurationInWords(5_400_000)).toBe('90 minutes')

  expect(readTime('2027-02-28T12:00:00Z')).toBe(Date.UTC(2027, 1, 28, 12))
  expect(readTime('2027-02-30T12:00:00Z')).toBe(null)

  const never = new Promise<string>(() => {})
  expect(await withTimeout(never, 1, (milliseconds) => `no result within ${milliseconds} ms`)).toBe(
    'no result within 1 ms',
  )
})
