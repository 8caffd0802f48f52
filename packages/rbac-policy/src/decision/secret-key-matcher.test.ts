import { expect, test } from 'vitest'
import { createSecretKeyMatcher } from './secret-key-matcher.ts'

test.each([
  ['*password*', 'DB_PASSWORD_2', true],
  ['*PASSWORD*', 'dbPassword', true],
  ['*_PASS', 'SMTP_PASS', true],
  ['*_PASS', 'SMTP_PASSENGER', false],
  ['DATABASE_URL', 'database_url', true],
  ['DATABASE_URL', 'DATABASE_URLS', false],
  ['*A*B*', 'xxAyyBzz', true],
  ['*A*B*', 'xxByyAzz', false],
  ['A.C', 'ABC', false],
  ['*', '', true],
])('the pattern %s on %j: %s', (pattern, key, expected) => {
  expect(createSecretKeyMatcher([pattern])(key)).toBe(expected)
})

test('each of many patterns matches, also when more keys were asked about than the cache has entries', () => {
  const isSecret = createSecretKeyMatcher(Array.from({ length: 200 }, (_, index) => `*key${index}x*`))
  for (let index = 0; index < 10_100; index++) isSecret(`junk-${index}`)
  const keys = Array.from({ length: 250 }, (_, index) => `my_KEY${index}X_y`)
  for (const round of [1, 2]) expect([round, keys.filter(isSecret).length]).toEqual([round, 200])
})
