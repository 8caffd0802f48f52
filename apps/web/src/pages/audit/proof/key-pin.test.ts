// @vitest-environment happy-dom
import { act, cleanup, renderHook } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { isSamePin, parsePin, pinKey, readPin, readTypedKey, removePin, useKeyPin } from './key-pin.ts'

const key = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'

const me = vi.hoisted(() => ({ id: 'ada' }))
vi.mock('../../../api/queries.ts', () => ({ useMe: () => me }))

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
  localStorage.clear()
  me.id = 'ada'
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
  expect(result.current).toEqual({ user: 'ada', pin: null })
  act(() => pinKey('ada', key, 'entered'))
  expect(result.current.pin).toMatchObject({ key, from: 'entered' })
  expect(readPin('ada')).toEqual(result.current.pin)
  act(() => removePin('ada'))
  expect([result.current.pin, readPin('ada')]).toEqual([null, null])
})

test('another person in the same browser neither has the pin, nor changes it', () => {
  pinKey('ada', key, 'entered')
  const pinned = readPin('ada')
  me.id = 'bob'
  const { result } = renderHook(useKeyPin)
  expect(result.current).toEqual({ user: 'bob', pin: null })
  act(() => pinKey('bob', 'other', 'gateway'))
  act(() => removePin('bob'))
  expect(readPin('ada')).toEqual(pinned)
})

test('a pin that another tab changes is used', () => {
  const { result } = renderHook(useKeyPin)
  const stored = { key, pinnedAt: '2027-01-01T00:00:00.000Z', from: 'gateway' }
  localStorage.setItem('audit-key-pin:ada', JSON.stringify(stored))
  act(() => void window.dispatchEvent(new StorageEvent('storage', { key: 'audit-key-pin:ada' })))
  expect(result.current.pin).toEqual(stored)
})

test('a pin differs from no pin, from one that is unreadable, and from one of another time', () => {
  const pin = { key, pinnedAt: '2027-01-01T00:00:00.000Z', from: 'entered' } as const
  expect(isSamePin(pin, { ...pin })).toBe(true)
  for (const other of [null, 'unreadable', { ...pin, pinnedAt: '2027-01-02T00:00:00.000Z' }] as const)
    expect(isSamePin(pin, other)).toBe(false)
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
])('a stored value that is not a pin is an error, and not a missing pin: %j', (stored) =>
  expect(parsePin(stored)).toBe('unreadable'),
)

test('a browser that stores nothing says so, and pins nothing', () => {
  const { result } = renderHook(useKeyPin)
  vi.stubGlobal('localStorage', {
    clear: () => undefined,
    getItem: () => null,
    setItem() {
      throw new DOMException('full', 'QuotaExceededError')
    },
  })
  expect(() => pinKey('ada', key, 'entered')).toThrow('Allow storage for this address')
  expect(result.current.pin).toBeNull()
})
