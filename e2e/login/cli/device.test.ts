import { callManagementApi } from '@rack-gateway/testing/management-api'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createBrowser } from '../../support/login/browser.ts'
import { ask, beginDevice, decide, follow, hiddenFields, laptop, typeCode } from '../../support/login/cli-login.ts'
import { type LoginSystem, startLoginSystem } from '../../support/login/login.ts'

const clock = { ahead: 0 }
let at: LoginSystem
beforeAll(async () => {
  at = await startLoginSystem(
    {},
    {
      now: () => Date.now() + clock.ahead,
      rackNames: ['staging', 'production'],
      trustedProxies: ['127.0.0.1'],
      devicePollSeconds: 5,
    },
  )
})
afterAll(() => at.stop())
afterEach(() => {
  clock.ahead = 0
})

const eventsOf = async (kind: string) => (await at.system.events()).filter((event) => event.kind === kind)
const poll = (secret: string, headers: Record<string, string> = {}, url = at.system.url) =>
  ask(url, '/device/poll', { secret }, headers)
/** Each test comes from a network of its own: only so many logins wait for one. */
let networks = 0
const from = (address: string) => ({ 'x-forwarded-for': address })
const elsewhere = () => ({ 'x-forwarded-for': `198.51.${++networks}.7` })

describe('a login by a code', () => {
  test('shows a code to type, asks for a decision, and gives the session to the process that polls', async () => {
    const here = elsewhere()
    const { status, json } = await ask(at.system.url, '/device', laptop, here)
    expect(status).toBe(201)
    expect(json).toMatchObject({
      code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/),
      address: `${at.system.url}/gateway/device`,
      intervalSeconds: 5,
    })
    const secret = String(json.secret)
    expect((await poll(secret, here)).json).toEqual({ status: 'pending' })
    const { browser, page } = await typeCode(at, String(json.code), 'admin', { headers: here })
    expect(page.status).toBe(200)
    for (const words of [
      'ada-laptop',
      'Linux',
      `${here['x-forwarded-for']}, the same as this browser’s`,
      'admin@example.com',
    ])
      expect(page.body).toContain(words)
    expect(page.body).not.toMatch(/class="warning"|name="confirmed"/)
    const done = await decide(at, browser, page, 'allow', { headers: here })
    expect([done.status, done.body]).toEqual([200, expect.stringContaining('The login is allowed')])
    clock.ahead = 5_000
    const polled = await poll(secret, here)
    expect(polled.json).toMatchObject({ status: 'done', session: { token: expect.stringMatching(/^rgs_\w{63}$/) } })
    const { token } = polled.json.session as { token: string }
    const me = await callManagementApi(at.system, token, 'GET', '/me')
    expect(me.json).toMatchObject({ name: 'admin@example.com', kind: 'user' })
    const [approved] = (await eventsOf('cli-login.approved')).slice(-1)
    expect(approved).toMatchObject({
      principal: { name: 'admin@example.com' },
      source: { address: here['x-forwarded-for'] },
      detail: { flow: 'device', device: 'ada-laptop', begunFrom: here['x-forwarded-for'] },
    })
    expect((await eventsOf('cli-login.redeemed')).at(-1)?.detail).toMatchObject({ login: approved?.detail?.login })
    expect(JSON.stringify(await at.system.events())).not.toMatch(new RegExp(`${secret}|${json.code}|${token}`))
  })

  test('hands the token out once', async () => {
    const login = await beginDevice(at, {}, elsewhere())
    await allow(login.code)
    expect((await poll(login.secret)).json.status).toBe('done')
    clock.ahead = 5_000
    const again = await poll(login.secret)
    expect([again.status, again.json.rule]).toEqual([403, 'cli-login-used'])
    expect((await eventsOf('cli-login.refused')).at(-1)?.decision).toMatchObject({ rule: 'cli-login-used' })
  })

  test('reports a denial to the waiting program', async () => {
    const login = await beginDevice(at, {}, elsewhere())
    const { browser, page } = await typeCode(at, login.code, 'admin')
    expect((await decide(at, browser, page, 'deny')).body).toContain('The login is denied')
    expect((await poll(login.secret)).json).toEqual({ status: 'denied' })
    expect((await eventsOf('cli-login.denied')).at(-1)?.detail).toMatchObject({ flow: 'device' })
    const again = await decide(at, browser, page, 'allow', { fields: { confirmed: 'yes' } })
    expect([again.status, again.body]).toEqual([409, expect.stringContaining('already allowed or denied')])
  })

  test('expires after ten minutes, even if it was allowed', async () => {
    const open = await beginDevice(at, {}, elsewhere())
    const allowed = await beginDevice(at, {}, elsewhere())
    await allow(allowed.code)
    clock.ahead = 600_000
    expect((await poll(open.secret)).json).toEqual({ status: 'expired' })
    expect((await poll(allowed.secret)).json).toEqual({ status: 'expired' })
    const { page } = await typeCode(at, open.code, 'admin')
    expect([page.status, page.body]).toEqual([400, expect.stringContaining('There is no login with this code')])
  })

  test('is polled every five seconds, whichever replica is asked', async () => {
    const login = await beginDevice(at, {}, elsewhere())
    const replica = await at.system.replica()
    const host = { host: new URL(at.system.url).host }
    expect((await poll(login.secret)).status).toBe(200)
    for (const url of [at.system.url, replica.url]) {
      const early = await poll(login.secret, host, url)
      expect([early.status, early.json.code, early.retryAfter]).toEqual([429, 'RGW_POLLED_TOO_OFTEN', '5'])
    }
    clock.ahead = 5_000
    await allow(login.code)
    const both = await Promise.all([at.system.url, replica.url].map((url) => poll(login.secret, host, url)))
    expect(both.map(({ json }) => json.status ?? json.code).sort()).toEqual(['RGW_POLLED_TOO_OFTEN', 'done'])
    await replica.stop()
  })

  test('for one rack creates a session for that rack, and only for users with a role on it', async () => {
    const login = await beginDevice(at, { rack: 'staging' }, elsewhere())
    const refused = (await typeCode(at, login.code, 'nobody')).page
    expect([refused.status, refused.body]).toEqual([403, expect.stringContaining('cannot use the rack')])
    await allow(login.code)
    const { session } = (await poll(login.secret)).json as { session: { token: string } }
    const status = async (rack: string) => (await at.system.get(`/rack/${rack}/apps?`, session.token)).status
    expect([await status('staging'), await status('production')]).toEqual([200, 403])
  })

  test('stores code and secret only as hashes', async () => {
    const { code, secret } = await beginDevice(at, {}, elsewhere())
    const rows = await at.system.sql`select * from gateway.device_logins`
    const text = rows.map((row) => JSON.stringify(row) + row.user_code.toString('latin1')).join()
    expect(text).not.toContain(code)
    expect(text).not.toContain(code.replace('-', ''))
    expect(text).not.toContain(secret)
  })
})

