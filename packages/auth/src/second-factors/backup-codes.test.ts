import { expect, test } from 'vitest'
import { backupCodeHash, createBackupCodes, possibleHashes } from './backup-codes.ts'

const [newer, older] = [Buffer.alloc(32, 'newer'), Buffer.alloc(32, 'older')]

test('codes have 60 bits each, in characters that do not look alike', () => {
  const codes = Array.from({ length: 50 }, createBackupCodes).flat()
  expect(new Set(codes).size).toBe(500)
  for (const code of codes) expect(code).toMatch(/^[0-9a-hjkmnp-tv-z]{4}(-[0-9a-hjkmnp-tv-z]{4}){2}$/)
  const used = new Set(codes.join('').replaceAll('-', ''))
  expect(used.size).toBe(32)
})

test.each(['0123-4567-89ab', '0123456789AB', ' 0123 4567 89ab ', 'ol23-4567-89ab', 'OI23-4567-89AB'])(
  '%j is the same code',
  (typed) => {
    const hash = backupCodeHash([newer], 'ann', '0123-4567-89ab')
    expect(possibleHashes([newer], 'ann', typed)).toEqual([hash])
  },
)

test.each(['', '0123-4567-89a', '0123-4567-89abc', '0123-4567-89au', '0123-4567-89а', '123456'])(
  '%j is no code',
  (typed) => {
    expect(possibleHashes([newer], 'ann', typed)).toEqual([])
  },
)

test('a code that was hashed with an older key is found, and has another hash for each user', () => {
  const hash = backupCodeHash([older], 'ann', '0123-4567-89ab')
  expect(possibleHashes([newer, older], 'ann', '0123-4567-89ab')).toContainEqual(hash)
  expect(possibleHashes([newer, older], 'ben', '0123-4567-89ab')).not.toContainEqual(hash)
  expect(possibleHashes([newer], 'ann', '0123-4567-89ab')).not.toContainEqual(hash)
})
