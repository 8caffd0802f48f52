import { Secret } from '@rack-gateway/config/client'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Context } from '../invocation/context.ts'
import type { Target } from '../rack-choice/local/target.ts'
import { type FakeGateway, startFakeGateway } from '../testing/fake-gateway.ts'
import { createMachine, type Machine } from '../testing/harness.ts'
import { renew } from './renewal.ts'

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

async function configured(
  response: Parameters<typeof startFakeGateway>[0],
  renewAt: string,
  expiresAt = inHours(300),
): Promise<FakeGateway> {
  const started = await startFakeGateway(response)
  gateway = started
  machine.configure({
    gateways: { staging: { url: started.url, note: 'mine' } },
    tokens: {
      staging: { token: 'rgs_old', email: 'a@example.com', expires_at: expiresAt, renew_at: renewAt, more: 1 },
    },
  })
  return started
}

/** The credential in the configuration. */
function storedCredential(): unknown {
  const file: { sessions?: object; tokens?: object } = JSON.parse(JSON.stringify(machine.config()))
  return Object.values(file.sessions ?? file.tokens ?? {})[0]
}

function deferred<T>() {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve: (value: T) => resolve(value) }
}

const onlyRenewalNote = expect.stringMatching(/^(rack-gateway: Renewing your session\. Press Ctrl-C .*\n)?$/)
/** Other requests ask for the policy. */
const renewals = ({ requests }: FakeGateway) => requests.filter(({ path }) => path?.endsWith('/renewal'))

const urlWith = (token: string) => `http://convox:${token}@${gateway?.url.slice('http://'.length)}/rack/staging`

