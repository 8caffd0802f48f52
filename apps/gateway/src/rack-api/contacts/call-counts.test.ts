import { compileMatcher, rackRoutes } from '@rack-gateway/convox-api'
import { expect, test } from 'vitest'
import { createCallCounts, durationBounds } from './call-counts.ts'

const match = compileMatcher(rackRoutes)

function route(method: string, path: string, kind: 'http' | 'websocket' = 'http') {
  const found = match(method, path, kind)
  if (found === null) throw new Error(`${method} ${path} is no route`)
  return found.route
}

test.each([
  ['read', route('GET', '/apps')],
  ['change', route('DELETE', '/apps/web')],
  ['transfer', route('POST', '/apps/web/objects/tmp/a.tgz')],
  ['transfer', route('GET', '/apps/web/builds/B1.tgz')],
  ['websocket', route('GET', '/apps/web/logs', 'websocket')],
  ['websocket', route('GET', '/apps/web/processes/p/exec', 'websocket')],
  ['other', null],
])('a call is of the kind %s', (kind, of) => {
  const counts = createCallCounts(['staging'])
  counts.count('staging', of, 200, 0.1)
  expect(counts.calls()).toEqual([{ rack: 'staging', kind, status: '200', count: 1 }])
})

test.each([
  [101, '101'],
  [200, '200'],
  [418, '4xx'],
  [499, '499'],
  [502, '502'],
  [599, '5xx'],
  [0, '1xx'],
  [99_999, '5xx'],
])('the status %d has the label %s', (status, label) => {
  const counts = createCallCounts(['staging'])
  counts.count('staging', null, status, 0)
  expect(counts.calls()).toMatchObject([{ status: label }])
})

test('every status of HTTP has one of few labels', () => {
  const counts = createCallCounts(['staging'])
  for (let status = 0; status < 1_000; status++) counts.count('staging', null, status, 0)
  expect(counts.calls()).toHaveLength(30)
  expect(counts.calls().reduce((sum, { count }) => sum + count, 0)).toBe(1_000)
})

test('a name that is no rack of the configuration is not counted', () => {
  const counts = createCallCounts(['staging'])
  counts.count('__proto__', null, 200, 0)
  counts.count('other', null, 200, 0)
  expect([counts.calls(), counts.durations()]).toEqual([[], []])
})

test('a duration counts in each bucket from its bound on', () => {
  const counts = createCallCounts(['other', 'staging'])
  const reading = route('GET', '/apps')
  for (const seconds of [0, 0.005, 0.0051, 2.5, 61]) counts.count('staging', reading, 200, seconds)
  const [durations] = counts.durations()
  expect(durations).toMatchObject({ rack: 'staging', kind: 'read', count: 5 })
  expect(durations?.sum).toBeCloseTo(63.5101)
  expect(Object.fromEntries(durationBounds.map((bound, index) => [bound, durations?.upTo[index]]))).toMatchObject({
    0.005: 2,
    0.01: 3,
    1: 3,
    2.5: 4,
    60: 4,
  })
})
