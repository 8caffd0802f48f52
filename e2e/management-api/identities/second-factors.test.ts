import { randomUUID } from 'node:crypto'
import { managementApi as api, callManagementApi } from '@rack-gateway/testing/management-api'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { askWhileLocked } from '../../support/gateway/ask-while-locked.ts'
import type { Browser } from '../../support/login/browser.ts'
import { type LoginSystem, startLoginSystem } from '../../support/login/login.ts'
import { createProver, type Prover, totpCode } from '../../support/login/second-factor.ts'
import { sessionOf } from '../../support/login/session-of.ts'

const minute = 60_000
const clock = { ahead: 0 }
let at: LoginSystem
beforeAll(async () => {
  at = await startLoginSystem({}, { now: () => Date.now() + clock.ahead })
})
afterAll(() => at.stop())
afterEach(async () => {
  clock.ahead = 0
  for (const table of ['second_factors', 'backup_codes', 'enrollments', 'failed_factors'])
    await at.system.sql`delete from ${at.system.sql(`gateway.${table}`)}`
})

const now = () => Date.now() + clock.ahead

type Headers = Readonly<Record<string, string>>

async function csrfOf(browser: Browser): Promise<Headers> {
  return { 'x-csrf-token': String(JSON.parse((await at.visit(browser, `${api}/me`)).body).csrfToken) }
}

async function send(browser: Browser, method: string, path: string, body: object = {}, headers: Headers = {}) {
  const sent = { ...(headers['x-csrf-token'] === undefined && (await csrfOf(browser))), ...headers }
  const json = method === 'DELETE' ? undefined : JSON.stringify(body)
  const page = await at.visit(browser, `${api}${path}`, { method, json, headers: { origin: at.system.url, ...sent } })
  return { status: page.status, json: JSON.parse(page.body) }
}

const get = async (browser: Browser, path: string) => JSON.parse((await at.visit(browser, `${api}${path}`)).body)
const begin = (browser: Browser, headers: Headers = {}) =>
  send(browser, 'POST', '/second-factors/enrollments', { kind: 'totp' }, headers)

/** A fresh login, with a factor. */
const prover = (person = 'ops'): Promise<Prover> => createProver(at, person, clock)

/** Proves the step-up that a refusal names. @returns the header of the repeated call */
async function proved({ prove }: Prover, refused: { json: Record<string, unknown> }): Promise<Headers> {
  const { json } = await prove((refused.json.stepUp as { id: string }).id)
  return { 'step-up': String(json.proof) }
}

describe('the first factor', () => {
  test('needs a browser whose login is at most five minutes old', async () => {
    const { browser } = await at.login('ops')
    clock.ahead = 5 * minute + 1_000
    expect(await begin(browser)).toMatchObject({ status: 403, json: { code: 'RGW_NOT_PERMITTED', rule: 'old-login' } })
    expect(await get(browser, '/second-factors/settings')).toMatchObject({ freshLogin: false })
    await at.login('ops', { browser })
    expect(await get(browser, '/second-factors/settings')).toMatchObject({ freshLogin: true })
    expect(await begin(browser)).toMatchObject({
      status: 201,
      json: { passkey: null, totp: { secret: expect.any(String) } },
    })
  })

  test('is not added by a program, however fresh its session is', async () => {
    const { token } = await sessionOf(at.system, 'ops')
    const response = await callManagementApi(at.system, token, 'POST', '/second-factors/enrollments', { kind: 'totp' })
    expect([response.status, response.text('rule')]).toEqual([403, 'old-login'])
    const settings = await callManagementApi(at.system, token, 'GET', '/second-factors/settings')
    expect(settings.json).toMatchObject({ freshLogin: false })
  })

  test('is not added if the transaction begins when the login is too old', async () => {
    const { browser } = await at.login('ops')
    const headers = await csrfOf(browser)
    clock.ahead = 4 * minute
    const asked = await askWhileLocked(
      at.system.sql,
      () => begin(browser, headers),
      () => {
        clock.ahead = 5 * minute + 1_000
      },
    )
    expect(asked).toMatchObject({ status: 403, json: { rule: 'old-login' } })
  })

  test('is not added by the session of the stock CLI, nor by one that ended or whose user was locked', async () => {
    const { id, token } = await sessionOf(at.system, 'ops')
    await at.system.sql`update gateway.sessions set renewable = false where id = ${id}`
    const stock = await callManagementApi(at.system, token, 'POST', '/second-factors', {
      enrollment: id,
      name: 'x',
      code: '000000',
    })
    expect([stock.status, stock.text('rule')]).toEqual([403, 'convox-session'])

    const { browser } = await at.login('ops')
    const { json } = await begin(browser)
    const headers = await csrfOf(browser)
    const code = totpCode(json.totp.secret, now())
    await at.system.sql`update gateway.users set locked_at = now() where subject = 'ops'`
    const wanted = JSON.stringify({ enrollment: json.id, name: 'x', code })
    const locked = await at.visit(browser, `${api}/second-factors`, { json: wanted, headers })
    expect(locked.status).toBe(401)
    await at.system.sql`update gateway.users set locked_at = null`
    expect(await at.system.sql`select from gateway.second_factors`).toHaveLength(0)
  })
})

