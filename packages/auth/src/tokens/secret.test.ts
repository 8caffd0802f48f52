import { hkdfSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { WeakSecretKey } from '../errors/errors.ts'
import { deriveKey } from './secret.ts'

const secret = Buffer.alloc(32, 9)

test('a derived key is HKDF-SHA-256 with the project as salt and the purpose as info', () => {
  const expected = Buffer.from(hkdfSync('sha256', secret, 'rack-gateway', 'rack-gateway/masks/1', 32))
  expect(deriveKey(secret, 'rack-gateway/masks/1')).toEqual(expected)
})

test('two purposes have two keys, and so have two secrets', () => {
  expect(deriveKey(secret, 'one')).not.toEqual(deriveKey(secret, 'two'))
  expect(deriveKey(secret, 'one')).not.toEqual(deriveKey(Buffer.alloc(32, 8), 'one'))
})

test('the same secret and purpose give the same key on every replica and after every start', () => {
  expect(deriveKey(secret, 'one').toString('hex')).toBe(
    '49b347e2b2d206a6ca212b09478763f8462b39a7717fd703e63a3520bec8c056',
  )
})

test('as many bytes as asked for', () => {
  expect(deriveKey(secret, 'one', 4)).toHaveLength(4)
  expect(deriveKey(secret, 'one', 64)).toHaveLength(64)
})

test('a short secret is refused, without showing it', () => {
  const attempt = () => deriveKey(Buffer.from('hunter2'), 'one')
  expect(attempt).toThrow(WeakSecretKey)
  expect(attempt).toThrow(/has 7 bytes/)
  expect(attempt).not.toThrow(/hunter2/)
})
