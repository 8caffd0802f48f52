import { randomBytes } from 'node:crypto'
import { createTokenMint, isDenial } from '@rack-gateway/auth'
import { expect, test } from 'vitest'

test('a token is verified without I/O', () => {
  const mint = createTokenMint([randomBytes(32)])
  const { token, expiresAt } = mint.issue('session', Date.now() + 3_600_000)
  expect(mint.verify(token, Date.now())).toMatchObject({ kind: 'session', expiresAt })

  const denial = mint.verify(token, expiresAt)
  expect(isDenial(denial) && denial.rule).toBe('expired-token')
})
