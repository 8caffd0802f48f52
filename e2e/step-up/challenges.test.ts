import { createAuthenticator } from '@rack-gateway/testing/authenticator'
import { callManagementApi } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'
import { addPasskey, createProver, type Prover } from '../support/login/second-factor.ts'
import { writeStepUpPolicy } from './policy.ts'

const clock = { ahead: 0 }
let at: LoginSystem
/** Has an authenticator app and a passkey. */
let admin: Prover
let authenticator: ReturnType<typeof createAuthenticator>
beforeAll(async () => {
  at = await startLoginSystem(
    {},
    { now: () => Date.now() + clock.ahead, policyFile: writeStepUpPolicy(), publicHost: 'localhost' },
  )
  authenticator = createAuthenticator({ origin: url() })
  admin = await createProver(at, 'admin', clock)
  await addPasskey(admin, authenticator)
})
afterAll(() => at.stop())

const url = () => `http://localhost:${at.system.port}`
const unknown = '00000000-0000-4000-8000-000000000000'

/** A call with the token of a program. */
const program = (path: string, body?: object, headers: readonly string[] = []) =>
  callManagementApi({ url: url() }, admin.program.token, 'POST', path, body, headers)
const asked = async () => (await program('/step-ups', { delivery: 'callback' })).text('id')
const optionsFor = async (id: string) => (await admin.post(`/step-ups/${id}/passkey-options`)).json
const proveWith = (id: string, response: object) => admin.post(`/step-ups/${id}/proof`, { method: 'passkey', response })

describe('a challenge for a passkey', () => {
  test('proves the step-up that it is for, once', async () => {
    const id = await asked()
    const response = authenticator.get(await optionsFor(id))
    expect((await proveWith(id, response)).status).toBe(201)
    expect((await proveWith(id, response)).json).toMatchObject({ code: 'RGW_STEP_UP_ENDED' })
  })

  test('is only for the session that got it', async () => {
    const id = await asked()
    const response = authenticator.get(await optionsFor(id))
    const stolen = await program(`/step-ups/${id}/proof`, { method: 'passkey', response })
    expect([stolen.status, stolen.text('rule')]).toEqual([403, 'no-challenge'])
  })

  test('is not for another step-up', async () => {
    const [one, other] = [await asked(), await asked()]
    const response = authenticator.get(await optionsFor(one))
    expect(await proveWith(other, response)).toMatchObject({ status: 403, json: { rule: 'no-challenge' } })
    await optionsFor(other)
    expect(await proveWith(other, response)).toMatchObject({ status: 403, json: { rule: 'wrong-passkey' } })
    expect(await proveWith(unknown, response)).toMatchObject({ status: 404 })
    expect((await proveWith(one, response)).status).toBe(201)
  })

  test('is used up by a failure', async () => {
    const id = await asked()
    const options = await optionsFor(id)
    const wrong = authenticator.get(options, { challenge: 'AAAA' })
    expect(await proveWith(id, wrong)).toMatchObject({ status: 403, json: { rule: 'wrong-passkey' } })
    expect(await proveWith(id, authenticator.get(options))).toMatchObject({
      status: 403,
      json: { rule: 'no-challenge' },
    })
  })

  test('ends when the next one begins', async () => {
    const id = await asked()
    const response = authenticator.get(await optionsFor(id))
    await optionsFor(id)
    expect(await proveWith(id, response)).toMatchObject({ status: 403, json: { rule: 'wrong-passkey' } })
  })

  test('proves nothing if it was made to add a passkey, and adds none if it was made for a proof', async () => {
    const [used, open] = [await asked(), await asked()]
    const { json: proved } = await proveWith(used, authenticator.get(await optionsFor(used)))
    const redeemed = await program(`/step-ups/${used}/redemption`, { result: proved.result })
    const header = [`Step-Up: ${redeemed.text('proof')}`]
    const begun = await program('/second-factors/enrollments', { kind: 'passkey' }, header)
    const { id: enrollment, passkey } = begun.json as { id: string; passkey: { challenge: string } }
    const { challenge } = (await optionsFor(open)) as { challenge: string }

    expect(await proveWith(open, authenticator.get({ challenge: passkey.challenge, rpId: 'localhost' }))).toMatchObject(
      {
        status: 403,
        json: { rule: 'wrong-passkey' },
      },
    )
    const response = createAuthenticator({ origin: url() }).create({ ...passkey, challenge })
    const added = await program('/second-factors', { enrollment, name: 'stolen', response }, header)
    expect([added.status, added.text('rule')]).toEqual([400, 'wrong-passkey'])
  })
})

describe('five minutes after it was asked for', () => {
  const later = () => {
    clock.ahead += 5 * 60_000
  }

  test('a step-up accepts neither a code nor a passkey, and creates no challenge', async () => {
    const id = await asked()
    const response = authenticator.get(await optionsFor(id))
    later()
    const ended = {
      status: 409,
      json: { code: 'RGW_STEP_UP_ENDED', reason: 'This step-up is older than five minutes.' },
    }
    expect(await admin.prove(id)).toMatchObject(ended)
    expect(await proveWith(id, response)).toMatchObject(ended)
    expect(await admin.post(`/step-ups/${id}/passkey-options`)).toMatchObject(ended)
  })

  test('the result of a proof is worth nothing', async () => {
    const id = await asked()
    const { json } = await admin.prove(id)
    later()
    const redeemed = await program(`/step-ups/${id}/redemption`, { result: json.result })
    expect([redeemed.status, redeemed.text('code')]).toEqual([409, 'RGW_STEP_UP_ENDED'])
  })

  test('the stock CLI in console mode gets no challenge', async () => {
    const headers = ['Rack: gateway/staging', 'Session: ']
    const send = (path: string) => at.system.send('GET', path, admin.program.token, '', headers)
    const refused = await send('/apps/myapp/builds?')
    const [path = ''] = /\/gateway-step-up\/[0-9a-f-]{36}/.exec(String(refused.headers.get('www-authenticate'))) ?? []
    expect((await send(`${path}?`)).status).toBe(200)
    later()
    expect((await send(`${path}?`)).status).toBe(409)
  })
})

test('a code for a planned command does not allow its calls for which the policy accepts only a passkey', async () => {
  const route = 'DELETE /apps/{app}'
  const calls = [{ rack: 'staging', app: 'myapp', route }]
  const proofBy = async (attempt: (id: string) => Promise<object>) => {
    const id = (await program('/step-ups', { delivery: 'callback', calls })).text('id')
    const proved = await program(`/step-ups/${id}/proof`, await attempt(id))
    return proved.text('proof')
  }
  const remove = (proof: string) =>
    at.system.send('DELETE', '/rack/staging/apps/myapp?', admin.program.token, '', [`Step-Up: ${proof}`])
  at.system.rack.clearReceived()
  const byCode = await proofBy(async () => ({ method: 'totp', code: admin.code() }))
  expect((await remove(byCode)).json).toMatchObject({
    code: 'RGW_STEP_UP_NEEDED',
    rule: 'step-up:rule app-delete',
  })
  expect(at.system.rack.received).toEqual([])
  const byPasskey = await proofBy(async (id) => {
    const { json } = await program(`/step-ups/${id}/passkey-options`)
    return { method: 'passkey', response: authenticator.get(json as object) }
  })
  expect((await remove(byPasskey)).status).toBe(200)
})
