import { expect, onTestFinished, test, vi } from 'vitest'
import { isDenial } from '../errors/denial.ts'
import { createRevision } from '../revision/revision.ts'
import { author, startStore } from '../testing/database.ts'
import { changeIdentities } from '../transactions/change.ts'
import { createIssuerKeys } from './issuer-keys.ts'
import { startTestIssuer } from './testing/issuer.ts'
import { insertTrust } from './trusts.ts'
import { createWorkloads } from './workloads.ts'

const publicUrl = 'https://gateway.example.com'

async function start() {
  const store = await startStore()
  const { database, mint, clock, record } = store
  const issuer = await startTestIssuer({ audience: publicUrl, now: clock.now })
  onTestFinished(() => issuer.stop())
  const revision = createRevision(clock)
  const keys = createIssuerKeys({ clock })
  const find = vi.spyOn(keys, 'find')
  revision.update('1', clock.now())
  const workloads = createWorkloads({ database, mint, revision, clock, publicUrl, keys })
  const conditions = [{ claim: 'repository_id', equals: '74' }]
  const terms = { name: 'deploys', issuer: issuer.url, audience: publicUrl, conditions, maxAge: 60 }
  const where = { role: 'ci', scopes: [{ racks: '*', apps: '*' }] }
  await changeIdentities({ database, by: author, record }, (change) => insertTrust(change, { ...terms, ...where }))
  async function exchange(text: string) {
    const verified = await workloads.verifyJwt(text)
    return isDenial(verified) ? verified : workloads.exchange(verified, { trustName: null, record })
  }
  const credentialOf = (text: string) => workloads.credentialOf(text, record)
  return { ...store, issuer, revision, workloads, find, exchange, credentialOf }
}

test('a login that cannot be recorded fails, and does not use up the JWT', async () => {
  const { exchange, credentialOf, issuer, record } = await start()
  const [first, second] = [await issuer.jwt(), await issuer.jwt()]
  const failure = Object.assign(new Error('the log'), { code: 'RGW_AUDIT_UNAVAILABLE' })
  record.mockRejectedValueOnce(failure).mockRejectedValueOnce(failure)
  await expect(exchange(first)).rejects.toBe(failure)
  await expect(credentialOf(second)).rejects.toBe(failure)
  expect(await exchange(first)).toMatchObject({ trust: 'deploys' })
  expect(await credentialOf(second)).toMatchObject({ kind: 'workload' })
})

test('without the database, new JWTs get an error, and cached ones are accepted', async () => {
  const { exchange, credentialOf, issuer, database } = await start()
  const known = await issuer.jwt()
  expect(await credentialOf(known)).toMatchObject({ kind: 'workload' })
  await database.close()
  const unavailable = { code: 'RGW_AUTH_UNAVAILABLE', statusCode: 503 }
  await expect(exchange(await issuer.jwt())).rejects.toMatchObject(unavailable)
  await expect(credentialOf(await issuer.jwt())).rejects.toMatchObject(unavailable)
  expect(await credentialOf(known)).toMatchObject({ kind: 'workload' })
})

test('a stale revision causes new JWTs to be rejected', async () => {
  const { exchange, issuer, clock } = await start()
  clock.time += 60_001
  await expect(exchange(await issuer.jwt())).rejects.toMatchObject({ code: 'RGW_AUTH_UNAVAILABLE' })
})

test('a JWT that is known expires to the second', async () => {
  const { credentialOf, issuer, clock } = await start()
  const jwt = await issuer.jwt()
  expect(await credentialOf(jwt)).toMatchObject({ kind: 'workload' })
  clock.time += 59_000
  expect(await credentialOf(jwt)).toMatchObject({ kind: 'workload' })
  clock.time += 1_000
  expect(await credentialOf(jwt)).toMatchObject({ rule: 'expired-jwt' })
})

test('many first calls at once are one session', async () => {
  const { credentialOf, issuer, admin } = await start()
  const jwt = await issuer.jwt()
  const responses = await Promise.all(Array.from({ length: 20 }, () => credentialOf(jwt)))
  expect(new Set(responses).size).toBe(1)
  expect(await admin`select 1 from gateway.workload_sessions`).toHaveLength(1)
})

