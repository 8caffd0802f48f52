import { managementApi as api, callManagementApi } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { askWhileLocked } from '../support/gateway/ask-while-locked.ts'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'
import { createProver, type Prover } from '../support/login/second-factor.ts'
import { sessionOf } from '../support/login/session-of.ts'

const minute = 60_000
const clock = { ahead: 0 }
let at: LoginSystem
let admin: Prover
let ops: Prover
let plain: string
beforeAll(async () => {
  at = await startLoginSystem({}, { now: () => Date.now() + clock.ahead })
  admin = await createProver(at, 'admin', clock)
  ops = await createProver(at, 'ops', clock)
  plain = await at.system.token('admin', { email: 'plain@example.com' })
})
afterAll(() => at.stop())
beforeEach(() => {
  // No earlier proof counts.
  clock.ahead += 11 * minute
})

const wanted = { name: 'nightly', role: 'viewer' }
const program = (
  method: string,
  path: string,
  body?: object,
  headers: readonly string[] = [],
  token = admin.program.token,
) => callManagementApi(at.system, token, method, path, body, headers)
const tokens = async () =>
  Number((await at.system.sql`select count(*)::int as count from gateway.api_tokens`)[0]?.count)
const idOf = ({ json }: { readonly json: unknown }) => String((json as { stepUp?: { id: string } }).stepUp?.id)
const proofOf = async (id: string) => String((await admin.prove(id)).json.proof)

describe('a sensitive change of a user with a second factor', () => {
  test('by a browser is refused, proved there, and done with the proof, which its event names', async () => {
    const before = await tokens()
    const refused = await admin.post('/tokens', wanted)
    expect([refused.status, refused.json]).toEqual([
      403,
      expect.objectContaining({ code: 'RGW_STEP_UP_NEEDED', rule: 'step-up:management' }),
    ])
    expect(await at.system.lastEvent()).toMatchObject({ route: `POST ${api}/tokens`, decision: { effect: 'require' } })
    const asked = await admin.get(`/step-ups/${idOf(refused)}`)
    expect(asked.json).toMatchObject({
      calls: [{ rack: null, app: null, route: `POST ${api}/tokens`, command: null }],
      level: 'recent',
      withinSeconds: 600,
      methods: ['totp', 'backup-code'],
      delivery: 'response',
      ownRequest: true,
    })
    const proof = await proofOf(idOf(refused))
    expect([(await admin.post('/tokens', wanted)).status, await tokens()]).toEqual([403, before])
    const made = await admin.post('/tokens', wanted, { 'step-up': proof })
    expect([made.status, await tokens()]).toEqual([201, before + 1])
    const issued = (await at.system.events()).findLast(({ kind }) => kind === 'token.issued')
    expect(issued?.proof).toEqual({ id: idOf(refused), method: 'totp', at: expect.any(String) })
    expect(JSON.stringify(await at.system.events())).not.toContain(proof)
    clock.ahead += 11 * minute
    expect((await admin.post('/tokens', wanted, { 'step-up': proof })).status).toBe(403)
  })

  test.each([
    ['POST', '/tokens', wanted],
    ['POST', '/bindings', { subject: { kind: 'user', id: '00000000-0000-4000-8000-000000000000' }, role: 'viewer' }],
    ['POST', '/invitations', { email: 'new@example.com', bindings: [{ role: 'viewer' }] }],
    ['POST', '/service-accounts', { name: 'robot' }],
    [
      'POST',
      '/trusts',
      {
        name: 'deploys',
        issuer: 'https://ci.example.com',
        conditions: [{ claim: 'repository_id', equals: '1' }],
        role: 'viewer',
      },
    ],
    ['POST', '/tokens/00000000-0000-4000-8000-000000000000/rotate', {}],
    ['POST', '/service-accounts/00000000-0000-4000-8000-000000000000/enable', {}],
    ['POST', '/users/00000000-0000-4000-8000-000000000000/unlock', {}],
    ['POST', '/users/00000000-0000-4000-8000-000000000000/second-factors/reset', { reason: 'lost' }],
  ] as const)('%s %s needs a proof', async (method, path, body) => {
    expect((await program(method, path, body)).json).toMatchObject({ code: 'RGW_STEP_UP_NEEDED' })
    const denied = await program(method, path, body, [], await convoxToken())
    expect(denied.json).toMatchObject({ code: 'RGW_NOT_PERMITTED', rule: 'convox-session' })
    expect(denied.json).not.toHaveProperty('stepUp')
  })

  test('no session of the stock CLI is asked for a proof of a change that it can never make', async () => {
    const stored = async () => at.system.sql`select id from gateway.step_ups order by id`
    const token = await convoxToken()
    const before = await stored()
    for (const path of ['/tokens', '/second-factors/backup-codes']) {
      const denied = await program('POST', path, path === '/tokens' ? wanted : undefined, [], token)
      expect([denied.status, denied.json]).toMatchObject([403, { rule: 'convox-session' }])
    }
    expect(await stored()).toEqual(before)
  })

  /** The token of a session of the stock CLI. */
  async function convoxToken(): Promise<string> {
    const [row] = await at.system.sql`select subject from gateway.users where email = 'admin@example.com'`
    const { id, token } = await sessionOf(at.system, String(row?.subject), Date.now() + clock.ahead)
    await at.system.sql`update gateway.sessions set renewable = false where id = ${id}`
    return token
  }

  test.each(['/sessions', '/tokens', '/bindings'])('revoking does not: DELETE %s', async (path) => {
    const gone = await program('DELETE', `${path}/00000000-0000-4000-8000-000000000000`)
    expect(gone.status).toBe(404)
  })

  test('a user without a second factor needs no proof under the default policy', async () => {
    expect((await program('POST', '/tokens', wanted, [], plain)).status).toBe(201)
  })
})