describe('a further factor', () => {
  test('needs a proof of an existing one, and creates no new backup codes', async () => {
    const ops = await prover()
    const refused = await ops.post('/second-factors/enrollments', { kind: 'totp' })
    expect(refused).toMatchObject({ status: 403, json: { code: 'RGW_STEP_UP_NEEDED', rule: 'step-up:factors' } })
    const begun = await ops.post('/second-factors/enrollments', { kind: 'totp' }, await proved(ops, refused))
    expect(begun.status).toBe(201)
    const { secret } = begun.json.totp as { secret: string }
    const added = await ops.post('/second-factors', {
      enrollment: begun.json.id,
      name: 'tablet',
      code: totpCode(secret, now()),
    })
    expect(added).toMatchObject({ status: 201, json: { factor: { kind: 'totp', name: 'tablet' }, backupCodes: null } })
  })

  test('needs a proof, too, if the first one was added since the request arrived', async () => {
    const { browser } = await at.login('ops')
    const headers = await csrfOf(browser)
    const asked = await askWhileLocked(
      at.system.sql,
      () => begin(browser, headers),
      (held) => held`
        insert into gateway.second_factors (id, user_id, kind, name, secret, last_step)
        select gen_random_uuid(), id, 'totp', 'x', '', 0 from gateway.users where subject = 'ops'`,
    )
    expect(asked).toMatchObject({ status: 409, json: { code: 'RGW_REQUIREMENT_CHANGED', rule: 'requirement-changed' } })
  })
})

