import { createAuthenticator } from '@rack-gateway/testing/authenticator'
import { callManagementApi } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'
import { addPasskey, createProver, type Prover } from '../support/login/second-factor.ts'
import { sessionOf } from '../support/login/session-of.ts'

const minute = 60_000
const clock = { ahead: 0 }
let at: LoginSystem
/** Has an authenticator app and a passkey. */
let admin: Prover
/** Has an authenticator app. */
let ops: Prover
let authenticator: ReturnType<typeof createAuthenticator>
beforeAll(async () => {
  at = await startLoginSystem({}, { now: () => Date.now() + clock.ahead, publicHost: 'localhost' })
  authenticator = createAuthenticator({ origin: url() })
  admin = await createProver(at, 'admin', clock)
  await addPasskey(admin, authenticator)
  ops = await createProver(at, 'ops', clock)
})
afterAll(() => at.stop())
/** Then no earlier proof or login is fresh. Logins no longer work, because the identity provider has a clock of its own. */
const later = () => {
  clock.ahead += 11 * minute
}

const url = () => `http://localhost:${at.system.port}`
const sentence =
  'A code proves a change of your second factors only in a browser whose login is at most five minutes old.'
const absent = '00000000-0000-4000-8000-000000000000'

/** A call with the token of a program. */
function program({ program: { token } }: Prover, method: string, path: string, body?: object, proof = 'rgp_none') {
  return callManagementApi({ url: url() }, token, method, path, body, [`Step-Up: ${proof}`])
}

async function asked(prover: Prover): Promise<string> {
  return (await program(prover, 'POST', '/step-ups', { delivery: 'callback' })).text('id')
}

/** A proof in the session of the program, with a code that the user typed on the page of a thief. */
async function provedByCode(prover: Prover, attempt: object): Promise<string> {
  const proved = await program(prover, 'POST', `/step-ups/${await asked(prover)}/proof`, attempt)
  expect(proved.status).toBe(201)
  return proved.text('proof')
}

async function provedByPasskey(prover: Prover): Promise<string> {
  const path = `/step-ups/${await asked(prover)}`
  const { json: options } = await program(prover, 'POST', `${path}/passkey-options`)
  const response = authenticator.get(options as object)
  const proved = await program(prover, 'POST', `${path}/proof`, { method: 'passkey', response })
  expect(proved.status).toBe(201)
  return proved.text('proof')
}

const changes: [string, string, object | undefined][] = [
  ['POST', '/second-factors/enrollments', { kind: 'totp' }],
  ['POST', '/second-factors/backup-codes', {}],
  ['POST', `/second-factors/${absent}/name`, { name: 'x' }],
  ['DELETE', `/second-factors/${absent}`, undefined],
]

test('a user who lost the passkey removes it with a backup code after a login', async () => {
  const viewer = await createProver(at, 'viewer', clock)
  const lost = createAuthenticator({ origin: url() })
  await addPasskey(viewer, lost)
  await at.system.sql`update gateway.sessions set authenticated_at = authenticated_at - interval '6 minutes'`
  const { items } = (await viewer.get('/second-factors')).json as { items: { id: string; kind: string }[] }
  const path = `/second-factors/${items.find(({ kind }) => kind === 'passkey')?.id}`
  expect(await viewer.remove(path)).toMatchObject({ status: 403, json: { rule: 'step-up:factors' } })
  await at.login('viewer', { browser: viewer.browser })
  const refused = await viewer.remove(path)
  expect(refused).toMatchObject({ status: 403, json: { code: 'RGW_STEP_UP_NEEDED' } })
  const { id } = refused.json.stepUp as { id: string }
  const [code = ''] = viewer.backupCodes
  const { json } = await viewer.post(`/step-ups/${id}/proof`, { method: 'backup-code', code })
  const removed = await viewer.remove(path, { 'step-up': String(json.proof) })
  expect(removed).toMatchObject({ status: 200, json: { kind: 'passkey' } })
})

describe('a thief with a stolen token and a phished code', () => {
  beforeEach(later)

  test.each(changes)('does not change second factors: %s %s', async (method, path, body) => {
    const code = await provedByCode(ops, { method: 'totp', code: ops.code() })
    const denied = await program(ops, method, path, body, code)
    expect([denied.status, denied.json]).toEqual([
      403,
      expect.objectContaining({
        code: 'RGW_NOT_PERMITTED',
        rule: 'old-login',
        error: `${sentence} Log in again in the browser at ${url()}/gateway/second-factors, or prove a passkey.`,
      }),
    ])
    const ofAdmin = await provedByCode(admin, { method: 'totp', code: admin.code() })
    const refused = await program(admin, method, path, body, ofAdmin)
    expect([refused.status, refused.json]).toEqual([
      403,
      expect.objectContaining({
        code: 'RGW_STEP_UP_NEEDED',
        rule: 'step-up:factors',
        error: expect.stringContaining(sentence),
      }),
    ])
    const { id } = (refused.json as { stepUp: { id: string } }).stepUp
    const proved = await program(admin, 'POST', `/step-ups/${id}/proof`, { method: 'totp', code: admin.code() })
    expect([proved.status, proved.text('rule')]).toEqual([403, 'passkey-only'])
  })

  test('does not change them with a backup code, nor with a session that is new', async () => {
    const [code = ''] = ops.backupCodes
    const proof = await provedByCode(ops, { method: 'backup-code', code })
    expect((await program(ops, 'POST', '/second-factors/backup-codes', {}, proof)).text('rule')).toBe('old-login')
    const subject = String(
      (await at.system.sql`select subject from gateway.users where email = 'ops@example.com'`)[0]?.subject,
    )
    const fresh = { ...ops, program: await sessionOf(at.system, subject, Date.now() + clock.ahead) }
    const ofFresh = await provedByCode(fresh, { method: 'totp', code: ops.code() })
    expect((await program(fresh, 'POST', '/second-factors/backup-codes', {}, ofFresh)).text('rule')).toBe('old-login')
  })

  test('cannot use the browser of the user either, once the login is old', async () => {
    const refused = await ops.post('/second-factors/backup-codes')
    expect(refused).toMatchObject({ status: 403, json: { rule: 'old-login' } })
    const { json } = await ops.post('/step-ups', { delivery: 'response' })
    const headers = { 'step-up': String((await ops.prove(String(json.id))).json.proof) }
    expect((await ops.post('/second-factors/backup-codes', {}, headers)).json.rule).toBe('old-login')
  })
})

describe('a user', () => {
  beforeEach(later)

  test.each(changes)('changes second factors with a passkey, from any session: %s %s', async (method, path, body) => {
    const made = await program(admin, method, path, body, await provedByPasskey(admin))
    expect(made.status).toBe(path.includes(absent) ? 404 : 201)
  })
})

test('parallel wrong codes are limited as sequential ones are', async () => {
  later()
  const ids = await Promise.all(Array.from({ length: 16 }, () => asked(ops)))
  const attempts = await Promise.all(
    ids.map((id) => program(ops, 'POST', `/step-ups/${id}/proof`, { method: 'totp', code: '000000' })),
  )
  const rules = attempts.map((attempt) => attempt.text('rule'))
  expect(rules.filter((rule) => rule === 'wrong-code')).toHaveLength(5)
  expect(rules.filter((rule) => rule === 'factor-limit')).toHaveLength(11)
})
