import { describe, expect, test } from 'vitest'
import { checkSources, comesFrom } from './source-address.ts'

describe('sources', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7/32'],
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['::1', '::1/128'],
    ['0.0.0.0/0', '0.0.0.0/0'],
  ])('%s is kept as %s', (text, kept) => {
    expect(checkSources([text, text])).toEqual([kept])
  })

  test.each([
    '',
    ' 10.0.0.0/8',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/+8',
    '10.0.0/24',
    '010.0.0.1',
    '10.0.0.0/8/8',
    '2001:db8::/129',
    'fe80::1%eth0/64',
    '::ffff:10.0.0.0/104',
    '0:0:0:0:0:FFFF:a00:0/104',
    'example.com',
    '10.0.0.0/8 0.0.0.0/0',
  ])('%j is refused', (text) => {
    expect(() => checkSources([text])).toThrow('A source must be an address or a network')
  })
})

describe('an address', () => {
  test.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.1.2.3/8', '10.9.9.9', true],
    ['192.0.2.128/25', '192.0.2.127', false],
    ['192.0.2.7/32', '192.0.2.7', true],
    ['192.0.2.7/32', '::ffff:192.0.2.7', true],
    ['192.0.2.7/32', '::FFFF:192.0.2.7', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '192.0.2.7', false],
    ['::/0', '::ffff:192.0.2.7', false],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['2001:db8::/33', '2001:db8:8000::', false],
    ['0.0.0.0/0', '', false],
    ['0.0.0.0/0', 'unknown', false],
    ['0.0.0.0/0', '1.2.3', false],
  ])('in %s, %s: %s', (source, address, expected) => {
    expect(comesFrom([source], address)).toBe(expected)
  })
})
