import { expect, test } from 'vitest'
import { isDenial } from '../errors/denial.ts'
import { TokenChanged, TokenEnded } from '../errors/errors.ts'
import { principalOf } from '../principals/principals.ts'
import { startStore } from '../testing/database.ts'
import { hour, now } from '../testing/records.ts'

async function start() {
  const store = await startStore()
  const { issuer } = store
  const administration = store.administrationBy(['admin'])
  const ann = await issuer.user('ann@example.com')
  const ben = await issuer.user('ben@example.com')
  const owner = { kind: 'user', id: ann.id } as const
  const bindings = [{ role: 'viewer', racks: '*', apps: '*' }]
  const make = () => administration.createToken({ name: 'nightly', owner, bindings, expiresAt: now + hour })
  return { ...store, administration, ann, ben, owner, make }
}

test('a former owner of a token gets no new secret of it', async () => {
  const { administration, ben, owner, make, admin } = await start()
  const { id } = await make()
  await administration.changeTokenOwner(id, {
    previousOwner: owner,
    newOwner: { kind: 'user', id: ben.id },
    expiresAt: now + hour,
  })
  const before = await admin`select hash from gateway.credentials`
  const rotation = { owner, expiresAt: now + hour, overlapUntil: now }
  await expect(administration.rotateToken(id, rotation)).rejects.toThrow('There is no such API token')
  expect(await admin`select hash from gateway.credentials`).toEqual(before)
})

test('a token whose owner or expiry changed after the decision is not handed over, also for concurrent requests', async () => {
  const { administration, ann, ben, owner, make, admin, issuer } = await start()
  const cat = await issuer.user('cat@example.com')
  const { id } = await make()
  const to = ({ id: user }: { id: string }) =>
    administration.changeTokenOwner(id, {
      previousOwner: owner,
      newOwner: { kind: 'user', id: user },
      expiresAt: now + hour,
    })
  const both = await Promise.allSettled([to(ben), to(cat)])
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  await expect(to(ann)).rejects.toThrow(TokenChanged)

  const other = await make()
  await administration.rotateToken(other.id, { owner, expiresAt: now + 9 * hour, overlapUntil: now })
  const late = { previousOwner: owner, newOwner: { kind: 'user', id: ben.id }, expiresAt: now + hour } as const
  await expect(administration.changeTokenOwner(other.id, late)).rejects.toThrow(TokenChanged)
  const [row] = await admin`select user_id from gateway.api_tokens where id = ${other.id}`
  expect(row?.user_id).toBe(ann.id)
})

test('a second rotation ends both older tokens by its own overlap, and lengthens neither', async () => {
  const { administration, owner, make, directory, verifyToken, clock } = await start()
  const first = await make()
  const rotate = (overlapUntil: number) =>
    administration.rotateToken(first.id, { owner, expiresAt: now + 9 * hour, overlapUntil })
  const second = await rotate(now + 1_000)
  const third = await rotate(now + 5 * hour)
  const ends = await Promise.all(
    [first, second, third].map(async ({ token }) => {
      const principal = principalOf(await directory.find(verifyToken(token).hash), now)
      return isDenial(principal) ? principal.rule : principal.expiresAt
    }),
  )
  expect(ends).toEqual([now + 1_000, now + 5 * hour, now + 9 * hour])
  clock.time = now + 9 * hour
  await expect(rotate(now)).rejects.toThrow('must be at least a second from now')
})

test('an expired token cannot be rotated or get another owner', async () => {
  const { administration, owner, make, clock } = await start()
  const { id } = await make()
  clock.time = now + hour
  const later = { owner, expiresAt: clock.time + hour, overlapUntil: clock.time }
  await expect(administration.rotateToken(id, later)).rejects.toThrow(TokenEnded)
  const ownerChange = { previousOwner: owner, newOwner: owner, expiresAt: now + hour }
  await expect(administration.changeTokenOwner(id, ownerChange)).rejects.toThrow(TokenEnded)
})

test('a change that cannot be recorded is rolled back', async () => {
  const { administration, ann, owner, make, record, admin } = await start()
  const { id } = await make()
  record.mockRejectedValue(new Error('the log is gone'))
  const rotation = { owner, expiresAt: now + hour, overlapUntil: now }
  const state = () => admin`
    select (select count(*) from gateway.credentials) as credentials, (select count(*) from gateway.bindings) as bindings,
      (select count(*) from gateway.users where locked_at is not null) as locked,
      (select count(*) from gateway.api_tokens where revoked_at is null) as tokens,
      (select count(*) from gateway.service_accounts) as accounts, (select value from gateway.revision) as revision`
  const before = await state()
  for (const change of [
    () => make(),
    () => administration.rotateToken(id, rotation),
    () => administration.revokeToken(id),
    () => administration.lockUser(ann.id, 'x'),
    () => administration.createServiceAccount('robot'),
    () => administration.createBinding({ kind: 'user', id: ann.id }, { role: 'viewer' }),
  ])
    await expect(change()).rejects.toThrow('the log is gone')
  expect(await state()).toEqual(before)
})
