import { Secret } from '@rack-gateway/config/client'
import { expect, test, vi } from 'vitest'
import type { Target } from '../../rack-choice/local/target.ts'
import { newestToken } from './newest-token.ts'

function target(token: string, origin = 'https://gateway.example.com'): Target {
  const expiry = { state: 'unknown' } as const
  return { name: 'staging', origin, rack: null, token: new Secret(token), expiry, renewalDue: false }
}

function createToken(reloadTarget: () => Promise<Target>) {
  const clock = { now: 0 }
  const reload = vi.fn(reloadTarget)
  const token = newestToken(target('first'), reload, () => clock.now)
  return { clock, reload, token: () => token().reveal() }
}

test('the token is reloaded after a minute of use, and no caller waits for this', async () => {
  const { clock, reload, token } = createToken(async () => target('second'))
  expect(token()).toBe('first')
  clock.now = 59_999
  expect(token()).toBe('first')
  expect(reload).not.toHaveBeenCalled()
  clock.now = 60_000
  expect(token()).toBe('first')
  await expect.poll(token).toBe('second')
  expect(reload).toHaveBeenCalledTimes(1)
  clock.now = 120_000
  token()
  expect(reload).toHaveBeenCalledTimes(2)
})

test.each([
  ['cannot be found any more', () => Promise.reject(new Error('logged out'))],
  ['belongs to another gateway by now', async () => target('foreign', 'https://evil.example')],
])('a token that %s changes nothing', async (_what, reloadTarget) => {
  const { clock, reload, token } = createToken(reloadTarget)
  clock.now = 60_000
  token()
  await reload.mock.results[0]?.value.catch(() => undefined)
  await new Promise((resolve) => setImmediate(resolve))
  expect(token()).toBe('first')
})
