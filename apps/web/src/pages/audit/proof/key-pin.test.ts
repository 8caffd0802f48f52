// @vitest-environment happy-dom
import { act, cleanup, renderHook } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { parsePin, pinKey, readTypedKey, removePin, useKeyPin } from './key-pin.ts'

const key = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
  removePin()
})

test.each([key, `  ${key}\n`, `'${key}'`, `"${key}"`])('a typed key is read: %j', async (text) => {
  expect(await readTypedKey(text)).toBe(key)
})

test.each(['', key.slice(0, -4), key.replace('c74f20a3', 'c74f20a4'), `'${key}`, `${key} ${key}`, 'password'])(
  'this is not a key: %j',
  async (text) => {
    expect(await readTypedKey(text)).toBeNull()
  },
)

test('a pin is stored, and can be removed', () => {
  const { result } = renderHook(useKeyPin)
  expect(result.current).toBeNull()
  act(() => void pinKey(key, 'entered'))
  expect(result.current).toMatchObject({ key, from: 'entered' })
  expect(parsePin(localStorage.getItem('audit-key-pin'))).toEqual(result.current)
  act(removePin)
  expect([result.current, localStorage.getItem('audit-key-pin')]).toEqual([null, null])
})

test('a pin that another tab changes is used', () => {
  const { result } = renderHook(useKeyPin)
  const stored = { key, pinnedAt: '2027-01-01T00:00:00.000Z', from: 'gateway' }
  localStorage.setItem('audit-key-pin', JSON.stringify(stored))
  act(() => void window.dispatchEvent(new StorageEvent('storage', { key: 'audit-key-pin' })))
  expect(result.current).toEqual(stored)
})

test.each([
  '',
  'null',
  '[]',
  '{}',
  'true',
  '{',
  JSON.stringify({ key, from: 'entered' }),
  JSON.stringify({ key, pinnedAt: 'x', from: 'y' }),
])('what is stored, but is no pin, does not count as no pin: %j', (stored) =>
  expect(parsePin(stored)).toBe('unreadable'),
)

test('a browser that stores nothing says so, and pins nothing', () => {
  const { result } = renderHook(useKeyPin)
  vi.stubGlobal('localStorage', {
    setItem() {
      throw new DOMException('full', 'QuotaExceededError')
    },
  })
  expect(() => pinKey(key, 'entered')).toThrow('Allow storage for this address')
  expect(result.current).toBeNull()
})
