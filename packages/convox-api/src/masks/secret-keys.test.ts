import { describe, expect, test } from 'vitest'
import { typicalSecretPatterns } from '../testing/secret-patterns.ts'
import { containsSecret, isSecretKey } from './secret-keys.ts'

const isSecret = (key: string) => isSecretKey(key, typicalSecretPatterns)

describe('secret keys', () => {
  test.each([
    'DATABASE_URL',
    'REPLICA_DATABASE_URL',
    'SECRET_KEY_BASE',
    'docker_hub_password',
    'StripeApiKey',
    'AWS_SECRET_ACCESS_KEY',
    'GITHUB_TOKEN',
    'SMTP_PASS',
    'DB_PWD',
    'GOOGLE_CREDENTIALS',
    'SENTRY_DSN',
    'SLACK_WEBHOOK_URL',
    'PRIVATE',
    'passphrase',
  ])('%s is secret', (key) => {
    expect(isSecret(key)).toBe(true)
  })

  test.each(['RAILS_ENV', 'PLAIN', 'idle_timeout', 'node_type', 'PORT', 'WEB_URL', 'PWD', 'PATH', '', 'DATABASE_URLS'])(
    '%j is not secret',
    (key) => {
      expect(isSecret(key)).toBe(false)
    },
  )

  test.each([
    ['*', '', true],
    ['*', 'A', true],
    ['A*B', 'AB', true],
    ['A*B', 'A*B*', false],
    ['*A*B*', 'xxAyyBzz', true],
    ['*A*B*', 'xxByyAzz', false],
    ['A', 'AA', false],
    ['', 'A', false],
    ['', '', true],
    ['A.C', 'ABC', false],
    ['**A', 'aaa', true],
  ])('the pattern %j on %j: %s', (pattern, key, expected) => {
    expect(isSecretKey(key, [pattern])).toBe(expected)
  })

  test('the time is bounded for every pattern', () => {
    const before = process.cpuUsage()
    isSecretKey('a'.repeat(20_000), [`${'*a'.repeat(50)}b`])
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000)
  })
})

test('values with passwords in URLs and PEM blocks are secret', () => {
  expect(
    ['https://u:p@h', 'see https://u:p@h', '-----BEGIN RSA PRIVATE KEY-----\n', 'https://ghp_x@github.com/'].every(
      containsSecret,
    ),
  ).toBe(true)
  expect(['https://h/x', 'a@b.c', 'value', ''].some(containsSecret)).toBe(false)
})
