import { expect, test } from 'vitest'
import { durationText } from './duration.ts'

test.each([
  [0, '0:00'],
  [-5, '0:00'],
  [83_999, '1:23'],
  [3_599_999, '59:59'],
  [3_723_000, '1:02:03'],
  [360_000_000, '100:00:00'],
])('%d ms are %s', (milliseconds, text) => expect(durationText(milliseconds)).toBe(text))