describe('rack-gateway', () => {
  test('proves a code by itself, for all calls of one command, and ends the proof', async () => {
    const asked = await program('POST', '/step-ups', { delivery: 'callback' })
    const id = asked.text('id')
    const proved = await program('POST', `/step-ups/${id}/proof`, { method: 'totp', code: admin.code() })
    expect([proved.status, proved.json]).toEqual([201, expect.objectContaining({ result: null, method: 'totp' })])
    const header = [`Step-Up: ${proved.text('proof')}`]
    for (const _ of [1, 2]) expect((await program('POST', '/tokens', wanted, header)).status).toBe(201)
    expect((await program('DELETE', `/step-ups/${id}`)).json).toEqual({ ended: true })
    expect((await program('POST', '/tokens', wanted, header)).status).toBe(403)
  })

  test('asks each time, so that two concurrent commands have their own step-ups', async () => {
    const ids = await Promise.all(
      [1, 2].map(async () => (await program('POST', '/step-ups', { delivery: 'callback' })).text('id')),
    )
    expect(new Set(ids).size).toBe(2)
  })

  test('redeems what the browser proved, once', async () => {
    const id = (await program('POST', '/step-ups', { delivery: 'callback' })).text('id')
    const { json } = await admin.prove(id)
    expect(json.proof).toBe(null)
    const redeemed = await program('POST', `/step-ups/${id}/redemption`, { result: json.result })
    expect(redeemed.status).toBe(201)
    expect((await program('POST', `/step-ups/${id}/redemption`, { result: json.result })).status).toBe(409)
    const header = [`Step-Up: ${redeemed.text('proof')}`]
    expect((await program('POST', '/tokens', wanted, header)).status).toBe(201)
  })

  test.each([
    ['a wrong code', () => ({ method: 'totp', code: '000000' })],
    ['no code', () => ({ method: 'totp' })],
    ['a passkey without a challenge', () => ({ method: 'passkey', response: { id: 'x' } })],
    ['a wrong backup code', () => ({ method: 'backup-code', code: 'AAAAA-AAAAA' })],
  ])('%s proves nothing', async (_, input) => {
    const id = (await program('POST', '/step-ups', { delivery: 'callback' })).text('id')
    const received = await program('POST', `/step-ups/${id}/proof`, input())
    expect([received.status, received.json]).toEqual([403, expect.objectContaining({ code: 'RGW_FACTOR_NOT_PROVED' })])
  })

  test('a used code is rejected', async () => {
    const code = admin.code()
    const ids = await Promise.all(
      ['callback', 'response'].map(async (delivery) => (await program('POST', '/step-ups', { delivery })).text('id')),
    )
    const responses = await Promise.all(
      ids.map((id) => program('POST', `/step-ups/${id}/proof`, { method: 'totp', code })),
    )
    expect(responses.map(({ status }) => status).sort()).toEqual([201, 403])
  })

  test('a backup code proves once', async () => {
    const [code = ''] = admin.backupCodes
    const id = (await program('POST', '/step-ups', { delivery: 'callback' })).text('id')
    const first = await program('POST', `/step-ups/${id}/proof`, { method: 'backup-code', code })
    expect(first.status).toBe(201)
    const next = (await program('POST', '/step-ups', { delivery: 'callback' })).text('id')
    expect((await program('POST', `/step-ups/${next}/proof`, { method: 'backup-code', code })).status).toBe(403)
  })
})

