import { expect, onTestFinished, test } from 'vitest'
import { changeIdentities } from '../change.ts'
import { isRefusal } from '../refusal.ts'
import { createRevision } from '../revision.ts'
import { author, startStore } from '../testing/database.ts'
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
  revision.seen('1', clock.now())
  const workloads = createWorkloads({ database, mint, revision, clock, publicUrl })
  const conditions = [{ claim: 'repository_id', equals: '74' }]
  const terms = { name: 'deploys', issuer: issuer.url, audience: publicUrl, conditions, maxAge: 60 }
  const where = { role: 'ci', racks: '*', apps: '*' }
  await changeIdentities(database.db, author, record, (change) => insertTrust(change, { ...terms, ...where }))
  async function exchange(text: string) {
    const proven = await workloads.prove(text)
    return isRefusal(proven) ? proven : workloads.exchange(proven, { wanted: null, record })
  }
  const credentialOf = (text: string) => workloads.credentialOf(text, record)
  return { ...store, issuer, revision, exchange, credentialOf }
}

test('what can not be recorded lets nobody in, and uses nothing up', async () => {
  const { exchange, credentialOf, issuer, record } = await start()
  const [first, second] = [await issuer.jwt(), await issuer.jwt()]
  const failure = Object.assign(new Error('the log'), { code: 'RGW_AUDIT_UNAVAILABLE' })
  record.mockRejectedValueOnce(failure).mockRejectedValueOnce(failure)
  await expect(exchange(first)).rejects.toBe(failure)
  await expect(credentialOf(second)).rejects.toBe(failure)
  expect(await exchange(first)).toMatchObject({ trust: 'deploys' })
  expect(await credentialOf(second)).toMatchObject({ kind: 'workload' })
})

test('without its database the gateway says so, and a JWT that it knows is still known', async () => {
  const { exchange, credentialOf, issuer, database } = await start()
  const known = await issuer.jwt()
  expect(await credentialOf(known)).toMatchObject({ kind: 'workload' })
  await database.close()
  const unavailable = { code: 'RGW_AUTH_UNAVAILABLE', statusCode: 503 }
  await expect(exchange(await issuer.jwt())).rejects.toMatchObject(unavailable)
  await expect(credentialOf(await issuer.jwt())).rejects.toMatchObject(unavailable)
  expect(await credentialOf(known)).toMatchObject({ kind: 'workload' })
})

test('a revision that has not been seen for too long lets no new JWT in', async () => {
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
  const answers = await Promise.all(Array.from({ length: 20 }, () => credentialOf(jwt)))
  expect(new Set(answers).size).toBe(1)
  expect(await admin`select 1 from gateway.workload_sessions`).toHaveLength(1)
})
