import { expect, test, vi } from 'vitest'
import { CallerSignal } from './caller-signal.ts'
import { get, httpPeer, rackAt } from './testing/peer.ts'

test('a listener is called once, and not after it was removed', () => {
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

test('it aborts a call as an AbortSignal does', async () => {
  const signal = new CallerSignal()
  const peer = await httpPeer(() => signal.abort())
  const rack = rackAt(peer.port)
  await expect(rack.send(get(), signal)).rejects.toMatchObject({ code: 'RGW_CALLER_GONE' })
  await expect(rack.send(get(), signal)).rejects.toMatchObject({ code: 'RGW_CALLER_GONE' })
  expect(peer.connections).toBe(1)
})
