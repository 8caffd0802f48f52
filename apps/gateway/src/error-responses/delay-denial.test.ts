import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { delayDenial } from './delay-denial.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const responseLike = (rawHeaders: readonly string[] = []) =>
  Object.assign(new EventEmitter(), { destroyed: false, req: { url: '/', rawHeaders } }) as unknown as ServerResponse

test('a denial waits for one to two seconds', async () => {
  let sent = 0
  for (let index = 0; index < 20; index++) void delayDenial(responseLike()).then(() => sent++)
  await vi.advanceTimersByTimeAsync(999)
  expect(sent).toBe(0)
  await vi.advanceTimersByTimeAsync(1_001)
  expect(sent).toBe(20)
})

test('a closed connection ends the wait and leaves no timer', async () => {
  const response = responseLike()
  const wait = delayDenial(response)
  response.emit('close')
  await wait
  expect(vi.getTimerCount()).toBe(0)
  expect(response.listenerCount('close')).toBe(0)
})

test('above 2,000 delayed denials, a denial is sent at once', async () => {
  const responses = Array.from({ length: 2_000 }, () => responseLike())
  const waits = responses.map(delayDenial)
  await delayDenial(responseLike())
  for (const response of responses) response.emit('close')
  await Promise.all(waits)
  expect(vi.getTimerCount()).toBe(0)
})

test('the denial of a request with a large head is sent at once', async () => {
  await delayDenial(responseLike(['Accept', 'x'.repeat(20_000)]))
  expect(vi.getTimerCount()).toBe(0)
})
