// @vitest-environment happy-dom
import { act, renderHook } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { isOfGateway, noteReachability, useUnreachableSince } from './reachability.ts'

afterEach(() => {
  noteReachability(true)
  vi.useRealTimers()
})

test('the time is that of the first request without a response, until the gateway answers again', () => {
  const { result } = renderHook(useUnreachableSince)
  const note = (isReachable: boolean) => act(() => noteReachability(isReachable))
  vi.useFakeTimers({ now: Date.parse('2027-01-31T12:00:00Z') })
  expect(result.current).toBeNull()
  note(false)
  vi.setSystemTime(Date.parse('2027-01-31T12:05:00Z'))
  note(false)
  expect(result.current).toBe('2027-01-31T12:00:00.000Z')
  note(true)
  expect(result.current).toBeNull()
})

test.each([
  ['a page of a proxy', new Response('<h1>Bad gateway</h1>', { status: 502 }), false],
  ['an empty response of a proxy', new Response('', { status: 504 }), false],
  ['an error of the gateway', Response.json({ error: 'The rack does not answer.' }, { status: 504 }), true],
  ['an error of a rack', new Response('busy', { status: 503, headers: { 'answered-by': 'rack' } }), true],
  ['another status', new Response('no such app', { status: 404 }), true],
])('whether a response is of the gateway: %s', (_, response, expected) => {
  expect(isOfGateway(response)).toBe(expected)
})