test('one’s factors are listed, and renamed and removed with a proof; each is an event with the session', async () => {
  const ops = await prover()
  const [factor] = (await ops.get('/second-factors')).json.items as { id: string }[]
  expect(factor).toEqual({
    id: expect.any(String),
    user: { id: expect.any(String), email: 'ops@example.com' },
    kind: 'totp',
    name: 'phone',
    createdAt: expect.any(String),
    lastUsedAt: null,
  })
  const path = `/second-factors/${factor?.id}`
  const kept = await ops.post(`${path}/name`, { name: 'old phone' })
  expect(kept).toMatchObject({ status: 403, json: { code: 'RGW_STEP_UP_NEEDED', rule: 'step-up:factors' } })
  const headers = await proved(ops, kept)
  expect(await ops.post(`${path}/name`, { name: 'old phone' }, headers)).toMatchObject({
    status: 200,
    json: { name: 'old phone' },
  })
  expect(await ops.post(`${path}/name`, { name: 'two\nlines' }, headers)).toMatchObject({ status: 400 })
  expect(await lastOf('second-factor.renamed')).toMatchObject({
    principal: { name: 'ops@example.com', credential: expect.any(String) },
    detail: { factor: factor?.id, name: 'old phone', before: 'phone', method: 'totp' },
  })
  const refused = await send(ops.browser, 'DELETE', path)
  expect(refused).toMatchObject({ status: 403, json: { code: 'RGW_STEP_UP_NEEDED' } })
  const removed = await send(ops.browser, 'DELETE', path, {}, await proved(ops, refused))
  // Without a factor, changes need no proof, so that a stolen token must end.
  const session = await callManagementApi(at.system, ops.program.token, 'GET', '/me')
  expect(session.status).toBe(401)
  expect(await lastOf('session.ended')).toMatchObject({
    principal: { name: 'ops@example.com' },
    detail: { reason: 'last second factor removed' },
  })
  expect(removed).toMatchObject({ status: 200, json: { name: 'old phone', lastUsedAt: expect.any(String) } })
  expect((await ops.get('/second-factors')).json.items).toEqual([])
  expect((await ops.get('/second-factors/backup-codes')).json).toEqual({ remaining: 0, createdAt: null })
  // The proof of the removed factor is worth nothing.
  expect(await at.system.sql`select from gateway.proofs`).toHaveLength(0)
})

test('backup codes are shown once, counted, and replaced with a proof', async () => {
  const ops = await prover()
  expect((await ops.get('/second-factors/backup-codes')).json).toEqual({ remaining: 10, createdAt: expect.any(String) })
  const refused = await ops.post('/second-factors/backup-codes')
  expect(refused).toMatchObject({ status: 403, json: { code: 'RGW_STEP_UP_NEEDED' } })
  const id = (refused.json.stepUp as { id: string }).id
  const [code = ''] = ops.backupCodes
  const { json } = await ops.post(`/step-ups/${id}/proof`, { method: 'backup-code', code })
  expect((await ops.get('/second-factors/backup-codes')).json).toMatchObject({ remaining: 9 })
  const made = await ops.post('/second-factors/backup-codes', {}, { 'step-up': String(json.proof) })
  expect(made.status).toBe(201)
  expect(made.json.codes).toHaveLength(10)
  expect((await ops.get('/second-factors/backup-codes')).json).toMatchObject({ remaining: 10 })
  const log = JSON.stringify(await at.system.events())
  for (const secret of [...ops.backupCodes, ...(made.json.codes as string[])]) expect(log).not.toContain(secret)

  const { browser } = await at.login('viewer')
  expect(await send(browser, 'POST', '/second-factors/backup-codes')).toMatchObject({
    status: 409,
    json: { code: 'RGW_NO_SECOND_FACTOR' },
  })
})

test('a user cannot see or change the factors of another user', async () => {
  const ops = await prover()
  const [factor] = (await ops.get('/second-factors')).json.items as { id: string; user: { id: string } }[]
  const { browser } = await at.login('viewer')
  expect(await send(browser, 'POST', `/second-factors/${factor?.id}/name`, { name: 'x' })).toMatchObject({
    status: 404,
  })
  expect(await send(browser, 'DELETE', `/second-factors/${factor?.id}`)).toMatchObject({ status: 404 })
  expect(await get(browser, `/second-factors?user=${factor?.user.id}`)).toMatchObject({ code: 'RGW_NOT_PERMITTED' })
  expect(await get(browser, '/second-factors')).toEqual({ items: [], next: null })
  const reset = await send(browser, 'POST', `/users/${factor?.user.id}/second-factors/reset`, { reason: 'x' })
  expect(reset).toMatchObject({ status: 403, json: { rule: 'no-permission' } })
})

