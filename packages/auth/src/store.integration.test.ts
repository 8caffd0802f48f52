import { bindings, serviceAccounts, users } from '@rack-gateway/database'
import type { Principal } from '@rack-gateway/rbac-policy'
import { eq } from 'drizzle-orm'
import { expect, test, vi } from 'vitest'
import { LookUpTooSlow } from './errors/errors.ts'
import { principalOf } from './principals/principals.ts'
import { createDirectory } from './store.ts'
import { startStore } from './testing/database.ts'
import { expectPrincipal, hour, now } from './testing/records.ts'

test('a session is found by the hash of its token, with its user and their bindings', async () => {
  const { annSession, directory } = await startStore()
  const { id, verifiedToken } = await annSession({ rack: 'staging' })
  const principal = expectPrincipal(principalOf(await directory.find(verifiedToken.hash), now))
  expect(principal).toMatchObject({ kind: 'user', name: 'ann@example.com', credential: id, rack: 'staging' })
  expect(principal).toMatchObject({ bindings: [{ role: 'viewer', racks: 'staging', apps: '*', expiresAt: null }] })
  expect(principal).toMatchObject({ owner: null, expiresAt: now + hour })
})

test("an API token is found with its own bindings and its owner's, each where it belongs and once", async () => {
  const { issuer, directory, verifyToken } = await startStore()
  const account = await issuer.createServiceAccount({ name: 'deploys', binding: { role: 'ci', apps: 'web' } })
  await issuer.addBinding({ kind: 'service-account', id: account }, { role: 'ops' })
  const owner = { kind: 'service-account', name: 'deploys' } as const
  const issued = await issuer.issueApiToken({
    name: 'nightly',
    owner,
    role: 'ci',
    racks: 'staging',
    expiresAt: now + hour,
  })
  await issuer.addBinding({ kind: 'api-token', id: issued.id }, { role: 'viewer' })
  const principal = expectPrincipal(principalOf(await directory.find(verifyToken(issued.token).hash), now))
  expect(principal).toMatchObject({
    kind: 'api-token',
    id: issued.id,
    name: 'token:nightly (deploys)',
    credential: issued.id,
  })
  expect(rolesOf(principal)).toEqual(['ci on staging/*', 'viewer on */*'])
  expect(principal.owner).toMatchObject({
    kind: 'service-account',
    id: account,
    name: 'deploys',
  })
  expect(rolesOf(principal.owner)).toEqual(['ci on */web', 'ops on */*'])
})

test("an API token of a person carries that person's bindings as its owner's", async () => {
  const { issuer, directory, annSession, verifyToken } = await startStore()
  await annSession({ role: 'ops' })
  const owner = { kind: 'user', email: 'Ann@Example.com' } as const
  const issued = await issuer.issueApiToken({ name: 'script', owner, role: 'admin', expiresAt: now + hour })
  const principal = expectPrincipal(principalOf(await directory.find(verifyToken(issued.token).hash), now))
  expect(rolesOf(principal)).toEqual(['admin on */*'])
  expect(rolesOf(principal.owner)).toEqual(['ops on */*'])
})

test('a user does not get the bindings of another user, of another kind with the same ID, or of a group', async () => {
  const { issuer, directory, annSession } = await startStore()
  const { verifiedToken } = await annSession()
  const ann = await issuer.user('ann@example.com')
  const bob = await issuer.user('bob@example.com')
  await issuer.addBinding({ kind: 'user', id: bob.id }, { role: 'admin' })
  await issuer.addBinding({ kind: 'service-account', id: ann.id }, { role: 'admin' })
  await issuer.addBinding({ kind: 'api-token', id: ann.id }, { role: 'admin' })
  await issuer.addBinding({ kind: 'group', id: ann.id }, { role: 'admin' })
  expect(rolesOf(expectPrincipal(principalOf(await directory.find(verifiedToken.hash), now)))).toEqual([
    'viewer on */*',
  ])
})

test('members of a group have its bindings, and so have the API tokens that they own', async () => {
  const { issuer, directory, annSession, admin, verifyToken } = await startStore()
  const { verifiedToken } = await annSession()
  await annSession({ email: 'bob@example.com' })
  await admin`update gateway.users set groups = array['ops', 'it''s "odd", {x}'] where email = 'ann@example.com'`
  await issuer.addBinding({ kind: 'group', id: 'ops' }, { role: 'ops', racks: 'staging' })
  await issuer.addBinding({ kind: 'group', id: `it's "odd", {x}` }, { role: 'deployer' })
  await issuer.addBinding({ kind: 'group', id: 'op' }, { role: 'admin' })
  await issuer.addBinding({ kind: 'group', id: 'OPS' }, { role: 'admin' })
  const ann = expectPrincipal(principalOf(await directory.find(verifiedToken.hash), now))
  expect(rolesOf(ann).sort()).toEqual(['deployer on */*', 'ops on staging/*', 'viewer on */*'])
  expect(ann.groups).toEqual(['ops', `it's "odd", {x}`])
  const token = await issuer.issueApiToken({
    name: 'hers',
    owner: { kind: 'user', email: 'ann@example.com' },
    role: 'viewer',
    expiresAt: now + hour,
  })
  const { owner } = expectPrincipal(principalOf(await directory.find(verifyToken(token.token).hash), now))
  expect(owner?.bindings.map(({ role }) => role).sort()).toEqual(['deployer', 'ops', 'viewer'])
  const bob = await annSession({ email: 'bob@example.com' })
  expect(rolesOf(expectPrincipal(principalOf(await directory.find(bob.verifiedToken.hash), now)))).toEqual([
    'viewer on */*',
  ])
})

