import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { detachedBody } from './detached-body.ts'

const timeout = 60_000

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => vi.useRealTimers())

/** A body that the rack reads at once. */
function begin(): { source: PassThrough; body: ReturnType<typeof detachedBody>; error: () => Error | null } {
  const source = new PassThrough()
  const body = detachedBody(source, { onBytes: () => {}, timeout })
  let error: Error | null = null
  body.on('error', (given) => {
    error = given
  })
  return { source, body, error: () => error }
}
/** Lets the streams run between two timers. */
async function pass(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds)
  await new Promise(setImmediate)
}

test('a sender of less than 1 KiB per period is aborted', async () => {
  const { source, body, error } = begin()
  body.resume()
  source.write(Buffer.alloc(1023))
  await pass(timeout - 1)
  expect(error()).toBeNull()
  await pass(1)
  expect(error()).toMatchObject({ code: 'RGW_BODY_TOO_SLOW', statusCode: 408 })
  expect(source.destroyed).toBe(false)
})

test('1 KiB per period is enough, for hours', async () => {
  const { source, body, error } = begin()
  body.resume()
  for (let minute = 0; minute < 240; minute++) {
    source.write(Buffer.alloc(512))
    await pass(timeout / 2 - 1)
    source.write(Buffer.alloc(512))
    await pass(timeout / 2 - 1)
  }
  expect(error()).toBeNull()
  source.end()
  await pass(10 * timeout)
  expect([error(), body.readableEnded]).toEqual([null, true])
})

test('time in which the rack does not read does not count, and the period restarts when it reads again', async () => {
  const { source, body, error } = begin()
  await pass(100 * timeout)
  body.resume()
  await pass(timeout - 1)
  source.write(Buffer.alloc(1024))
  await pass(timeout - 1)
  body.pause()
  source.write(Buffer.alloc(256 * 1024))
  await pass(100 * timeout)
  expect(error()).toBeNull()
  body.resume()
  await pass(timeout - 1)
  expect(error()).toBeNull()
  await pass(1)
  expect(error()).toMatchObject({ code: 'RGW_BODY_TOO_SLOW' })
})