test('administrators see the factors of all users, and reset those of other users', async () => {
  const ops = await prover()
  const { browser } = await at.login('admin')
  const { items } = await get(browser, '/second-factors')
  expect(items).toMatchObject([{ kind: 'totp', user: { email: 'ops@example.com' } }])
  const users: { id: string; email: string; secondFactors: string[] }[] = (await get(browser, '/users')).items
  const ofOps = users.find(({ email }) => email === 'ops@example.com')
  expect(ofOps?.secondFactors).toEqual(['totp'])
  const without = (await get(browser, '/users?secondFactor=none')).items as typeof users
  expect(without.map(({ email }) => email)).not.toContain('ops@example.com')
  expect(without.map(({ email }) => email)).toContain('admin@example.com')
  expect(await get(browser, '/users?secondFactor=some')).toMatchObject({ code: 'RGW_INVALID_REQUEST' })

  const path = `/users/${ofOps?.id}/second-factors/reset`
  expect(await send(browser, 'POST', path, { reason: 'x' })).toMatchObject({
    status: 403,
    json: { rule: 'no-second-factor', next: expect.stringContaining('/gateway/second-factors') },
  })
  const admin = await prover('admin')
  const refused = await admin.post(path, { reason: 'lost the phone' })
  expect(refused).toMatchObject({ status: 403, json: { code: 'RGW_STEP_UP_NEEDED' } })
  const headers = await proved(admin, refused)
  const reset = await admin.post(path, { reason: 'lost the phone' }, headers)
  expect(reset).toMatchObject({ status: 200, json: { removed: [{ kind: 'totp', name: 'phone' }] } })
  expect(await lastOf('second-factor.reset')).toMatchObject({
    principal: { name: 'admin@example.com' },
    detail: { email: 'ops@example.com', factors: 'phone (totp)', reason: 'lost the phone' },
  })
  const own = users.find(({ email }) => email === 'admin@example.com')
  expect(await lastOf('session.ended')).toMatchObject({
    principal: { name: 'admin@example.com' },
    detail: { user: ofOps?.id, reason: 'second factors reset' },
  })
  expect((await callManagementApi(at.system, ops.program.token, 'GET', '/me')).status).toBe(401)
  expect((await ops.get('/me')).status).toBe(401)
  expect(await admin.post(`/users/${own?.id}/second-factors/reset`, { reason: 'x' }, headers)).toMatchObject({
    status: 403,
    json: { rule: 'own-reset' },
  })
  expect(await admin.post(`/users/${randomUUID()}/second-factors/reset`, { reason: 'x' }, headers)).toMatchObject({
    status: 404,
  })
})

test('an administrator cannot reset the factors of a user whose role they cannot grant', async () => {
  const { issuer, sql } = at.system
  await prover()
  const admin = await prover('admin')
  const [found] = await sql<{ id: string }[]>`select id from gateway.users where email = 'ops@example.com'`
  const subject = { kind: 'user', id: found?.id ?? '' } as const
  const reset = (headers: Headers = {}, id = subject.id) =>
    admin.post(`/users/${id}/second-factors/reset`, { reason: 'x' }, headers)
  const headers = await proved(admin, await reset())
  // An administrator until tomorrow is weaker than one without an end.
  await issuer.addBinding(subject, { role: 'admin' })
  await sql`update gateway.bindings set expires_at = now() + interval '1 day'
    where role = 'admin' and subject_id in (select id::text from gateway.users where email = 'admin@example.com')`
  expect(await reset(headers)).toMatchObject({
    status: 403,
    json: { code: 'RGW_INSUFFICIENT_AUTHORITY', rule: 'insufficient-authority' },
  })
  expect(await sql`select from gateway.second_factors where user_id = ${subject.id}`).toHaveLength(1)
  await sql`delete from gateway.bindings where role = 'admin' and subject_id = ${subject.id}`
  expect((await reset(headers)).status).toBe(200)
  await sql`update gateway.bindings set expires_at = null where role = 'admin'`
})

