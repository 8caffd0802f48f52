import { randomUUID } from 'node:crypto'
import { createAuthenticator } from '@rack-gateway/testing/authenticator'
import { Secret, TOTP } from 'otpauth'
import { expect, test, vi } from 'vitest'
import { createIdentities } from '../principals/identities.ts'
import { findUserPrincipal } from '../principals/user-principal.ts'
import { createLists } from '../queries/lists.ts'
import { watchRevision } from '../revision/watch.ts'
import { createDirectory } from '../store.ts'
import { startFactors } from '../testing/factors.ts'

type Started = Awaited<ReturnType<typeof startFactors>>
type ProviderUser = Started['ann']

function codeOf(secret: string, timestamp: number): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp })
}

const finish = (
  { change, ann }: Started,
  wanted: { enrollment: string; response?: unknown; code?: string },
  owner: ProviderUser = ann,
) => change((administration) => administration.addFactor(owner, { name: 'New', ...wanted }))

const count = async ({ admin }: Started, table: string) => {
  const [row] = await admin`select count(*)::int as count from ${admin(`gateway.${table}`)}`
  return row?.count
}

/** A step-up of Ann that a factor proved, with its proof. */
async function provedStepUp({ admin, ann, clock }: Started, factor: string | null, method = 'passkey') {
  const id = randomUUID()
  const [at, end] = [new Date(clock.time), new Date(clock.time + 300_000)]
  await admin`
    insert into gateway.step_ups (id, user_id, session_id, delivery, asked, covers, methods, address, created_at, expires_at, proved_at, factor_id, method, result)
    values (${id}, ${ann.user}, ${ann.session}, 'callback', '[]', '{}', 'any', '192.0.2.1', ${at}, ${end}, ${at}, ${factor}, ${method}, ${Buffer.alloc(32)})`
  await admin`
    insert into gateway.proofs (id, user_id, session_id, secret, factor_id, method, proved_at, covers, expires_at)
    values (${id}, ${ann.user}, ${ann.session}, ${Buffer.from(id)}, ${factor}, ${method}, ${at}, '{}', ${end})`
  return id
}

async function pendingStepUp({ admin, ann, clock }: Started) {
  const [at, end] = [new Date(clock.time), new Date(clock.time + 300_000)]
  await admin`
    insert into gateway.step_ups (id, user_id, session_id, delivery, asked, covers, methods, address, created_at, expires_at)
    values (${randomUUID()}, ${ann.user}, ${ann.session}, 'callback', '[]', '{}', 'any', '192.0.2.1', ${at}, ${end})`
}

test('only the first factor creates ten backup codes; each change is an event without secrets', async () => {
  const started = await startFactors()
  const { addTotp, addPasskey, ann, record, eventsOf, admin } = started
  const first = await addTotp()
  expect(first.backupCodes).toHaveLength(10)
  const second = await addPasskey()
  expect(second.backupCodes).toBeNull()
  expect(await count(started, 'backup_codes')).toBe(10)
  expect(eventsOf('second-factor.added').map(({ detail }) => detail)).toEqual([
    { user: ann.user, email: ann.email, factor: first.id, method: 'totp', name: 'Phone' },
    { user: ann.user, email: ann.email, factor: second.id, method: 'passkey', name: 'Key' },
  ])
  expect(eventsOf('backup-codes.created')).toHaveLength(1)
  const events = JSON.stringify(record.mock.calls)
  for (const secret of [first.secret, ...(first.backupCodes ?? [])]) expect(events).not.toContain(secret)
  const [stored] = await admin`select secret from gateway.enrollments where kind = 'totp'`
  expect(Buffer.from(stored?.secret).toString('latin1')).not.toContain(first.secret)
})

test('an enrollment ends after five minutes', async () => {
  const started = await startFactors()
  const { begin, clock } = started
  const { id: enrollment, totp, expiresAt } = await begin('totp')
  expect(expiresAt.getTime()).toBe(clock.time + 300_000)
  clock.time += 300_000
  const late = finish(started, { enrollment, code: codeOf(totp?.secret ?? '', clock.time) })
  await expect(late).rejects.toThrow('no open enrollment with this ID')
})

test('an enrollment is finished once, also by two requests at the same time', async () => {
  const started = await startFactors()
  const { begin, clock } = started
  const { id: enrollment, totp } = await begin('totp')
  const code = codeOf(totp?.secret ?? '', clock.time)
  const both = await Promise.allSettled([1, 2].map(() => finish(started, { enrollment, code })))
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(await count(started, 'second_factors')).toBe(1)
})

