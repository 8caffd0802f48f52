import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readAuthorization } from './credentials.ts'

test('Bearer gives the token as it is', () => {
  expect(readAuthorization(['Authorization', 'Bearer rgs_abc'])).toEqual({ scheme: 'bearer', token: 'rgs_abc' })
})

test.each(['bearer', 'BEARER', 'bEaReR'])('the scheme %s is Bearer in another case', (scheme) => {
  expect(readAuthorization(['authorization', `${scheme} rgs_abc`])).toEqual({ scheme: 'bearer', token: 'rgs_abc' })
})

test.each(['Basic', 'basic', 'BASIC'])('%s is left to the plugin', (scheme) => {
  expect(readAuthorization(['AUTHORIZATION', `${scheme} Y29udm94OnRva2Vu`])).toEqual({ scheme: 'basic' })
})

test('a request without an Authorization header has no credential', () => {
  expect(readAuthorization([])).toMatchObject({ rule: 'no-credential' })
  expect(readAuthorization(['Cookie', 'session=rgs_abc', 'Proxy-Authorization', 'Bearer rgs_abc'])).toMatchObject({
    rule: 'no-credential',
  })
})

test('a value that reads like the name of the header is no header', () => {
  expect(readAuthorization(['X-Note', 'Authorization', 'Accept', 'Bearer rgs_abc'])).toMatchObject({
    rule: 'no-credential',
  })
})

test.each([
  ['of two people', ['Authorization', 'Bearer rgs_a', 'Authorization', 'Bearer rgs_b']],
  ['of the same person', ['Authorization', 'Bearer rgs_a', 'Authorization', 'Bearer rgs_a']],
  ['in two cases', ['Authorization', 'Bearer rgs_a', 'AUTHORIZATION', 'Bearer rgs_b']],
  ['of two schemes', ['Authorization', 'Bearer rgs_a', 'authorization', 'Basic Y29udm94OnRva2Vu']],
  ['of which one is empty', ['Authorization', '', 'authorization', 'Bearer rgs_a']],
  ['of which one is garbage', ['Authorization', 'Bearer rgs_a', 'Accept', '*/*', 'authorization', '?']],
])('two Authorization headers %s are refused', (_, headers) => {
  expect(readAuthorization(headers)).toMatchObject({ rule: 'two-credentials' })
})

test.each([
  ['empty', ''],
  ['a scheme alone', 'Bearer'],
  ['a scheme and a space', 'Bearer '],
  ['a tab for the space', 'Bearer\trgs_abc'],
  ['a space before the scheme', ' Bearer rgs_abc'],
  ['another scheme', 'Digest username="x"'],
  ['a bare token', 'rgs_abc'],
  ['a scheme that only begins like one', 'Bearerx rgs_abc'],
  ['a scheme glued to its token', 'Bearer:rgs_abc'],
])('%s is malformed', (_, value) => {
  expect(readAuthorization(['Authorization', value])).toMatchObject({ rule: 'malformed-credential' })
})

test.each(['rgs_abc ', ' rgs_abc', 'rgs_abc\n', 'rgs_abc\0', 'rgs_abc, rgs_def', 'convox:rgs_abc'])(
  '%j is neither trimmed nor case-folded',
  (token) => {
    expect(readAuthorization(['Authorization', `Bearer ${token}`])).toEqual({ scheme: 'bearer', token })
  },
)

test('more than 8192 bytes are refused, 8192 are not', () => {
  const atLimit = `Bearer ${'a'.repeat(8192 - 7)}`
  expect(readAuthorization(['Authorization', atLimit])).toMatchObject({ scheme: 'bearer' })
  expect(readAuthorization(['Authorization', `${atLimit}a`])).toMatchObject({ rule: 'oversized-credential' })
  expect(readAuthorization(['Authorization', `Basic ${'é'.repeat(4094)}`])).toMatchObject({
    rule: 'oversized-credential',
  })
})

test('no list of headers makes it throw', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom('authorization', 'Bearer x'))), (headers) => {
      expect(readAuthorization(headers)).toBeTypeOf('object')
    }),
  )
})