describe('a thief', () => {
  test('with the cookie gets no access when the victim proves in the browser', async () => {
    const refused = await admin.post('/tokens', wanted)
    await proofOf(idOf(refused))
    // The thief sends the same cookie.
    expect((await admin.post('/tokens', wanted)).status).toBe(403)
    expect((await admin.post('/tokens', wanted, { 'step-up': 'rgp_x' })).status).toBe(403)
  })

  test('with the token of a program gets no access when the victim proves for it', async () => {
    const id = (await program('POST', '/step-ups', { delivery: 'callback' })).text('id')
    const { json } = await admin.prove(id)
    await program('POST', `/step-ups/${id}/redemption`, { result: json.result })
    expect((await program('POST', '/tokens', wanted)).status).toBe(403)
    for (const result of ['guess-guess', id, String(json.provedAt)])
      expect((await program('POST', `/step-ups/${id}/redemption`, { result })).status).not.toBe(201)
  })

  test('cannot make the victim’s browser prove a request for the thief’s own browser', async () => {
    const id = (await program('POST', '/step-ups', { delivery: 'response' })).text('id')
    expect(await admin.prove(id)).toMatchObject({ status: 403, json: { code: 'RGW_STEP_UP_MISMATCH' } })
  })

  test('gets no access from a change that waited until its proof was too old', async () => {
    const before = await tokens()
    const id = (await program('POST', '/step-ups', { delivery: 'callback' })).text('id')
    const proved = await program('POST', `/step-ups/${id}/proof`, { method: 'totp', code: admin.code() })
    const asked = await askWhileLocked(
      at.system.sql,
      () => program('POST', '/tokens', wanted, [`Step-Up: ${proved.text('proof')}`]),
      () => {
        clock.ahead += 11 * minute
      },
    )
    expect([asked.status, asked.text('code'), await tokens()]).toEqual([409, 'RGW_REQUIREMENT_CHANGED', before])
  })

  test('cannot use a proof with another session of the same user', async () => {
    const proof = await proofOf(idOf(await admin.post('/tokens', wanted)))
    expect((await program('POST', '/tokens', wanted, [`Step-Up: ${proof}`])).status).toBe(403)
    const [row] = await at.system.sql`select subject from gateway.users where email = 'admin@example.com'`
    const other = await sessionOf(at.system, String(row?.subject), Date.now() + clock.ahead)
    expect((await program('POST', '/tokens', wanted, [`Step-Up: ${proof}`], other.token)).status).toBe(403)
    expect((await admin.post('/tokens', wanted, { 'step-up': proof })).status).toBe(201)
  })

  test('cannot add a factor to an account that has one, or to another one without its login', async () => {
    expect((await program('POST', '/second-factors/enrollments', { kind: 'totp' })).status).toBe(403)
    const bare = await program('POST', '/second-factors/enrollments', { kind: 'totp' }, [], plain)
    expect(bare.status).toBe(403)
  })
})

test('an ended session has no proofs', async () => {
  const [row] = await at.system.sql`select id, subject from gateway.users where email = 'admin@example.com'`
  const session = await sessionOf(at.system, String(row?.subject), Date.now() + clock.ahead)
  const id = (await program('POST', '/step-ups', { delivery: 'callback' }, [], session.token)).text('id')
  const { json } = await admin.prove(id)
  await program('DELETE', `/sessions/${session.id}`)
  expect((await admin.prove(id)).status).toBe(404)
  const late = await program('POST', `/step-ups/${id}/redemption`, { result: json.result }, [], session.token)
  expect(late.status).toBe(401)
})

test('a locked user can neither prove nor redeem', async () => {
  const [row] = await at.system.sql`select id from gateway.users where email = 'ops@example.com'`
  const asked = async () =>
    (await program('POST', '/step-ups', { delivery: 'callback' }, [], ops.program.token)).text('id')
  const [open, proved] = [await asked(), await asked()]
  const { result } = (await ops.prove(proved)).json
  expect((await program('POST', `/users/${row?.id}/lock`, { reason: 'lost laptop' })).status).toBe(200)
  expect((await ops.prove(open)).status).toBe(401)
  const redeemed = await program('POST', `/step-ups/${proved}/redemption`, { result }, [], ops.program.token)
  expect(redeemed.status).toBe(401)
})