test('only the session that began an enrollment can finish it', async () => {
  const started = await startFactors()
  const { begin, clock, annSession, ann, providerUserOf } = started
  const { id: enrollment, totp } = await begin('totp')
  const code = codeOf(totp?.secret ?? '', clock.time)
  const { id: otherSession } = await annSession()
  for (const owner of [{ ...ann, session: otherSession }, await providerUserOf('ben@example.com')])
    await expect(finish(started, { enrollment, code }, owner)).rejects.toThrow('no open enrollment with this ID')
  for (const unknown of [randomUUID(), '', 'x', `${enrollment}'`])
    await expect(finish(started, { enrollment: unknown, code })).rejects.toThrow('no open enrollment with this ID')
  expect(await finish(started, { enrollment, code })).toHaveProperty('id')
})

test('an enrollment adds only its kind', async () => {
  const started = await startFactors()
  const { begin, clock, factors } = started
  const [app, key] = [await begin('totp'), await begin('passkey')]
  const authenticator = createAuthenticator({ origin: 'https://gateway.example.com' })
  const response = authenticator.create(key.passkey ?? {})
  expect(await finish(started, { enrollment: app.id, response })).toHaveProperty('failed')
  expect(
    await finish(started, { enrollment: key.id, code: codeOf(app.totp?.secret ?? '', clock.time) }),
  ).toHaveProperty('failed')
  expect(await count(started, 'second_factors')).toBe(0)
  expect(factors.passkeysReason).toBeNull()
})

test('a wrong code can be corrected, but a challenge is used up by a wrong response', async () => {
  const started = await startFactors()
  const { begin, clock } = started
  const { id: app, totp } = await begin('totp')
  const right = codeOf(totp?.secret ?? '', clock.time)
  const wrong = right === '000000' ? '000001' : '000000'
  expect(await finish(started, { enrollment: app, code: wrong })).toMatchObject({
    failed: { code: 'RGW_INVALID_FACTOR' },
  })
  const { id: key, passkey } = await begin('passkey')
  const authenticator = createAuthenticator({ origin: 'https://gateway.example.com' })
  const bad = authenticator.create(passkey ?? {}, { userVerified: false })
  expect(await finish(started, { enrollment: key, response: bad })).toMatchObject({
    failed: { code: 'RGW_INVALID_FACTOR' },
  })
  const again = finish(started, { enrollment: key, response: authenticator.create(passkey ?? {}) })
  await expect(again).rejects.toThrow('no open enrollment with this ID')
  expect(await finish(started, { enrollment: app, code: right })).toHaveProperty('id')
})

test('an enrollment that began without a proof ends when the first factor is added', async () => {
  const started = await startFactors()
  const { begin, clock, annSession, ann, addPasskey } = started
  const thief = { ...ann, session: (await annSession()).id }
  const { id: enrollment, totp } = await begin('totp', thief)
  await addPasskey()
  const code = codeOf(totp?.secret ?? '', clock.time)
  await expect(finish(started, { enrollment, code }, thief)).rejects.toThrow('no open enrollment with this ID')
  const further = await begin('totp')
  await addPasskey()
  expect(
    await finish(started, { enrollment: further.id, code: codeOf(further.totp?.secret ?? '', clock.time) }),
  ).toHaveProperty('id')
})

test('an open enrollment ends when a factor is removed or reset', async () => {
  const started = await startFactors()
  const { begin, clock, addPasskey, change, ann } = started
  const { id } = await addPasskey()
  await addPasskey()
  const one = await begin('totp')
  await change((administration) => administration.removeFactor(ann, id))
  await expect(
    finish(started, { enrollment: one.id, code: codeOf(one.totp?.secret ?? '', clock.time) }),
  ).rejects.toThrow('no open enrollment with this ID')
  const other = await begin('totp')
  await change((administration) => administration.resetFactors(ann.user, 'lost'))
  await expect(
    finish(started, { enrollment: other.id, code: codeOf(other.totp?.secret ?? '', clock.time) }),
  ).rejects.toThrow('no open enrollment with this ID')
})

test('a passkey is added once: options exclude it, and a second enrollment of it fails, also of another user', async () => {
  const started = await startFactors()
  const { addPasskey, begin, providerUserOf } = started
  const { authenticator } = await addPasskey()
  const { id: enrollment, passkey } = await begin('passkey')
  expect(passkey).toMatchObject({ excludeCredentials: [{ id: authenticator.id }] })
  const again = await finish(started, { enrollment, response: authenticator.create(passkey ?? {}) })
  expect(again).toMatchObject({ failed: { code: 'RGW_PASSKEY_EXISTS' } })
  const ben = await providerUserOf('ben@example.com')
  const ofBen = await begin('passkey', ben)
  expect(ofBen.passkey).not.toHaveProperty('excludeCredentials.0')
  const stolen = await finish(
    started,
    { enrollment: ofBen.id, response: authenticator.create(ofBen.passkey ?? {}) },
    ben,
  )
  expect(stolen).toMatchObject({ failed: { code: 'RGW_PASSKEY_EXISTS' } })
})