describe('a session that is due for renewal', () => {
  test('is renewed while convox runs, and the new token is stored for the next command', async () => {
    const started = await configured({ status: 200, body: renewed }, inHours(-1))
    const outcome = await machine.callConvox(['apps'])
    expect(outcome).toMatchObject({ code: 0, stderr: onlyRenewalNote, convox: { rackUrl: urlWith('rgs_old') } })
    expect(renewals(started)).toEqual([{ authorization: 'Bearer rgs_old', path: '/gateway/api/v1/session/renewal' }])
    expect(machine.config()).toEqual({
      gateways: { staging: { url: gateway?.url, note: 'mine' } },
      sessions: {
        [started.url]: {
          token: renewed.token,
          email: 'a@example.com',
          expires_at: renewed.expiresAt,
          renew_at: renewed.renewAt,
          more: 1,
        },
      },
    })
  })

  test('is renewed once by two commands at the same time', async () => {
    const started = await configured({ status: 200, body: renewed }, inHours(-1))
    const outcomes = await Promise.all([machine.run(['apps']), machine.run(['ps'])])
    for (const { code, convox } of outcomes)
      expect([code, [urlWith('rgs_old'), urlWith(renewed.token)]]).toEqual([
        0,
        expect.arrayContaining([convox?.rackUrl]),
      ])
    expect(renewals(started)).toHaveLength(1)
    expect(storedCredential()).toMatchObject({ token: renewed.token })
  })

  test('is renewed before the command if it expires soon', async () => {
    await configured({ status: 200, body: renewed }, inHours(-1), inHours(10))
    expect(await machine.callConvox(['apps'])).toMatchObject({
      code: 0,
      stderr: onlyRenewalNote,
      convox: { rackUrl: urlWith(renewed.token) },
    })
  })

  test.each([
    ['that expires late', inHours(300)],
    ['that expires soon', inHours(10)],
  ])(
    '%s does not delay convox if the gateway is slow, and the program waits for the new token at the end',
    async (_, expiresAt) => {
      const slow = deferred<void>()
      await configured({ status: 200, body: renewed, delay: slow.promise }, inHours(-1), expiresAt)
      const running = machine.start(['--no-precheck', 'apps'], { FAKE_CONVOX: 'exit 3' })
      await running.saw('"argv"')
      await running.noted('Ctrl-C')
      expect(storedCredential()).toMatchObject({ token: 'rgs_old' })
      slow.resolve()
      expect(await running.ended).toMatchObject({ code: 3, convox: { rackUrl: urlWith('rgs_old') } })
      expect(storedCredential()).toMatchObject({ token: renewed.token })
    },
  )

  test('is renewed by whoami, which shows the new expiry', async () => {
    const me = {
      id: '01890a5d-ac96-774b-bcce-b302099a8057',
      name: 'a@example.com',
      kind: 'user',
      rack: null,
      racks: ['staging'],
      roles: ['viewer'],
    }
    gateway = await startFakeGateway(
      { status: 200, body: renewed },
      { '/gateway/api/v1/me': { status: 200, body: { ...me, expiresAt: renewed.expiresAt } } },
    )
    machine.configure({
      gateways: { staging: { url: gateway.url } },
      sessions: { [gateway.url]: { token: 'rgs_old', expires_at: inHours(300), renew_at: inHours(-1) } },
    })
    const outcome = await machine.call(['whoami'])
    expect([outcome.code, outcome.stderr]).toEqual([0, ''])
    expect(outcome.stdout).toContain(`at ${renewed.expiresAt}`)
    expect(
      gateway.requests.map(({ authorization, path }) => [authorization, path?.slice('/gateway/api/v1'.length)]),
    ).toEqual([
      ['Bearer rgs_old', '/me'],
      ['Bearer rgs_old', '/session/renewal'],
      [`Bearer ${renewed.token}`, '/me'],
    ])
    expect(storedCredential()).toMatchObject({ token: renewed.token, confirmed: { roles: ['viewer'] } })
    await machine.call(['whoami'])
    expect(renewals(gateway)).toHaveLength(1)
  })

  test('is not renewed by whoami if offline, or if the gateway fails', async () => {
    const started = await configured({ status: 503, body: {} }, inHours(-1))
    for (const words of [['whoami', '--offline'], ['whoami']]) await machine.call(words)
    expect(renewals(started)).toEqual([])
    expect(storedCredential()).toMatchObject({ token: 'rgs_old' })
  })

  test('is left to the next command if Ctrl-C ends the wait', async () => {
    const started = await configured({ status: 200, body: renewed, delay: new Promise(() => {}) }, inHours(-1))
    const running = machine.start(['--no-precheck', 'apps'], { FAKE_CONVOX: 'exit 3' })
    await running.noted('Ctrl-C')
    running.child.kill('SIGINT')
    expect(await running.ended).toMatchObject({ code: 3, signal: null })
    expect(storedCredential()).toMatchObject({ token: 'rgs_old', renew_at: expect.any(String) })
    started.response = { status: 200, body: renewed }
    expect(await machine.callConvox(['apps'])).toMatchObject({ code: 0 })
    expect(storedCredential()).toMatchObject({ token: renewed.token })
  })

  test('does not overwrite a login that happens meanwhile', async () => {
    const slow = deferred<void>()
    await configured({ status: 200, body: renewed, delay: slow.promise }, inHours(-1))
    const running = machine.start(['--no-precheck', 'apps'])
    await running.noted('Ctrl-C')
    const other = { gateways: { staging: { url: gateway?.url } }, tokens: { staging: { token: 'rgs_other' } } }
    machine.configure(other)
    slow.resolve()
    expect(await running.ended).toMatchObject({ code: 0 })
    expect(machine.config()).toEqual(other)
  })

  test('is not renewed if its gateway name has another address by then', async () => {
    const started = await configured({ status: 200, body: renewed }, inHours(-1))
    const elsewhere = 'https://other.example.com'
    const before: Target = {
      name: 'staging',
      origin: started.url,
      rack: 'staging',
      token: new Secret('rgs_old'),
      expiry: { state: 'unknown' },
      renewalDue: true,
    }
    machine.configure({
      gateways: { staging: { url: elsewhere } },
      sessions: { [elsewhere]: { token: 'rgs_of_another_gateway' } },
    })
    const context = { configPath: machine.configPath, now: Date.now() } as Context
    expect(await renew(context, before, 'staging')).toBe(before)
    expect(started.requests).toEqual([])
  })

  test('is renewed by "url"', async () => {
    await configured({ status: 200, body: renewed }, inHours(-1))
    expect(await machine.call(['url'])).toMatchObject({ code: 0, stdout: `${urlWith(renewed.token)}\n` })
  })

  test.each([
    ['a failure', { status: 500, body: {} }],
    ['an unreachable identity provider', { status: 503, body: {}, headers: { 'retry-after': '10' } }],
    ['a redirect', { status: 302, headers: { location: 'https://evil.example.com/' } }],
    ['an unexpected response', { status: 200, body: { token: 'x' } }],
    ['an invalid token', { status: 200, body: { ...renewed, token: 'rgs_a@evil.example.com/' } }],
    ['a rejected token', { status: 401, body: {} }],
  ])('keeps its token after %s, and is renewed by the next command', async (_, response) => {
    const started = await configured(response, inHours(-1))
    const before = machine.config()
    expect(await machine.callConvox(['apps'])).toMatchObject({
      code: 0,
      stderr: onlyRenewalNote,
      convox: { rackUrl: urlWith('rgs_old') },
    })
    expect(machine.config()).toEqual(before)
    await machine.call(['url'])
    expect(renewals(started)).toHaveLength(2)
  })

  test.each([403, 404, 409])('is not renewed again after the gateway denies it (%i)', async (status) => {
    const started = await configured({ status, body: {} }, inHours(-1))
    for (let count = 0; count < 2; count++) await machine.call(['url'])
    expect(renewals(started)).toHaveLength(1)
    expect(storedCredential()).toEqual({
      token: 'rgs_old',
      email: 'a@example.com',
      expires_at: expect.any(String),
      more: 1,
    })
  })
})

test('a session that is not due, or has no valid time for it, is not renewed', async () => {
  for (const renewAt of [inHours(1), 'soon']) {
    const started = await configured({ status: 200, body: renewed }, renewAt)
    await machine.call(['url'])
    expect(renewals(started)).toEqual([])
    await gateway?.close()
  }
  gateway = null
})

test('a session whose dates another command stored meanwhile is not renewed again', async () => {
  const started = await startFakeGateway({ status: 200, body: renewed })
  gateway = started
  const entry = { token: 'rgs_new', expires_at: inHours(300), renew_at: inHours(150) }
  machine.configure({ gateways: { staging: { url: started.url } }, sessions: { [started.url]: entry } })
  const readBefore: Target = {
    name: 'staging',
    origin: started.url,
    rack: 'staging',
    token: new Secret(entry.token),
    expiry: { state: 'unknown' },
    renewalDue: true,
  }
  const context = { configPath: machine.configPath, now: Date.now() } as Context
  const target = await renew(context, readBefore, 'staging')
  expect([target.token.reveal(), target.expiry.state]).toEqual(['rgs_new', 'valid'])
  expect(started.requests).toEqual([])
})
