import { encode } from 'uqr'
import { expect, test } from 'vitest'
import { svgPathOf } from './qr-code.tsx'

test('the path covers each dark module, and no other', () => {
  const { data } = encode('otpauth://totp/x?secret=ABC')
  const drawn = data.map((row) => row.map(() => false))
  for (const [, x, y, width] of svgPathOf(data).matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
    for (let n = 0; n < Number(width); n++) (drawn[Number(y)] ?? [])[Number(x) + n] = true
  expect(drawn).toEqual(data)
})
