import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createUserCodeHash, newUserCode, readUserCode } from './user-code.ts'

test('a code has eight letters that form no word and are not confused with others', () => {
  const codes = Array.from({ length: 500 }, newUserCode)
  for (const code of codes) expect(code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
  expect(new Set(codes).size).toBe(500)
  expect(new Set(codes.join('').replaceAll('-', '')).size).toBe(20)
})

test.each(['WDJB-MJHT', 'WDJBMJHT', 'wdjb-mjht', ' wdjb mjht ', 'W-D-J-B-M-J-H-T', 'wdjb–mjht'.replace('–', '-')])(
  '%j is the same code',
  (text) => {
    expect(readUserCode(text)).toBe('WDJBMJHT')
  },
)

test.each([
  '',
  'WDJB-MJH',
  'WDJB-MJHTX',
  'AEIO-UAEI',
  'WDJB-MJH0',
  'ＷDJB-MJHT',
  'WDJB-MJHT\u0000',
  'ſDJB-MJHT',
  `${' '.repeat(60)}WDJBMJHT`,
])('%j is no code', (text) => {
  expect(readUserCode(text)).toBeNull()
})

test('any input is read as a canonical code or null', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => /^[B-Z]{8}$/.test(readUserCode(text) ?? 'BBBBBBBB')))
})

test('the hash of a code depends on the key, and codes are looked up with every key', () => {
  const [key, older] = [Buffer.alloc(32, 'a'), Buffer.alloc(32, 'b')]
  const [newest, second] = createUserCodeHash([key, older])('WDJBMJHT')
  expect(newest).toHaveLength(32)
  expect(second).toEqual(createUserCodeHash([older])('WDJBMJHT')[0])
  expect(newest).not.toEqual(second)
})
