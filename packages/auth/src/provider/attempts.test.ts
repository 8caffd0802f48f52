import { expect, test } from 'vitest'
import { createAttemptSeal } from './attempts.ts'

const attempt = { state: 's', nonce: 'n', verifier: 'v', returnTo: '/gateway/', begunAt: 1 }
const [key, older, other] = ['a', 'b', 'c'].map((text) => Buffer.alloc(32, text)) as [Buffer, Buffer, Buffer]

test('only the key opens an attempt, also after a rotation', () => {
  const sealed = createAttemptSeal([older]).seal(attempt)
  expect(createAttemptSeal([key, older]).open(sealed)).toEqual(attempt)
  expect(createAttemptSeal([other]).open(sealed)).toBeNull()
})

test('each seal is different, and does not disclose its content', () => {
  const { seal } = createAttemptSeal([key])
  const secret = { ...attempt, verifier: 'verifier-of-pkce' }
  expect(seal(secret)).not.toBe(seal(secret))
  expect(Buffer.from(seal(secret), 'base64url').toString('latin1')).not.toContain('verifier-of-pkce')
})

test('a seal with any changed bit is rejected', () => {
  const { seal, open } = createAttemptSeal([key])
  const bytes = Buffer.from(seal(attempt), 'base64url')
  for (let index = 0; index < bytes.length; index++) {
    const changed = Buffer.from(bytes)
    changed.writeUInt8((changed[index] ?? 0) ^ 1, index)
    expect(open(changed.toString('base64url'))).toBeNull()
  }
  expect(open(bytes.subarray(0, 20).toString('base64url'))).toBeNull()
})