describe('the form for codes', () => {
  test.each([
    ['in small letters', (code: string) => code.toLowerCase()],
    ['without the dash', (code: string) => code.replace('-', '')],
    ['with spaces', (code: string) => ` ${code.replace('-', ' ')} `],
  ])('takes a code %s', async (_, spelled) => {
    const { code } = await beginDevice(at, {}, elsewhere())
    expect((await typeCode(at, spelled(code), 'admin')).page.body).toContain('ada-laptop')
  })

  test('is filled in by no link', async () => {
    const { code } = await beginDevice(at, {}, elsewhere())
    const browser = createBrowser()
    await follow(browser, `${at.system.url}/gateway/device`, 'admin')
    for (const name of ['code', 'user_code', 'userCode']) {
      const page = await at.visit(browser, `/gateway/device?again=1&${name}=${code}`)
      expect([page.status, page.body.includes(code), page.body.includes('ada-laptop')]).toEqual([200, false, false])
    }
  })

  test('redirects a user to a fresh login when its address is opened without a code', async () => {
    const outsider = await at.visit(createBrowser(), '/gateway/device')
    const login = `${at.system.url}/gateway/auth/login?return_to=%2Fgateway%2Fdevice%3Fagain%3D1`
    expect([outsider.status, outsider.location]).toEqual([303, login])
    const { browser } = await at.login('admin')
    expect((await at.visit(browser, '/gateway/device')).location).toBe(login)
  })
})

