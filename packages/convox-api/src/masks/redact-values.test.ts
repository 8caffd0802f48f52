import { expect, test } from 'vitest'
import { redactValues as redactValuesInSteps } from './redact-values.ts'

function redactValues(text: string, values: readonly string[]): string {
  const steps = redactValuesInSteps(text, values)
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value
}

test.each([
  ['invalid environment: TOKEN=s3cr3t-value.', ['s3cr3t-value'], 'invalid environment: TOKEN=[hidden].'],
  ['{"error":"a \\"quoted\\" value"}', ['a "quoted" value'], '{"error":"[hidden]"}'],
  ['near s3cr3t-line-2', ['s3cr3t-line-1\ns3cr3t-line-2'], 'near [hidden]'],
  ['both: abcdef abcd', ['abcd', 'abcdef'], 'both: [hidden] [hidden]'],
  ['line 1 of 1', ['1', ''], 'line 1 of 1'],
  ['nothing', [], 'nothing'],
  ['env=KEY%3Dmy+secret%7E', ['my secret~'], 'env=KEY%3D[hidden]'],
])('%j without %j is %j', (text, values, expected) => {
  expect(redactValues(text, values)).toBe(expected)
})

test('a value that the rack quotes inside its JSON is redacted', () => {
  const value = 'pa"ss\\w<rd'
  const error = `strconv.Atoi: parsing ${JSON.stringify(value)}: invalid syntax`
  for (const text of [JSON.stringify({ error }), JSON.stringify({ error }).replace('<', '\\u003c')])
    expect(redactValues(text, [value])).toBe(
      JSON.stringify({ error: 'strconv.Atoi: parsing "[hidden]": invalid syntax' }),
    )
})

test.each(['', 'A', 'AB', 'ABC', 'KEY=', 'KEY1='])(
  'a value is redacted in the base64 of a text, after %j',
  (before) => {
    const encoded = Buffer.from(`${before}s3cr3t-value\nOTHER=1`).toString('base64')
    const redacted = redactValues(`cannot parse ${encoded}.`, ['s3cr3t-value'])
    const shown = redacted.split(/\[hidden\]/).map((part) => Buffer.from(part, 'base64').toString('latin1'))
    expect(redacted).toMatch(/^cannot parse .*\[hidden\].*\.$/)
    expect(shown.join('')).not.toMatch(/3cr3t|valu/)
  },
)

test.each([
  [3_000, 100],
  [1_000, 1_000_000],
])('a text is replaced as a whole if the search for %d lines in %d characters would take too long', (lines, length) => {
  const value = Array.from({ length: lines }, (_, line) => `line-${line}`).join('\n')
  expect(redactValues('x'.repeat(length), [value])).toBe('[hidden]')
})

test('each step searches for one value, or replaces one spelling', () => {
  const values = Array.from({ length: 100 }, (_, at) => `value-${at}-of-many`)
  const steps = redactValuesInSteps('x value-7-of-many y', values)
  let count = 0
  for (let step = steps.next(); ; step = steps.next(), count++)
    if (step.done) {
      expect([count, step.value]).toEqual([101, 'x [hidden] y'])
      return
    }
})
