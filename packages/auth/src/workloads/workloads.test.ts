import { expect, onTestFinished, test } from 'vitest'
import { changeIdentities } from '../change.ts'
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
  const workloads = createWorkloads({ database, mint, revision, clock, record, publicUrl })
  const conditions = [{ claim: 'repository_id', equals: '74' }]
  const terms = { name: 'deploys', issuer: issuer.url, audience: publicUrl, conditions, maxAge: 60 }
  const where = { role: 'ci', racks: '*', apps: '*' }
  await changeIdentities(database.db, author, record, (change) => insertTrust(change, { ...terms, ...where }))
  return { ...store, issuer, revision, workloads }
}

test('what can not be recorded lets nobody in, and uses nothing up', async () => {
  const { workloads, issuer, record } = await start()
  const [first, second] = [await issuer.jwt(), await issuer.jwt()]
  const failure = Object.assign(new Error('the log'), { code: 'RGW_AUDIT_UNAVAILABLE' })
  record.mockRejectedValueOnce(failure).mockRejectedValueOnce(failure)
  await expect(workloads.exchange(first, null)).rejects.toBe(failure)
  await expect(workloads.credentialOf(second)).rejects.toBe(failure)
  expect(await workloads.exchange(first, null)).toMatchObject({ trust: 'deploys' })
  expect(await workloads.credentialOf(second)).toMatchObject({ kind: 'workload' })
})

test('without its database the gateway says so, and a JWT that it knows is still known', async () => {
  const { workloads, issuer, database } = await start()
  const known = await issuer.jwt()
  expect(await workloads.credentialOf(known)).toMatchObject({ kind: 'workload' })
  await database.close()
  const unavailable = { code: 'RGW_AUTH_UNAVAILABLE', statusCode: 503 }
  await expect(workloads.exchange(await issuer.jwt(), null)).rejects.toMatchObject(unavailable)
  await expect(workloads.credentialOf(await issuer.jwt())).rejects.toMatchObject(unavailable)
  expect(await workloads.credentialOf(known)).toMatchObject({ kind: 'workload' })
})

test('a revision that has not been seen for too long lets no new JWT in', async () => {
  const { workloads, issuer, clock } = await start()
  clock.time += 60_001
  await expect(workloads.exchange(await issuer.jwt(), null)).rejects.toMatchObject({ code: 'RGW_AUTH_UNAVAILABLE' })
})

test('a JWT that is known expires to the second', async () => {
  const { workloads, issuer, clock } = await start()
  const jwt = await issuer.jwt()
  expect(await workloads.credentialOf(jwt)).toMatchObject({ kind: 'workload' })
  clock.time += 59_000
  expect(await workloads.credentialOf(jwt)).toMatchObject({ kind: 'workload' })
  clock.time += 1_000
  expect(await workloads.credentialOf(jwt)).toMatchObject({ rule: 'expired-jwt' })
})

test('many first calls at once are one session', async () => {
  const { workloads, issuer, admin } = await start()
  const jwt = await issuer.jwt()
  const answers = await Promise.all(Array.from({ length: 20 }, () => workloads.credentialOf(jwt)))
  expect(new Set(answers).size).toBe(1)
  expect(await admin`select 1 from gateway.workload_sessions`).toHaveLength(1)
})
