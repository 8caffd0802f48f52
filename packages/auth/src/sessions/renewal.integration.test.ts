import { credentials, sessions, users } from '@rack-gateway/database'
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { isDenial } from '../errors/denial.ts'
import { NotFound, RenewedTooOften, SessionNotLonger, SessionOver } from '../errors/errors.ts'
import { principalOf, principalOfCredential } from '../principals/principals.ts'
import { createDirectory } from '../store.ts'
import { startStore } from '../testing/database.ts'
import { hour, now } from '../testing/records.ts'
import type { SessionTerms } from './renewal.ts'

const day = 24 * hour
const terms = { maxAge: 30 * day, lifetime: 90 * day, overlap: day }

async function startSession() {
  const store = await startStore()
  const { issuer, mint, database } = store
  const changes = store.administrationBy([])
  const renew = (id: string, other: Partial<SessionTerms> = {}) => changes.renewSession(id, { ...terms, ...other })
  const first = await issuer.issueSession({ email: 'ann@example.com', device: 'laptop', expiresAt: now + 30 * day })
  const directory = createDirectory(database)
  async function ask(token: string, at: number, read = principalOf) {
    const verifiedToken = mint.verify(token, now)
    if (isDenial(verifiedToken)) throw new Error(verifiedToken.reason)
    return read(await directory.find(verifiedToken.hash), at)
  }
  return { ...store, first, ask, renew }
}

test('a renewal gives the same session a new token and a later end; the old token works for the overlap', async () => {
  const { first, ask, clock, record, renew } = await startSession()
  clock.time = now + 15 * day
  const renewed = await renew(first.id)
  expect(renewed).toMatchObject({ id: first.id, expiresAt: now + 45 * day })
  expect(renewed.token).not.toBe(first.token)
  expect(record.mock.lastCall?.[0]).toEqual([
    expect.objectContaining({ kind: 'session.renewed', detail: expect.objectContaining({ session: first.id }) }),
  ])
  const at = clock.time
  expect(await ask(first.token, at + day - 1)).toMatchObject({ credential: first.id, expiresAt: at + day })
  expect(await ask(renewed.token, at + day)).toMatchObject({ credential: first.id, expiresAt: now + 45 * day })
})

test('after the overlap the old token is denied and raises an alarm, while its streams continue', async () => {
  const { issuer, first, ask, renew } = await startSession()
  await renew(first.id)
  expect(await ask(first.token, now + day)).toMatchObject({
    rule: 'superseded-token',
    alarm: { session: first.id, name: 'ann@example.com' },
  })
  expect(await ask(first.token, now + day, principalOfCredential)).toMatchObject({
    credential: first.id,
    name: 'ann@example.com',
  })
  await issuer.endSession(first.id, 'test')
  expect(await ask(first.token, now + day, principalOfCredential)).toMatchObject({ rule: 'ended-session' })
  expect(await ask(first.token, now + day)).toMatchObject({ rule: 'ended-session' })
})

test('both tokens end together', async () => {
  const { issuer, first, ask, renew } = await startSession()
  const renewed = await renew(first.id)
  await issuer.endSession(first.id, 'test')
  for (const token of [first.token, renewed.token])
    expect(await ask(token, now)).toMatchObject({ rule: 'ended-session' })
})

test('renewals never go beyond the lifetime since the last login', async () => {
  const { first, clock, renew } = await startSession()
  for (const days of [29, 58, 80]) {
    clock.time = now + days * day
    await renew(first.id)
  }
  clock.time = now + 85 * day
  expect((await renew(first.id)).expiresAt).toBe(now + 90 * day)
  clock.time = now + 90 * day
  await expect(renew(first.id)).rejects.toThrow(SessionOver)
})

test('a renewal that would bring the end nearer is refused', async () => {
  const { first, renew } = await startSession()
  await expect(renew(first.id, { maxAge: day })).rejects.toThrow(SessionNotLonger)
})

test('a user who can no longer log in cannot renew', async () => {
  const { first, database, clock, renew } = await startSession()
  await database.db.update(users).set({ lockedAt: new Date(now) })
  await expect(renew(first.id)).rejects.toThrow(SessionOver)
  await database.db.update(users).set({ lockedAt: null })
  clock.time = now + 30 * day
  await expect(renew(first.id)).rejects.toThrow(SessionOver)
  await expect(renew('00000000-0000-4000-8000-000000000000')).rejects.toThrow(NotFound)
  await expect(renew("' or true")).rejects.toThrow(NotFound)
})

test('a renewal that cannot be recorded is rolled back', async () => {
  const { first, database, record, renew } = await startSession()
  record.mockRejectedValueOnce(new Error('no log'))
  await expect(renew(first.id)).rejects.toThrow('no log')
  expect(await database.db.select().from(credentials)).toMatchObject([{ supersededAt: null }])
  expect(await database.db.select().from(sessions)).toMatchObject([{ expiresAt: new Date(now + 30 * day) }])
})

test('no valid token is dropped by renewals: above 20 the renewal is denied', async () => {
  const { first, ask, database, renew, clock } = await startSession()
  const renewed = await Promise.allSettled(Array.from({ length: 30 }, () => renew(first.id)))
  const refused = renewed.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
  expect(refused).toHaveLength(10)
  for (const reason of refused) expect(reason).toBeInstanceOf(RenewedTooOften)
  expect(await ask(first.token, now + day - 1)).toMatchObject({ credential: first.id })
  expect(await ask(first.token, now + day)).toMatchObject({ rule: 'superseded-token', alarm: { session: first.id } })
  const rows = await database.db.select().from(credentials).where(eq(credentials.sessionId, first.id))
  expect(rows.filter(({ supersededAt }) => supersededAt === null)).toHaveLength(1)
  clock.time = now + 2 * day
  expect(await renew(first.id)).toMatchObject({ id: first.id })
})