test('a user has at most twenty factors, also with many open enrollments', async () => {
  const started = await startFactors()
  const { addTotp, begin, clock } = started
  for (let index = 0; index < 18; index++) await addTotp()
  const open = [await begin('totp'), await begin('totp'), await begin('totp')]
  const results = await Promise.allSettled(
    open.map(({ id: enrollment, totp }) =>
      finish(started, { enrollment, code: codeOf(totp?.secret ?? '', clock.time) }),
    ),
  )
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected'])
  await expect(begin('totp')).rejects.toThrow('20 second factors')
  expect(await count(started, 'second_factors')).toBe(20)
})

test('expired enrollments are deleted', async () => {
  const started = await startFactors()
  const { begin, clock } = started
  await begin('totp')
  clock.time += 300_001
  await begin('totp')
  expect(await count(started, 'enrollments')).toBe(1)
})

test('a factor is renamed, which is an event only if the name differs', async () => {
  const { addPasskey, change, ann, eventsOf, providerUserOf } = await startFactors()
  const { id } = await addPasskey()
  await change((administration) => administration.renameFactor(ann, id, 'Blue key'))
  await change((administration) => administration.renameFactor(ann, id, 'Blue key'))
  expect(eventsOf('second-factor.renamed')).toMatchObject([{ detail: { factor: id, name: 'Blue key', before: 'Key' } }])
  const ben = await providerUserOf('ben@example.com')
  const ofOther = [
    change((administration) => administration.renameFactor(ben, id, 'x')),
    change((administration) => administration.removeFactor(ben, id)),
  ]
  for (const attempt of await Promise.allSettled(ofOther))
    expect(attempt).toMatchObject({
      status: 'rejected',
      reason: { message: expect.stringContaining('no such second factor') },
    })
})

test('a removed factor ends its own proofs, and no others', async () => {
  const started = await startFactors()
  const { addPasskey, addTotp, change, ann, eventsOf, admin } = started
  const [key, app] = [await addPasskey(), await addTotp()]
  await provedStepUp(started, key.id)
  const ofApp = await provedStepUp(started, app.id, 'totp')
  const ofCode = await provedStepUp(started, null, 'backup-code')
  await pendingStepUp(started)
  await change((administration) => administration.removeFactor(ann, key.id))
  const proofs = await admin`select id from gateway.proofs`
  expect(proofs.map(({ id }) => id).sort()).toEqual([ofApp, ofCode].sort())
  expect(await count(started, 'step_ups')).toBe(3)
  expect(await count(started, 'backup_codes')).toBe(10)
  expect(eventsOf('second-factor.removed')).toMatchObject([
    { detail: { factor: key.id, method: 'passkey', name: 'Key' } },
  ])
})

test('the last factor takes the backup codes and all proofs along', async () => {
  const started = await startFactors()
  const { addPasskey, change, ann, factors } = started
  const { id } = await addPasskey()
  await provedStepUp(started, null, 'backup-code')
  await pendingStepUp(started)
  await change((administration) => administration.removeFactor(ann, id))
  expect(await count(started, 'proofs')).toBe(0)
  expect(await count(started, 'backup_codes')).toBe(0)
  expect(await count(started, 'step_ups')).toBe(1)
  expect(await factors.verifier.methodsOf(ann.user)).toEqual([])
})

test('new backup codes replace the old ones, and need a factor', async () => {
  const started = await startFactors()
  const { addPasskey, change, ann, verify, database } = started
  await expect(change((administration) => administration.createBackupCodes(ann))).rejects.toThrow('no second factor')
  const { backupCodes: old } = await addPasskey()
  const codes = await change((administration) => administration.createBackupCodes(ann))
  expect(await verify({ method: 'backup-code', code: old?.[0] ?? '' })).toMatchObject({ proved: false })
  expect(await verify({ method: 'backup-code', code: codes[0] ?? '' })).toMatchObject({ proved: true })
  const lists = createLists(database)
  expect(await lists.backupCodeStatus(ann.user)).toEqual({ remaining: 9, createdAt: new Date(started.clock.time) })
  expect(await lists.backupCodeStatus(randomUUID())).toEqual({ remaining: 0, createdAt: null })
})

