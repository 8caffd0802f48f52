import { expect, test } from 'vitest'
import { sentCookies } from './cookies.ts'

test('every cookie is read, as often as it was sent, whichever header it is in', () => {
  expect(sentCookies(['Host', 'x', 'Cookie', 'a=1;b=2 ;\t a=3', 'cookie', 'c=4=5; broken; =none'])).toEqual([
    ['a', '1'],
    ['b', '2'],
    ['a', '3'],
    ['c', '4=5'],
  ])
})

test.each(['\u00a0', '\u2003', '\ufeff', '\v', '\f'])(
  'a name that begins with another kind of space (%j) is another name',
  (space) => {
    const names = sentCookies(['Cookie', `a=b; ${space}__Host-rack_gateway=evil`]).map(([name]) => name)
    expect(names).not.toContain('__Host-rack_gateway')
  },
)
