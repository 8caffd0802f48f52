import { createHash } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { AuthUnavailable } from '../errors/errors.ts'
import { createRevision } from '../revision/revision.ts'
import { deferred } from '../testing/deferred.ts'
import { hour, now, session } from '../testing/records.ts'
import type { VerifiedToken } from '../tokens/token.ts'
import { createIdentities } from './identities.ts'
import type { CredentialRecord } from './principals.ts'

const alive = session()
const ended = session({ endedAt: new Date(now) })

function startIdentities({ capacity = 100 } = {}) {
  const clock = { time: now, now: () => clock.time }
  const revision = createRevision(clock)
  revision.update('1', now)
  const find = vi.fn<(hash: Buffer) => Promise<CredentialRecord | null>>(async () => alive)
  const identities = createIdentities({ directory: { find }, revision, clock, capacity })
  return { clock, revision, find, identities }
}

test('a token is looked up once', async () => {
  const { identities, find } = startIdentities()
  const first = await identities.find(token('a'))
  expect(first).toMatchObject({ name: 'ann@example.com' })
  expect(await identities.find(token('a'))).toBe(first)
  expect(find).toHaveBeenCalledExactlyOnceWith(token('a').hash)
})

test('concurrent callers share one lookup', async () => {
  const { identities, find } = startIdentities()
  await Promise.all(Array.from({ length: 50 }, () => identities.find(token('a'))))
  expect(find).toHaveBeenCalledOnce()
})

test('each token has its own response', async () => {
  const { identities, find } = startIdentities()
  find.mockResolvedValueOnce(alive).mockResolvedValueOnce(null)
  expect(await identities.find(token('a'))).toMatchObject({ kind: 'user' })
  expect(await identities.find(token('b'))).toMatchObject({ rule: 'unknown-token' })
})

test('after a change of the revision everything is looked up again', async () => {
  const { identities, find, revision } = startIdentities()
  await identities.find(token('a'))
  find.mockResolvedValue(ended)
  revision.update('2', now)
  expect(await identities.find(token('a'))).toMatchObject({ rule: 'ended-session' })
})

test('a lookup that began before a change is not used for later callers', async () => {
  const { identities, find, revision } = startIdentities()
  const old = deferred<CredentialRecord | null>()
  find.mockReturnValueOnce(old.promise)
  const before = identities.find(token('a'))
  revision.update('2', now)
  find.mockResolvedValue(ended)
  expect(await identities.find(token('a'))).toMatchObject({ rule: 'ended-session' })
  old.resolve(alive)
  expect(await before).toMatchObject({ rule: 'ended-session' })
  expect(await identities.find(token('a'))).toMatchObject({ rule: 'ended-session' })
})

test('continuous changes do not delay a caller forever', async () => {
  const { identities, find, revision } = startIdentities()
  let value = 1
  find.mockImplementation(async () => {
    value++
    revision.update(String(value), now)
    return alive
  })
  expect(await identities.find(token('a'))).toMatchObject({ kind: 'user' })
  expect(find).toHaveBeenCalledTimes(3)
})

test('a cached token still expires at its time', async () => {
  const { identities, clock, revision } = startIdentities()
  await identities.find(token('a'))
  clock.time = now + hour
  revision.update('1', clock.time)
  expect(await identities.find(token('a'))).toMatchObject({ rule: 'expired-token' })
})

test('the earlier expiry counts: of the row or of the token', async () => {
  const { identities, clock } = startIdentities()
  clock.time = now + 1_000
  expect(await identities.find({ ...token('a'), expiresAt: now + 1_000 })).toMatchObject({ rule: 'expired-token' })
})

test('denials are cached too, within the same limits', async () => {
  const { identities, find } = startIdentities()
  find.mockResolvedValue(null)
  await identities.find(token('a'))
  await identities.find(token('a'))
  expect(find).toHaveBeenCalledOnce()
})

test('above the capacity, the least recently used token is evicted', async () => {
  const { identities, find } = startIdentities({ capacity: 2 })
  for (const name of ['a', 'b', 'a', 'c', 'a']) await identities.find(token(name))
  expect(find).toHaveBeenCalledTimes(3)
  await identities.find(token('b'))
  expect(find).toHaveBeenCalledTimes(4)
})

test('a failed lookup is a 503 with its cause, and is not cached', async () => {
  const { identities, find } = startIdentities()
  const cause = new Error('connection refused to 10.0.0.5')
  find.mockRejectedValueOnce(cause)
  const failure = await Promise.resolve(identities.find(token('a'))).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(AuthUnavailable)
  expect(failure).toMatchObject({ statusCode: 503, cause, message: expect.not.stringContaining('10.0.0.5') })
  expect(await identities.find(token('a'))).toMatchObject({ kind: 'user' })
})

test('without the database, cached tokens stay valid for 60 seconds', async () => {
  const { identities, find, clock } = startIdentities()
  await identities.find(token('a'))
  find.mockRejectedValue(new Error('gone'))
  clock.time = now + 60_000
  expect(await identities.find(token('a'))).toMatchObject({ kind: 'user' })
  await expect(identities.find(token('b'))).rejects.toThrow(AuthUnavailable)
  clock.time = now + 60_001
  await expect(identities.find(token('a'))).rejects.toThrow(AuthUnavailable)
})

test('when the database is back unchanged, cached tokens stay valid', async () => {
  const { identities, find, clock, revision } = startIdentities()
  await identities.find(token('a'))
  clock.time = now + 300_000
  revision.update('1', clock.time)
  expect(await identities.find(token('a'))).toMatchObject({ kind: 'user' })
  expect(find).toHaveBeenCalledOnce()
})

test('before the first revision, every token is rejected', async () => {
  const clock = { now: () => now }
  const find = vi.fn(async () => alive)
  const identities = createIdentities({ directory: { find }, revision: createRevision(clock), clock })
  await expect(identities.find(token('a'))).rejects.toThrow(AuthUnavailable)
  expect(find).not.toHaveBeenCalled()
})

test('listeners are called after a change is in effect', async () => {
  const { identities, find, revision } = startIdentities()
  await identities.find(token('a'))
  find.mockResolvedValue(ended)
  const heard = deferred<unknown>()
  identities.onChange(() => heard.resolve(identities.find(token('a'))))
  revision.update('2', now)
  expect(await heard.promise).toMatchObject({ rule: 'ended-session' })
})

function token(name: string): VerifiedToken {
  return { kind: 'session', expiresAt: now + hour, hash: createHash('sha256').update(name).digest() }
}
