import { expect, test } from 'vitest'
import { rackHealth, racksByHealth } from './rack-health.ts'

const now = Date.parse('2027-01-31T12:00:00Z')
const well = {
  name: 'staging',
  state: 'reachable',
  status: 'running',
  version: '3.24.9',
  why: null,
  latencyMs: 12,
  certificate: { notAfter: '2027-05-01T12:00:00Z' },
  checkedAt: '2027-01-31T12:00:00Z',
  observing: null,
}

test.each([
  [{}, 'Reachable', 'allow'],
  [{ certificate: null }, 'Reachable', 'allow'],
  [{ certificate: { notAfter: '2027-02-01T13:00:00Z' } }, 'Certificate', 'warn'],
  [{ latencyMs: 2_000 }, 'Slow', 'warn'],
  [{ status: 'updating' }, 'Not running', 'warn'],
  [{ state: 'unreachable', status: null, why: 'It is gone.' }, 'Unreachable', 'deny'],
  [{ state: 'unreadable', status: null, why: 'It answers with something else.' }, 'Invalid response', 'deny'],
  [{ state: 'a state of a newer gateway' }, 'Invalid response', 'deny'],
])('%j is %s', (changes, word, tone) => {
  expect(rackHealth({ ...well, ...changes }, now)).toMatchObject({ word, tone, isHealthy: tone === 'allow' })
})

test('the days of a certificate are whole days', () => {
  expect(rackHealth(well, now).certificateDays).toBe(90)
  expect(rackHealth({ ...well, certificate: { notAfter: '2027-02-01T13:00:00Z' } }, now).why).toBe(
    'Its certificate expires in 1 day.',
  )
})

test('racks with a problem come first, the most severe problem before others', () => {
  const racks = [
    { ...well, name: 'a' },
    { ...well, name: 'b', latencyMs: 9_000 },
    { ...well, name: 'c', state: 'unreachable' },
    { ...well, name: 'd' },
  ]
  expect(racksByHealth(racks, now).map(({ rack }) => rack.name)).toEqual(['c', 'b', 'a', 'd'])
})