test('an unknown hash has no session', async () => {
  const { annSession, directory } = await startStore()
  await annSession()
  expect(await directory.find(Buffer.alloc(32))).toBeNull()
})

test('an ended session is refused', async () => {
  const { annSession, issuer, directory } = await startStore()
  const { id, verifiedToken } = await annSession()
  await issuer.endSession(id, 'logged out')
  expect(principalOf(await directory.find(verifiedToken.hash), now)).toMatchObject({ rule: 'ended-session' })
})

test('a locked user is denied, with every session and API token', async () => {
  const { annSession, issuer, directory, database, verifyToken } = await startStore()
  const sessions = [await annSession(), await annSession()]
  const owner = { kind: 'user', email: 'ann@example.com' } as const
  const token = await issuer.issueApiToken({ name: 'script', owner, role: 'viewer', expiresAt: now + hour })
  await database.db
    .update(users)
    .set({ lockedAt: new Date(now) })
    .where(eq(users.email, 'ann@example.com'))
  for (const { hash } of [...sessions.map((session) => session.verifiedToken), verifyToken(token.token)]) {
    expect(principalOf(await directory.find(hash), now)).toMatchObject({ rule: 'locked-user' })
  }
})

test('a token does not outlive its service account', async () => {
  const { issuer, directory, database, verifyToken } = await startStore()
  await issuer.createServiceAccount({ name: 'deploys' })
  const owner = { kind: 'service-account', name: 'deploys' } as const
  const { token } = await issuer.issueApiToken({ name: 'nightly', owner, role: 'ci', expiresAt: now + hour })
  await database.db.update(serviceAccounts).set({ disabledAt: new Date(now) })
  const record = await directory.find(verifyToken(token).hash)
  expect(principalOf(record, now)).toMatchObject({ rule: 'disabled-service-account' })
})

test('a token loses the bindings that its owner loses: they are read each time', async () => {
  const { issuer, directory, database, annSession, verifyToken } = await startStore()
  await annSession({ role: 'admin' })
  const owner = { kind: 'user', email: 'ann@example.com' } as const
  const { token } = await issuer.issueApiToken({ name: 'script', owner, role: 'admin', expiresAt: now + hour })
  await database.db.delete(bindings).where(eq(bindings.subjectKind, 'user'))
  const principal = expectPrincipal(principalOf(await directory.find(verifyToken(token).hash), now))
  expect(principal.owner?.bindings).toEqual([])
})

test('a binding with an end counts until then', async () => {
  const { issuer, directory, annSession } = await startStore()
  const { verifiedToken } = await annSession()
  const ann = await issuer.user('ann@example.com')
  await issuer.addBinding({ kind: 'user', id: ann.id }, { role: 'admin', expiresAt: new Date(now + 1_000) })
  const record = await directory.find(verifiedToken.hash)
  expect(rolesOf(expectPrincipal(principalOf(record, now + 999)))).toEqual(['admin on */*', 'viewer on */*'])
  expect(rolesOf(expectPrincipal(principalOf(record, now + 1_000)))).toEqual(['viewer on */*'])
})

test('a look-up is one round trip, however many bindings', async () => {
  const { database, annSession, directory, issuer } = await startStore()
  const { verifiedToken } = await annSession()
  const ann = await issuer.user('ann@example.com')
  for (const role of ['ops', 'deployer', 'admin']) await issuer.addBinding({ kind: 'user', id: ann.id }, { role })
  const asked = vi.spyOn(database.sql, 'unsafe')
  expect(rolesOf(expectPrincipal(principalOf(await directory.find(verifiedToken.hash), now)))).toHaveLength(4)
  expect(asked).toHaveBeenCalledOnce()
})

test('a look-up that the database never answers fails at its deadline', async () => {
  const { database, admin, annSession } = await startStore()
  const { verifiedToken } = await annSession()
  const directory = createDirectory(database, { deadline: 50 })
  await admin.begin(async (locked) => {
    await locked`lock table gateway.credentials in access exclusive mode`
    await expect(directory.find(verifiedToken.hash)).rejects.toThrow(LookUpTooSlow)
  })
})

function rolesOf(of: Pick<Principal, 'bindings'> | null): string[] {
  const bindings = of?.bindings ?? []
  return bindings.map(({ role, racks, apps }) => `${role} on ${racks}/${apps}`).sort()
}
