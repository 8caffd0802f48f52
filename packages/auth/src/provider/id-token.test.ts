import { generateKeyPair, SignJWT } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { LoginDenied } from '../errors/login-denial.ts'
import { verifyIdToken } from './id-token.ts'

const now = 1_767_323_045
const clock = { now: () => now * 1_000 }
const expected = { issuer: 'https://idp.example.com', clientId: 'gateway', nonce: 'n' }
let keys: Awaited<ReturnType<typeof generateKeyPair>>
beforeAll(async () => {
  keys = await generateKeyPair('RS256')
})

async function outcomeOf(claims: Record<string, unknown>): Promise<string> {
  const usual = { iss: expected.issuer, aud: 'gateway', sub: 'ada', nonce: 'n', iat: now, exp: now + 600 }
  const token = await new SignJWT({ ...usual, ...claims }).setProtectedHeader({ alg: 'RS256' }).sign(keys.privateKey)
  return verifyIdToken(token, async () => keys.publicKey, expected, clock).then(
    () => 'taken',
    (error: unknown) => (error instanceof LoginDenied ? `refused: ${error.detail.why}` : String(error)),
  )
}

/** The clocks of provider and gateway may differ by half a minute, and by no second more. */
test.each([
  ['that ended 29 s ago', { exp: now - 29 }, 'taken'],
  ['that ended 30 s ago', { exp: now - 30 }, 'refused: exp'],
  ['that begins in 30 s', { nbf: now + 30 }, 'taken'],
  ['that begins in 31 s', { nbf: now + 31 }, 'refused: nbf'],
])('an id_token %s is %s', async (_, claims, outcome) => {
  expect(await outcomeOf(claims)).toBe(outcome)
})
