import { expect, test, vi } from 'vitest'
import { verifierThreadOptions } from './stream-verifier.ts'

test('the thread gets the database, and no other secret of the gateway', () => {
  vi.stubEnv('APP_SECRET_KEY', 'secret')
  vi.stubEnv('PGPASSWORD', 'password')
  const { workerData, env } = verifierThreadOptions({ url: 'postgres://gateway@db/gateway' })
  expect(workerData).toEqual({ pool: { url: 'postgres://gateway@db/gateway' } })
  expect(env).toMatchObject({ PGPASSWORD: 'password' })
  expect(env).not.toHaveProperty('APP_SECRET_KEY')
})
