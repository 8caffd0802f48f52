import { expect, test } from 'vitest'
import { containsEncodedMask } from './encoded-masks.ts'

const mask = '[hidden:RABCDEFGHIJ:cwkqe-4Xz7eyhIYD0yy2FQ]'
const base64 = (text: string) => Buffer.from(text).toString('base64')
const lines = (text: string) => text.replaceAll(/(.{5})/g, '$1\r\n')

test.each([
  ['without encoding', `A=${mask}`],
  ['without an origin', 'RAILS_ENV,[hidden]'],
  ['as a part of a mask', '[hidden:R'],
  ['with percent escapes', `Secret=${encodeURIComponent(mask)}`],
  ['with lower-case percent escapes', 'Secret=%5bhidden%5d'],
  ['with every byte escaped', [...Buffer.from('[hidden]')].map((byte) => `%${byte.toString(16)}`).join('')],
  ['with JSON escapes', '{"a":"\\u005bhidden]"}'],
  ['with JSON escapes of every character', '"\\u005B\\u0068\\u0069\\u0064\\u0064\\u0065\\u006e]"'],
  ['with some characters escaped', 'Secret=[%68idden]'],
  ['with some characters escaped for JSON', '{"a":"[hidd\\u0065n]"}'],
  ['in base64', base64(mask)],
  ['in base64 after another value', base64(`RAILS_ENV,${mask}`)],
  ['in base64 at another offset', base64(`ab${mask}`)],
  ['in base64 among bytes that are not UTF-8', Buffer.from(`\xff\xfe${mask}`, 'latin1').toString('base64')],
  ['in base64 with line breaks, which Go ignores', lines(base64(mask))],
  ['in base64url', Buffer.from(`\xff\xff\xff${mask}`, 'latin1').toString('base64url')],
])('a mask is found %s', (_how, text) => {
  expect(containsEncodedMask(text)).toBe(true)
})

test.each(['', 'hidden', base64('RAILS_ENV,PLAIN'), '%5B', 'a%5Bb', '{"a":"\\u005b"}', base64('[')])(
  'no mask is found in %j',
  (text) => {
    expect(containsEncodedMask(text)).toBe(false)
  },
)
