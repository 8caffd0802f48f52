import { openDatabase, users } from '@rack-gateway/database'
import { eq } from 'drizzle-orm'
import { expect, onTestFinished, test, vi } from 'vitest'
import { isDenial } from './errors/denial.ts'
import { AuthUnavailable } from './errors/errors.ts'
import { createIdentities, type Identities } from './principals/identities.ts'
import { watchRevision } from './revision/watch.ts'
import { createDirectory } from './store.ts'
import { startStore } from './testing/database.ts'
import { deferred } from './testing/deferred.ts'
import { expectPrincipal, hour, now } from './testing/records.ts'
import type { VerifiedToken } from './tokens/token.ts'

/** The replicas poll every 50 ms, or sooner after a notification. The timeout is long, because a machine can be slow. */
const soon = { timeout: 60_000, interval: 5 }

/** A replica of its own: pool, watch and cache. */
async function startReplica(url: string, clock = { now: () => now }, monotonic?: { now(): number }) {
  const database = openDatabase(url)
  const failed = deferred<unknown>()
  const watch = await watchRevision({
    pool: { url },
    interval: 50,
    onError: failed.resolve,
    ...(monotonic && { clock: monotonic }),
  })
  onTestFinished(async () => {
    await Promise.all([watch.stop(), database.close()])
  })
  const identities = createIdentities({ directory: createDirectory(database), revision: watch, clock })
  return { identities, watch, failed: failed.promise }
}

type Find = Identities['find']

function untilRefused(find: Find, token: VerifiedToken): Promise<string> {
  return vi.waitUntil(async () => {
    const response = await find(token)
    return isDenial(response) && response.rule
  }, soon)
}

test('a session ended on one replica is soon refused on another', async () => {
  const { urls, issuer, annSession } = await startStore()
  const { identities } = await startReplica(urls.runtimeUrl)
  const { id, verifiedToken } = await annSession()
  expect(await identities.find(verifiedToken)).toMatchObject({ kind: 'user' })
  await issuer.endSession(id, 'lost laptop')
  expect(await untilRefused(identities.find, verifiedToken)).toBe('ended-session')
})

test('an API token revoked on one replica is soon refused on all others', async () => {
  const { urls, issuer, verifyToken } = await startStore()
  const replicas = [await startReplica(urls.runtimeUrl), await startReplica(urls.runtimeUrl)]
  await issuer.createServiceAccount({ name: 'deploys' })
  const owner = { kind: 'service-account', name: 'deploys' } as const
  const { id, token } = await issuer.issueApiToken({ name: 'nightly', owner, role: 'ci', expiresAt: now + hour })
  const verifiedToken = verifyToken(token)
  for (const { identities } of replicas)
    expect(await identities.find(verifiedToken)).toMatchObject({ kind: 'api-token' })
  await issuer.revokeToken(id)
  const rules = await Promise.all(replicas.map(({ identities }) => untilRefused(identities.find, verifiedToken)))
  expect(rules).toEqual(['revoked-token', 'revoked-token'])
})

test('a user locked directly in the database is soon rejected, and accepted again after unlocking', async () => {
  const { urls, database, annSession } = await startStore()
  const { identities } = await startReplica(urls.runtimeUrl)
  const { verifiedToken } = await annSession()
  await identities.find(verifiedToken)
  await database.db
    .update(users)
    .set({ lockedAt: new Date(now) })
    .where(eq(users.email, 'ann@example.com'))
  expect(await untilRefused(identities.find, verifiedToken)).toBe('locked-user')
  await database.db.update(users).set({ lockedAt: null })
  await vi.waitUntil(async () => !isDenial(await identities.find(verifiedToken)), soon)
})

test('a revoked role soon disappears from a cached session', async () => {
  const { urls, issuer, annSession } = await startStore()
  const { identities } = await startReplica(urls.runtimeUrl)
  const { verifiedToken } = await annSession()
  const [held] = expectPrincipal(await identities.find(verifiedToken)).bindings
  await issuer.removeBinding(held?.id ?? '')
  await vi.waitUntil(async () => expectPrincipal(await identities.find(verifiedToken)).bindings.length === 0, soon)
})

test('without the database, a cached token is valid only for AUTH_MAX_STALE', async () => {
  const { urls, annSession } = await startStore()
  const monotonic = { time: 0, now: () => monotonic.time }
  const { identities, watch, failed } = await startReplica(urls.runtimeUrl, { now: () => now }, monotonic)
  const [cached, fresh] = [await annSession(), await annSession()]
  // A change that is noticed later would end what is cached.
  await watch.refresh()
  await vi.waitUntil(async () => !isDenial(await identities.find(cached.verifiedToken)), soon)
  await urls.drop()
  await failed
  monotonic.time = 60_000
  expect(identities.stale()).toBe(true)
  expect(await identities.find(cached.verifiedToken)).toMatchObject({ name: 'ann@example.com' })
  await expect(identities.find(fresh.verifiedToken)).rejects.toThrow(AuthUnavailable)
  monotonic.time = 60_001
  await expect(identities.find(cached.verifiedToken)).rejects.toThrow(AuthUnavailable)
})
