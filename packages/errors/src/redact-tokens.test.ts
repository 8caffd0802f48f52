import { describe, expect, test } from 'vitest'
import { containsToken, redactTokens } from './redact-tokens.ts'

const rest = '02b9BXcwjy'.repeat(7).slice(0, 63)

describe('a token of the gateway is replaced', () => {
  test.each(['rgs_', 'rgt_', 'rgw_', 'rgb_', 'rgp_', 'rgs%5F', 'rgs%5f'])('with the prefix %s', (prefix) => {
    expect(containsToken(`a ${prefix}${rest}, b`)).toBe(true)
    expect(redactTokens(`${prefix}${rest}`)).toBe(`${prefix}[hidden]`)
    expect(redactTokens(`a "${prefix}${rest}", x${prefix}${rest}y&b`)).toBe(
      `a "${prefix}[hidden]", x${prefix}[hidden]&b`,
    )
    expect(redactTokens(`https://convox:${prefix}${rest}@gateway`)).toBe(`https://convox:${prefix}[hidden]@gateway`)
  })

  test('when it is cut', () => {
    expect(redactTokens(`rgs_${rest.slice(0, 30)}`)).toBe('rgs_[hidden]')
  })
})

test.each([
  '',
  'rg',
  'rgs_',
  'rgt_02b9BXcwjy12',
  'rgx_'.padEnd(70, 'a'),
  'org',
  'rgs_[hidden]',
  'program_'.padEnd(70, 'a'),
])('%j is unchanged', (text) => {
  expect(redactTokens(text)).toBe(text)
  expect(containsToken(text)).toBe(false)
})

test('the time that it takes is in proportion to the length', () => {
  const before = process.cpuUsage().user
  for (const text of ['rgs_'.repeat(500_000), 'rg'.repeat(1_000_000), `rgs_${'a'.repeat(2_000_000)}`])
    redactTokens(text)
  expect(process.cpuUsage().user - before).toBeLessThan(2_000_000)
})
