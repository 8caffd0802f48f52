import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type FakeGateway, startFakeGateway } from './testing/fake-gateway.ts'
import { createMachine, type Machine } from './testing/harness.ts'

const hour = 3_600_000
const inHours = (hours: number) => new Date(Date.now() + hours * hour).toISOString()
const renewed = { token: `rgs_${'N'.repeat(63)}`, expiresAt: inHours(720), renewAt: inHours(360) }

let machine: Machine
let gateway: FakeGateway | null
beforeEach(() => {
  machine = createMachine()
  gateway = null
})
afterEach(async () => {
  machine.remove()
  await gateway?.close()
})

async function configured(answer: Parameters<typeof startFakeGateway>[0], renewAt: string): Promise<FakeGateway> {
  const started = await startFakeGateway(answer)
  gateway = started
  machine.configure({
    gateways: { staging: { url: started.url, note: 'mine' } },
    tokens: {
      staging: { token: 'rgs_old', email: 'a@example.com', expires_at: inHours(300), renew_at: renewAt, more: 1 },
    },
  })
  return started
}

/** Beside these, the policy is asked for before a command. */
const renewals = ({ asked }: FakeGateway) => asked.filter(({ path }) => path?.endsWith('/renewal'))

const urlWith = (token: string) => `http://convox:${token}@${gateway?.url.slice('http://'.length)}`

describe('a session of which half is over', () => {
  test('is renewed before the command, and the new token is used and kept', async () => {
    const started = await configured({ status: 200, body: renewed }, inHours(-1))
    const outcome = await machine.run(['apps'])
    expect(outcome).toMatchObject({ code: 0, stderr: '', convox: { rackUrl: urlWith(renewed.token) } })
    expect(renewals(started)).toEqual([{ authorization: 'Bearer rgs_old', path: '/gateway/api/v1/session/renewal' }])
    expect(machine.config()).toEqual({
      gateways: { staging: { url: gateway?.url, note: 'mine' } },
      tokens: {
        staging: {
          token: renewed.token,
          email: 'a@example.com',
          expires_at: renewed.expiresAt,
          renew_at: renewed.renewAt,
          more: 1,
        },
      },
    })
  })

  test('is renewed once by two windows at the same time', async () => {
    const started = await configured({ status: 200, body: renewed }, inHours(-1))
    const outcomes = await Promise.all([machine.run(['apps']), machine.run(['ps'])])
    expect(outcomes.map(({ convox }) => convox?.rackUrl)).toEqual([urlWith(renewed.token), urlWith(renewed.token)])
    expect(renewals(started)).toHaveLength(1)
  })

  test('is renewed for "url" too', async () => {
    await configured({ status: 200, body: renewed }, inHours(-1))
    expect(await machine.call(['url'])).toMatchObject({ code: 0, stdout: `${urlWith(renewed.token)}\n` })
  })

  test.each([
    ['a failure', { status: 500, body: {} }],
    ['an identity provider that can not be asked', { status: 503, body: {}, headers: { 'retry-after': '10' } }],
    ['a redirect', { status: 302, headers: { location: 'https://evil.example.com/' } }],
    ['another answer', { status: 200, body: { token: 'x' } }],
    ['a token that is none', { status: 200, body: { ...renewed, token: 'rgs_a@evil.example.com/' } }],
    ['a refusal of the token', { status: 401, body: {} }],
  ])('goes on with its token after %s, and asks again next time', async (_, answer) => {
    const started = await configured(answer, inHours(-1))
    const before = machine.config()
    expect(await machine.run(['apps'])).toMatchObject({ code: 0, stderr: '', convox: { rackUrl: urlWith('rgs_old') } })
    expect(machine.config()).toEqual(before)
    await machine.call(['url'])
    expect(renewals(started)).toHaveLength(2)
  })

  test.each([403, 404, 409])('that is not renewed by the gateway (%i) is not asked about again', async (status) => {
    const started = await configured({ status, body: {} }, inHours(-1))
    for (let time = 0; time < 2; time++) await machine.call(['url'])
    expect(renewals(started)).toHaveLength(1)
    expect(machine.config()).toMatchObject({ tokens: { staging: { token: 'rgs_old', more: 1 } } })
  })
})

test('a session of which less than half is over, or a token that says nothing of it, is left alone', async () => {
  for (const renewAt of [inHours(1), 'soon']) {
    const started = await configured({ status: 200, body: renewed }, renewAt)
    await machine.call(['url'])
    expect(renewals(started)).toEqual([])
    await gateway?.close()
  }
  gateway = null
})