test('a reset removes all factors, codes, and proofs of one user, and is one event', async () => {
  const started = await startFactors()
  const { addPasskey, addTotp, change, ann, eventsOf, providerUserOf, admin } = started
  const ben = await providerUserOf('ben@example.com')
  await addTotp(ben)
  const { id } = await addPasskey()
  await addTotp()
  await provedStepUp(started, id)
  const removed = await change((administration) => administration.resetFactors(ann.user, 'lost her phone'))
  expect(removed.map(({ kind }) => kind).sort()).toEqual(['passkey', 'totp'])
  expect(eventsOf('second-factor.reset')).toMatchObject([
    { detail: { user: ann.user, email: ann.email, reason: 'lost her phone', factors: 'Key (passkey), Phone (totp)' } },
  ])
  for (const table of ['second_factors', 'backup_codes']) {
    const left = await admin`select distinct user_id from ${admin(`gateway.${table}`)}`
    expect(left).toEqual([{ user_id: ben.user }])
  }
  expect(await count(started, 'proofs')).toBe(0)
  expect(await change((administration) => administration.resetFactors(ann.user, 'again'))).toEqual([])
  expect(eventsOf('second-factor.reset')).toHaveLength(1)
  await expect(change((administration) => administration.resetFactors(randomUUID(), 'x'))).rejects.toThrow(
    'no such user',
  )
})

test('a change that cannot be recorded is rolled back', async () => {
  const started = await startFactors()
  const { begin, clock, record } = started
  const { id: enrollment, totp } = await begin('totp')
  record.mockRejectedValueOnce(new Error('the log is gone'))
  const code = codeOf(totp?.secret ?? '', clock.time)
  await expect(finish(started, { enrollment, code })).rejects.toThrow('the log is gone')
  expect(await count(started, 'second_factors')).toBe(0)
  expect(await count(started, 'backup_codes')).toBe(0)
  expect(await finish(started, { enrollment, code })).toHaveProperty('id')
})

test('a principal says whether its user has a factor, also after one is added and removed on another replica', async () => {
  const { urls, database, ann, addPasskey, change, clock, addTotp, providerUserOf } = await startFactors()
  await addTotp(await providerUserOf('ben@example.com'))
  const revision = await watchRevision({ pool: { url: urls.runtimeUrl }, interval: 50, onError: () => {} })
  const identities = createIdentities({ directory: createDirectory(database), revision, clock })
  const hasFactor = async () => {
    const principal = await identities.find(ann.verifiedToken)
    return 'kind' in principal && principal.secondFactor
  }
  const soon = { timeout: 60_000, interval: 5 }
  try {
    expect(await hasFactor()).toBe(false)
    expect(await findUserPrincipal(database, ann.user, clock.time)).toMatchObject({ secondFactor: false })
    const { id } = await addPasskey()
    await vi.waitUntil(async () => (await hasFactor()) === true, soon)
    expect(await findUserPrincipal(database, ann.user, clock.time)).toMatchObject({ secondFactor: true })
    await change((administration) => administration.removeFactor(ann, id))
    await vi.waitUntil(async () => (await hasFactor()) === false, soon)
  } finally {
    await revision.stop()
  }
})

test('lists have no secrets, and find users without a factor', async () => {
  const { database, addPasskey, addTotp, ann, providerUserOf } = await startFactors()
  const [ben, cat] = [await providerUserOf('ben@example.com'), await providerUserOf('cat@example.com')]
  await addPasskey()
  await addPasskey()
  await addTotp()
  await addTotp(ben)
  const lists = createLists(database)
  const page = { limit: 10 }
  const { items } = await lists.secondFactors(page)
  expect(items.map(({ email, kind }) => `${email} ${kind}`).sort()).toEqual([
    'ann@example.com passkey',
    'ann@example.com passkey',
    'ann@example.com totp',
    'ben@example.com totp',
  ])
  expect(Object.keys(items[0] ?? {}).sort()).toEqual(['createdAt', 'email', 'id', 'kind', 'name', 'usedAt', 'userId'])
  expect((await lists.secondFactors(page, ben.user)).items).toHaveLength(1)
  const users = await lists.users(page)
  expect(Object.fromEntries(users.items.map(({ email, secondFactors }) => [email, secondFactors]))).toEqual({
    'ann@example.com': ['passkey', 'totp'],
    'ben@example.com': ['totp'],
    'cat@example.com': [],
  })
  expect((await lists.users(page, { withoutFactor: true })).items.map(({ id }) => id)).toEqual([cat.user])
  expect((await lists.user(ann.user)).secondFactors).toEqual(['passkey', 'totp'])
})
