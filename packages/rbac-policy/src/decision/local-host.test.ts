import { expect, test } from 'vitest'
import { isLocalHost } from './local-host.ts'

test.each([
  'localhost',
  'LOCALHOST.',
  'db.localhost',
  '127.0.0.1',
  '127.9.9.9',
  '127.1',
  '0x7f000001',
  '0177.0.0.1',
  '2130706433',
  '0.0.0.0',
  '0',
  '169.254.169.254',
  '0xa9fea9fe',
  '::1',
  '[::1]',
  '::',
  '::ffff:127.0.0.1',
  '[::ffff:169.254.169.254]',
  'fe80::1%eth0',
  'fd00:ec2::254',
])('%s is local', (host) => {
  expect(isLocalHost(host)).toBe(true)
})

test.each([
  '',
  'db.internal',
  'localhost.example.com',
  'resource-database.staging-web.svc.cluster.local',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.1.1',
  '128.0.0.1',
  '169.253.0.1',
  'fd00::1',
  '2001:db8::1',
  '::ffff:10.0.0.1',
  '1.2.3.4.5',
])('%s is not local', (host) => {
  expect(isLocalHost(host)).toBe(false)
})

test('many dots take no longer than their length', () => {
  // In quadratic time this would take longer than a test may.
  expect(isLocalHost(`db${'.'.repeat(400_000)}internal`)).toBe(false)
})
