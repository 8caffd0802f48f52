import { expect, test } from 'vitest'
import { redactValues } from './redact-values.ts'

test.each([
  ['invalid environment: TOKEN=s3cr3t-value.', ['s3cr3t-value'], 'invalid environment: TOKEN=[hidden].'],
  ['{"error":"a \\"quoted\\" value"}', ['a "quoted" value'], '{"error":"[hidden]"}'],
  ['near s3cr3t-line-2', ['s3cr3t-line-1\ns3cr3t-line-2'], 'near [hidden]'],
  ['both: abcdef abcd', ['abcd', 'abcdef'], 'both: [hidden] [hidden]'],
  ['line 1 of 1', ['1', ''], 'line 1 of 1'],
  ['nothing', [], 'nothing'],
])('%j without %j is %j', (text, values, expected) => {
  expect(redactValues(text, values)).toBe(expected)
})
