import { PassThrough } from 'node:stream'
import { expect, test, vi } from 'vitest'
import { CallerSignal } from './caller.ts'
import { get, httpPeer, rackAt } from './testing/peer.ts'

test('an answer that is closed before it is finished is a caller that has gone; a finished one is not', async () => {
  for (const [finish, aborted] of [
    [(answer: PassThrough) => answer.destroy(), true],
    [(answer: PassThrough) => answer.resume().end(), false],
  ] as const) {
    const answer = new PassThrough()
    const signal = new CallerSignal(answer)
    const closed = new Promise((resolve) => answer.on('close', resolve))
    finish(answer)
    await closed
    expect(signal.aborted).toBe(aborted)
  }
})

test('its listener is told once, and not after it was taken off', () => {
  const signal = new CallerSignal()
  const [first, second] = [{ handleEvent: vi.fn() }, { handleEvent: vi.fn() }]
  signal.addEventListener('abort', first)
  signal.removeEventListener('abort', first)
  signal.addEventListener('abort', second)
  signal.removeEventListener('abort', first)
  signal.abort()
  signal.abort()
  expect(first.handleEvent).not.toHaveBeenCalled()
  expect(second.handleEvent).toHaveBeenCalledOnce()
})

test('it cuts a call as an AbortSignal does', async () => {
  const signal = new CallerSignal()
  const peer = await httpPeer(() => signal.abort())
  const rack = rackAt(peer.port)
  await expect(rack.send(get(), signal)).rejects.toMatchObject({ code: 'RGW_CALLER_GONE' })
  await expect(rack.send(get(), signal)).rejects.toMatchObject({ code: 'RGW_CALLER_GONE' })
  expect(peer.connections).toBe(1)
})