test('a code proves no change that waited until the login was too old', async () => {
  const ops = await prover()
  const headers = {
    ...(await csrfOf(ops.browser)),
    ...(await proved(ops, await ops.post('/second-factors/backup-codes'))),
  }
  const asked = await askWhileLocked(
    at.system.sql,
    () => send(ops.browser, 'POST', '/second-factors/backup-codes', {}, headers),
    () => {
      clock.ahead += 5 * minute
    },
  )
  expect(asked).toMatchObject({
    status: 403,
    json: { rule: 'old-login', error: expect.stringContaining('A code proves a change of your second factors only') },
  })
})

test('an administrator with a factor proves it before a reset', async () => {
  const admin = await prover('admin')
  const path = `/users/${randomUUID()}/second-factors/reset`
  expect(await admin.post(path, { reason: 'x' })).toMatchObject({ status: 403, json: { code: 'RGW_STEP_UP_NEEDED' } })
})

test('an enrollment is rejected in another session, with another code, or twice', async () => {
  const { browser } = await at.login('ops')
  const { browser: other } = await at.login('ops')
  const { json } = await begin(browser)
  const wanted = { enrollment: json.id, name: 'phone', code: totpCode(json.totp.secret, now()) }
  const over = { status: 409, json: { code: 'RGW_ENROLLMENT_OVER' } }
  expect(await send(other, 'POST', '/second-factors', wanted)).toMatchObject(over)
  expect(await send(browser, 'POST', '/second-factors', { ...wanted, code: '12345x' })).toMatchObject({ status: 400 })
  const late = { ...wanted, code: totpCode(json.totp.secret, now() - 300_000) }
  expect(await send(browser, 'POST', '/second-factors', late)).toMatchObject({
    status: 400,
    json: { code: 'RGW_INVALID_FACTOR', rule: 'wrong-code' },
  })
  const headers = await csrfOf(browser)
  const both = await Promise.all([1, 2].map(() => send(browser, 'POST', '/second-factors', wanted, headers)))
  expect(both.map(({ status }) => status).sort()).toEqual([201, 409])
})

test('with an IP address as PUBLIC_URL there are no passkeys, and a sentence says why', async () => {
  const { browser } = await at.login('ops')
  expect(await get(browser, '/second-factors/settings')).toEqual({
    passkeys: false,
    passkeysReason: expect.stringContaining('PUBLIC_URL contains an IP address'),
    required: false,
    requiredBy: null,
    freshLogin: true,
  })
  const refused = await send(browser, 'POST', '/second-factors/enrollments', { kind: 'passkey' })
  expect(refused).toMatchObject({ status: 409, json: { code: 'RGW_PASSKEYS_UNAVAILABLE' } })
})

test('wrong codes are events, and after five of them no code is accepted for a while', async () => {
  const ops = await prover()
  const refused = await ops.post('/second-factors/backup-codes')
  const { id } = refused.json.stepUp as { id: string }
  const guess = (code: string) => ops.post(`/step-ups/${id}/proof`, { method: 'totp', code })
  const right = ops.code()
  const wrong = right === '000000' ? '000001' : '000000'
  for (let attempt = 0; attempt < 5; attempt++)
    expect(await guess(wrong)).toMatchObject({ json: { rule: 'wrong-code' } })
  expect(await lastOf('second-factor.failed')).toMatchObject({
    principal: { name: 'ops@example.com' },
    decision: { effect: 'deny', rule: 'wrong-code', next: expect.any(String) },
    detail: { method: 'totp', email: 'ops@example.com' },
  })
  expect(await guess(right)).toMatchObject({ json: { rule: 'factor-limit' } })
  expect(await ops.prove(id)).toMatchObject({ json: { rule: 'factor-limit' } })
  // A new login has limits of its own.
  const { browser } = await at.login('ops')
  const { json } = await send(browser, 'POST', '/step-ups', { delivery: 'response' })
  const proof = await send(browser, 'POST', `/step-ups/${json.id}/proof`, { method: 'totp', code: ops.code() })
  expect(proof).toMatchObject({ status: 201, json: { method: 'totp' } })
})

async function lastOf(kind: string) {
  return (await at.system.events()).findLast((event) => event.kind === kind)
}
