import { Secret } from '@rack-gateway/config/client'
import { expect, test, vi } from 'vitest'
import type { Target } from '../../target/target.ts'
import { newestToken } from './newest-token.ts'

function target(token: string, origin = 'https://gateway.example.com'): Target {
  const expiry = { state: 'unknown' } as const
  return { name: 'staging', origin, rack: null, token: new Secret(token), expiry, renewalDue: false }
}

function watched(look: () => Promise<Target>) {
  const clock = { now: 0 }
  const looking = vi.fn(look)
  const token = newestToken(target('first'), looking, () => clock.now)
  return { clock, looking, token: () => token().reveal() }
}

test('where the token is kept is looked at again after a minute of use, and no request waits for that', async () => {
  const { clock, looking, token } = watched(async () => target('second'))
  expect(token()).toBe('first')
  clock.now = 59_999
  expect(token()).toBe('first')
  expect(looking).not.toHaveBeenCalled()
  clock.now = 60_000
  expect(token()).toBe('first')
  await vi.waitFor(() => expect(token()).toBe('second'))
  expect(looking).toHaveBeenCalledTimes(1)
  clock.now = 120_000
  token()
  expect(looking).toHaveBeenCalledTimes(2)
})

test.each([
  ['can’t be found any more', () => Promise.reject(new Error('logged out'))],
  ['is another gateway’s by now', async () => target('foreign', 'https://evil.example')],
])('a token that %s changes nothing', async (_what, look) => {
  const { clock, looking, token } = watched(look)
  clock.now = 60_000
  token()
  await looking.mock.results[0]?.value.catch(() => undefined)
  await new Promise((resolve) => setImmediate(resolve))
  expect(token()).toBe('first')
})
