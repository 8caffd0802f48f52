import { createAuthenticator } from '@rack-gateway/testing/authenticator'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { sendRaw, writeRequest } from '@rack-gateway/testing/http'
import { callManagementApi } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'
import { addPasskey, createProver, type Prover } from '../support/login/second-factor.ts'
import { sessionOf } from '../support/login/session-of.ts'
import { writeStepUpPolicy } from './policy.ts'

const clock = { ahead: 0 }
const owner = '192.0.2.1'
const unknown = '00000000-0000-4000-8000-000000000000'
let at: LoginSystem
let admin: Prover
let subject: string
let authenticator: ReturnType<typeof createAuthenticator>
let networks = 0
beforeAll(async () => {
  at = await startLoginSystem(
    {},
    {
      now: () => Date.now() + clock.ahead,
      policyFile: writeStepUpPolicy(),
      publicHost: 'localhost',
      trustedProxies: ['127.0.0.1'],
    },
  )
  authenticator = createAuthenticator({ origin: url() })
  admin = await createProver(at, 'admin', clock)
  await addPasskey(admin, authenticator)
  const [row] = await at.system.sql`select subject from gateway.users where email = 'admin@example.com'`
  subject = String(row?.subject)
})
afterAll(() => at.stop())

const url = () => `http://localhost:${at.system.port}`
/** A session that no other test uses. */
const newSession = () => sessionOf(at.system, subject, Date.now() + clock.ahead)
const elsewhere = () => `198.51.100.${++networks}`
const send = (token: string, address: string, path: string, body: object = {}) =>
  callManagementApi({ url: url() }, token, 'POST', path, body, [`X-Forwarded-For: ${address}`])
const ask = (token: string, address: string, delivery = 'callback') => send(token, address, '/step-ups', { delivery })
const redeem = (token: string, address: string, id: string, result: unknown) =>
  send(token, address, `/step-ups/${id}/redemption`, { result })
/** A request of the stock CLI in console mode. */
const asCli = (token: string, address: string, line: string, headers: readonly string[] = [], body = '') =>
  sendRaw(
    url(),
    writeRequest(
      line,
      [
        `Host: localhost:${at.system.port}`,
        `X-Forwarded-For: ${address}`,
        `Authorization: ${basicAuthorization(token)}`,
        'Rack: gateway/staging',
        'Session: ',
        'Content-Type: application/octet-stream',
        ...headers,
      ],
      body,
    ),
  )

describe('the limit of requests about second factors', () => {
  const wrong = (token: string, address: string) => redeem(token, address, unknown, 'x'.repeat(43))

  test('is not used up by a thief with the token of the same session, or of another session of the user', async () => {
    const [{ token }, other] = [await newSession(), await newSession()]
    const thief = elsewhere()
    for (let count = 0; count < 60; count++) expect((await wrong(token, thief)).text('rule')).not.toBe('step-up-limit')
    const refused = await wrong(token, thief)
    expect([refused.status, refused.text('rule')]).toEqual([429, 'step-up-limit'])
    for (let count = 0; count < 60; count++) await wrong(other.token, owner)
    expect((await wrong(other.token, owner)).status).toBe(429)
    expect((await ask(token, owner)).status).toBe(201)
  })

  test('has a maximum for all networks together', async () => {
    const { token } = await newSession()
    for (let network = 0; network < 10; network++) {
      const address = elsewhere()
      for (let count = 0; count < 60; count++) await wrong(token, address)
    }
    const refused = await wrong(token, elsewhere())
    expect([refused.status, refused.text('rule')]).toEqual([429, 'step-up-limit'])
    expect(refused.text('reason')).toContain('600 requests')
  })
})

test('many step-ups from other networks do not replace the one of the owner', async () => {
  const { token } = await newSession()
  const { json } = await ask(token, owner)
  for (let network = 0; network < 11; network++) {
    const address = elsewhere()
    for (let count = 0; count < 20; count++) expect((await ask(token, address)).status).toBe(201)
  }
  expect((await admin.prove(String((json as { id: string }).id))).status).toBe(201)
  const [pending] = await at.system.sql`
    select count(*)::int from gateway.step_ups
    where session_id = (select session_id from gateway.step_ups where id = ${(json as { id: string }).id}) and proved_at is null`
  expect(pending?.count).toBeLessThanOrEqual(200)
})

describe('a challenge for a passkey stays valid', () => {
  const passkey = { method: 'passkey' }

  test.each(['the same session', 'another session'])(
    'while a thief with %s begins and fails a proof',
    async (which) => {
      const { token } = await newSession()
      const thief = which === 'the same session' ? token : (await newSession()).token
      const address = elsewhere()
      // With the delivery `response`, only the session that asked can prove.
      const id = (await ask(token, owner, which === 'the same session' ? 'response' : 'callback')).text('id')
      const options = (await send(token, owner, `/step-ups/${id}/passkey-options`)).json as { challenge: string }
      const stolen = await send(thief, address, `/step-ups/${id}/passkey-options`)
      expect(stolen.status).toBe(201)
      expect((stolen.json as { challenge: string }).challenge).not.toBe(options.challenge)
      const bad = authenticator.get(stolen.json as { challenge: string; rpId: string }, { challenge: 'AAAA' })
      const failed = await send(thief, address, `/step-ups/${id}/proof`, { ...passkey, response: bad })
      expect([failed.status, failed.text('rule')]).toEqual([403, 'wrong-passkey'])
      const response = authenticator.get(options as { challenge: string; rpId: string })
      const foreign = await send(thief, address, `/step-ups/${id}/proof`, { ...passkey, response })
      expect([foreign.status, foreign.text('rule')]).toEqual([403, 'no-challenge'])
      expect((await send(token, owner, `/step-ups/${id}/proof`, { ...passkey, response })).status).toBe(201)
    },
  )
})

describe('a challenge of the stock CLI stays valid', () => {
  async function refusedCall(token: string): Promise<string> {
    const refused = await asCli(token, owner, 'GET /apps/myapp/builds?')
    return /path="([^"]+)"/.exec(String(refused.headers.get('www-authenticate')))?.[1] ?? ''
  }

  test('when a thief with the token gets another one', async () => {
    const { token } = await newSession()
    const path = await refusedCall(token)
    const begun = await asCli(token, owner, `GET ${path}?`)
    const stolen = await asCli(token, elsewhere(), `GET ${path}?`)
    expect([begun.status, stolen.status]).toEqual([200, 200])
    const { json } = await admin.prove(begun.body)
    const redeemed = (headers: readonly string[]) => asCli(token, owner, `POST ${path}?`, headers, String(json.result))
    expect((await redeemed([])).status).toBe(403)
    expect((await redeemed([`Challenge: ${begun.headers.get('challenge')}`])).status).toBe(200)
  })

  test('and a step-up of rack-gateway needs none, even if a thief with the token got one', async () => {
    const { token } = await newSession()
    const id = (await ask(token, owner)).text('id')
    expect((await asCli(token, elsewhere(), `GET /gateway-step-up/${id}?`)).status).toBe(200)
    const { json } = await admin.prove(id)
    expect((await redeem(token, owner, id, json.result)).status).toBe(201)
  })
})
