import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { runWithTimeout, withTimeout } from './with-timeout.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const never = new Promise<never>(() => {})
const late = () => 'late'

describe('withTimeout', () => {
  test('gives what the work gives, or its failure, and leaves no timer', async () => {
    expect(await withTimeout(Promise.resolve('done'), 10, late)).toBe('done')
    await expect(withTimeout(Promise.reject(new Error('broken')), 10, late)).rejects.toThrow('broken')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('gives what is for the timeout when the time is up, or throws it', async () => {
    const given = withTimeout(never, 10, (milliseconds) => `late after ${milliseconds}`)
    const thrown = withTimeout(never, 10, () => {
      throw new Error('too slow')
    })
    const both = Promise.allSettled([given, thrown])
    await vi.advanceTimersByTimeAsync(10)
    expect(await both).toMatchObject([{ value: 'late after 10' }, { reason: { message: 'too slow' } }])
  })

  test('a failure after the timeout is dropped', async () => {
    const work = new Promise((_, reject) => setTimeout(reject, 20, new Error('afterwards')))
    const given = withTimeout(work, 10, late)
    await vi.advanceTimersByTimeAsync(20)
    expect(await given).toBe('late')
  })
})

describe('runWithTimeout', () => {
  test('gives what the work gives, and leaves neither timer nor listener', async () => {
    const { signal } = new AbortController()
    expect(await runWithTimeout(async () => 'done', { milliseconds: 10, signal })).toBe('done')
    expect([vi.getTimerCount(), getEventListeners(signal, 'abort')]).toEqual([0, []])
  })

  test('tells the work when the time is up, and does not wait for it to hear that', async () => {
    let told: AbortSignal | undefined
    const work = (signal: AbortSignal) => {
      told = signal
      return never
    }
    const ended = expect(
      runWithTimeout(work, { milliseconds: 300, signal: new AbortController().signal }),
    ).rejects.toThrow('no answer within 0.3 s')
    await vi.advanceTimersByTimeAsync(300)
    await ended
    expect(told?.aborted).toBe(true)
  })

  test('stops early with the reason of the signal, and does not start after it', async () => {
    const control = new AbortController()
    const limits = { milliseconds: 10, signal: control.signal }
    const ended = expect(runWithTimeout(() => never, limits)).rejects.toThrow('the gateway stops')
    control.abort(new Error('the gateway stops'))
    await ended
    const work = vi.fn(async () => {})
    await expect(runWithTimeout(work, limits)).rejects.toThrow('the gateway stops')
    expect(work).not.toHaveBeenCalled()
    expect([vi.getTimerCount(), getEventListeners(control.signal, 'abort')]).toEqual([0, []])
  })
})