async function allow(code: string): Promise<void> {
  const { browser, page } = await typeCode(at, code, 'admin')
  const done = await decide(at, browser, page, 'allow', { fields: { confirmed: 'yes' } })
  expect(done.body).toContain('The login is allowed')
}

test('so many logins wait for one network, and no more; another one has its own', async () => {
  const block = `203.0.113`
  const from = (host: number) => ({ 'x-forwarded-for': `${block}.${host}` })
  for (let begun = 1; begun <= 10; begun++) await beginDevice(at, {}, from(begun))
  const refused = await ask(at.system.url, '/device', laptop, from(11))
  expect([refused.status, refused.json.code]).toEqual([429, 'RGW_TOO_MANY_DEVICE_LOGINS'])
  expect((await ask(at.system.url, '/device', laptop, elsewhere())).status).toBe(201)
  clock.ahead = 600_000
  expect((await ask(at.system.url, '/device', laptop, from(11))).status).toBe(201)
})

test('so many, however many begin at once', async () => {
  const begun = await Promise.all(
    Array.from({ length: 30 }, (_, host) => ask(at.system.url, '/device', laptop, from(`192.0.2.${host}`))),
  )
  expect(begun.filter(({ status }) => status === 201)).toHaveLength(10)
})

test('fifty wait for an IPv6 /48, from whichever of its /64s', async () => {
  const statuses: number[] = []
  for (let network = 0; network < 51; network++)
    statuses.push((await ask(at.system.url, '/device', laptop, from(`2001:db8:7:${network.toString(16)}::1`))).status)
  expect(statuses).toEqual([...Array<number>(50).fill(201), 429])
  expect((await ask(at.system.url, '/device', laptop, from('2001:db8:8::1'))).status).toBe(201)
})

test('when a thousand logins wait, the oldest login of the busiest network is replaced, and a new login begins', async () => {
  await at.system.sql`delete from gateway.device_logins`
  const { code } = await beginDevice(at, {}, from('203.0.113.1'))
  const crowd = (count: number, site: string) => at.system.sql`
    insert into gateway.device_logins (id, user_code, secret, device, system, address, block, begun_at, expires_at)
    select gen_random_uuid(), sha256(random()::text::bytea), sha256(random()::text::bytea), n::text, 'x', 'x',
      ${site} || ':' || n || '::/64', now() - interval '1 minute' + n * interval '1 millisecond', now() + interval '9 minutes'
    from generate_series(1, ${count}::int) n`
  await crowd(500, '2001:db8:1')
  await crowd(499, '2001:db8:2')
  const late = await beginDevice(at, {}, from('198.51.100.1'))
  const left = await at.system
    .sql`select device from gateway.device_logins where block like '2001:db8:1:%' order by begun_at`
  expect([left.length, left[0]?.device]).toEqual([499, '2'])
  expect(await at.system.sql`select 1 from gateway.device_logins`).toHaveLength(1_000)
  for (const one of [code, late.code])
    expect((await typeCode(at, one, 'ops', { headers: elsewhere() })).page.status).toBe(200)
  await at.system.sql`delete from gateway.device_logins`
})

test('old logins are removed', async () => {
  const { secret } = await beginDevice(at, {}, elsewhere())
  clock.ahead = 5_000_000
  await beginDevice(at, {}, elsewhere())
  expect((await poll(secret)).json).toMatchObject({ rule: 'cli-login-unknown-secret' })
  expect(await at.system.sql`select 1 from gateway.device_logins`).toHaveLength(1)
})

test.each([
  ['another method', () => at.visit(createBrowser(), '/gateway/device/decision'), 404],
  ['a form without anybody', () => at.visit(createBrowser(), '/gateway/device', { form: { code: 'BCDF-GHJK' } }), 303],
])('%s leads nowhere', async (_, visit, status) => {
  expect((await visit()).status).toBe(status)
})

test('hidden fields do not contain the code', async () => {
  const { code } = await beginDevice(at, {}, elsewhere())
  const { page } = await typeCode(at, code, 'admin')
  expect(JSON.stringify(hiddenFields(page))).not.toContain(code)
  expect(page.url).not.toContain(code)
})