test('a used JWT is rejected without a signature check and without the database', async () => {
  const { exchange, credentialOf, issuer, database, find } = await start()
  const [exchanged, password] = [await issuer.jwt(), await issuer.jwt()]
  expect(await exchange(exchanged)).toMatchObject({ trust: 'deploys' })
  expect(await credentialOf(password)).toMatchObject({ kind: 'workload' })
  await database.close()
  find.mockClear()
  for (let time = 0; time < 100; time++)
    for (const jwt of [exchanged, password]) expect(await exchange(jwt)).toMatchObject({ rule: 'used-jwt' })
  expect(find).not.toHaveBeenCalled()
})

test('the ID of a used JWT does not block a JWT of another issuer', async () => {
  const { exchange, issuer } = await start()
  await exchange(await issuer.jwt({ jti: 'same' }))
  expect(await exchange(await issuer.jwt({ jti: 'same', iss: 'https://ci.example.com' }))).toMatchObject({
    rule: 'no-trust',
  })
})

test('a rejected JWT does not count as used', async () => {
  const { exchange, issuer } = await start()
  const jti = { jti: 'one' }
  expect(await exchange(await issuer.jwt({ ...jti, repository_id: '75' }))).toMatchObject({ rule: 'no-trust' })
  const forged = `${(await issuer.jwt(jti)).split('.').slice(0, 2).join('.')}.AAAA`
  expect(await exchange(forged)).toMatchObject({ rule: 'no-trust' })
  expect(await exchange(await issuer.jwt(jti))).toMatchObject({ trust: 'deploys' })
})

test('a JWT that is exchanged after its expiry is denied, even if its use was deleted', async () => {
  const { workloads, exchange, issuer, admin, record, clock } = await start()
  const jwt = await issuer.jwt()
  const held = await workloads.verifyJwt(jwt)
  if (isDenial(held)) throw new Error(held.reason)
  await exchange(jwt)
  clock.time += 300_000
  await admin`delete from gateway.used_jwts`
  expect(await workloads.exchange(held, { trustName: null, record })).toMatchObject({ rule: 'expired-jwt' })
})

test('a JWT that is denied because its trust was revoked meanwhile is not used up', async () => {
  const { exchange, issuer, admin, revision, clock } = await start()
  const [early, late] = [await issuer.jwt(), await issuer.jwt()]
  await exchange(early)
  await admin`update gateway.trusts set revoked_at = now()`
  expect(await exchange(late)).toMatchObject({ rule: 'no-trust', detail: 'deploys: it was revoked' })
  await admin`update gateway.trusts set revoked_at = null`
  revision.update('2', clock.now())
  expect(await exchange(late)).toMatchObject({ trust: 'deploys' })
})

test('each accepted job deletes up to a hundred sessions that expired a week ago, with their credentials', async () => {
  const { exchange, issuer, admin, clock, revision } = await start()
  const left = async () => {
    const [row] = await admin`select
      (select count(*) from gateway.workload_sessions)::int as sessions,
      (select count(*) from gateway.credentials where workload_session_id is not null)::int as credentials`
    return [row?.sessions, row?.credentials]
  }
  await exchange(await issuer.jwt())
  const ended = new Date(clock.time - 7 * 86_400_000 - 1)
  await admin`
    with old as (
      insert into gateway.workload_sessions (id, trust_id, name, subject, job, expires_at)
      select gen_random_uuid(), (select id from gateway.trusts), 'x', 'x', '{}', ${ended}
      from generate_series(1, 150) returning id, expires_at)
    insert into gateway.credentials (hash, workload_session_id, expires_at)
    select sha256(id::text::bytea), id, expires_at from old`
  expect(await left()).toEqual([151, 151])
  await exchange(await issuer.jwt())
  expect(await left()).toEqual([52, 52])
  await exchange(await issuer.jwt())
  expect(await left()).toEqual([3, 3])
  clock.time += 7 * 86_400_000
  revision.update('2', clock.time)
  await exchange(await issuer.jwt())
  expect(await left()).toEqual([4, 4])
})

test('an accepted job raises the revision twice: for its session and for its credential', async () => {
  const { exchange, issuer, admin } = await start()
  const value = async () => Number((await admin`select value from gateway.revision`)[0]?.value)
  const before = await value()
  await exchange(await issuer.jwt())
  expect((await value()) - before).toBe(2)
})
