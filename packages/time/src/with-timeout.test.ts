import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { runWithTimeout, withTimeout } from './with-timeout.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const never = new Promise<never>(() => {})
const late = () => 'late'

describe('withTimeout', () => {
  test('settles like the work, and leaves no timer', async () => {
    expect(await withTimeout(Promise.resolve('done'), 10, late)).toBe('done')
    await expect(withTimeout(Promise.reject(new Error('broken')), 10, late)).rejects.toThrow('broken')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('resolves with the result of onTimeout, or rejects with what it throws', async () => {
    const resolved = withTimeout(never, 10, (milliseconds) => `late after ${milliseconds}`)
    const rejected = withTimeout(never, 10, () => {
      throw new Error('too slow')
    })
    const both = Promise.allSettled([resolved, rejected])
    await vi.advanceTimersByTimeAsync(10)
    expect(await both).toMatchObject([{ value: 'late after 10' }, { reason: { message: 'too slow' } }])
  })

  test('ignores an error of the work after the timeout', async () => {
    const work = new Promise((_, reject) => setTimeout(reject, 20, new Error('afterwards')))
    const result = withTimeout(work, 10, late)
    await vi.advanceTimersByTimeAsync(20)
    expect(await result).toBe('late')
  })
})

describe('runWithTimeout', () => {
  test('resolves like the work, and leaves neither timer nor listener', async () => {
    const { signal } = new AbortController()
    expect(await runWithTimeout(async () => 'done', { milliseconds: 10, signal })).toBe('done')
    expect([vi.getTimerCount(), getEventListeners(signal, 'abort')]).toEqual([0, []])
  })

  test('aborts the signal on timeout, and rejects without waiting for the work', async () => {
    let received: AbortSignal | undefined
    const work = (signal: AbortSignal) => {
      received = signal
      return never
    }
    const rejected = expect(
      runWithTimeout(work, { milliseconds: 300, signal: new AbortController().signal }),
    ).rejects.toThrow('no answer within 0.3 s')
    await vi.advanceTimersByTimeAsync(300)
    await rejected
    expect(received?.aborted).toBe(true)
  })

  test('rejects with the reason of an aborted signal, and then does not start the work', async () => {
    const control = new AbortController()
    const options = { milliseconds: 10, signal: control.signal }
    const rejected = expect(runWithTimeout(() => never, options)).rejects.toThrow('the gateway stops')
    control.abort(new Error('the gateway stops'))
    await rejected
    const work = vi.fn(async () => {})
    await expect(runWithTimeout(work, options)).rejects.toThrow('the gateway stops')
    expect(work).not.toHaveBeenCalled()
    expect([vi.getTimerCount(), getEventListeners(control.signal, 'abort')]).toEqual([0, []])
  })
})
