import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { rackRoutes } from '@rack-gateway/convox-api'
import { managementApi } from '@rack-gateway/testing/management-api'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { responseTo } from '../support/callers/caller.ts'
import type { Browser, Page } from '../support/login/browser.ts'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'

const prefix = `${managementApi}/racks/staging`

describe('racks through the management API', () => {
  let at: LoginSystem
  let browser: Browser
  let csrfToken: string
  let tokens: Readonly<Record<string, string>>
  beforeAll(async () => {
    at = await startLoginSystem({}, { tuning: { pingInterval: 200 } })
    const roles = ['viewer', 'ops', 'deployer', 'admin', 'auditor']
    tokens = Object.fromEntries(await Promise.all(roles.map(async (role) => [role, await at.system.token(role)])))
    browser = (await at.login('admin')).browser
    csrfToken = JSON.parse((await at.visit(browser, `${managementApi}/me`)).body).csrfToken
  })
  afterAll(() => at.stop())
  beforeEach(() => at.system.rack.clearReceived())

  const show = (path: string, headers: Record<string, string> = {}) =>
    at.visit(browser, `${prefix}${path}`, { headers })
  const change = (method: string, path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
    at.visit(browser, `${prefix}${path}`, { method, form, headers: { 'x-csrf-token': csrfToken, ...headers } })
  const byToken = (role: string, method: string, path: string, headers: readonly string[] = []) =>
    at.system.send(method, path, tokens[role] ?? '', '', headers)
  const ruleOf = ({ body }: Pick<Page, 'body'>) => JSON.parse(body).rule
  const received = () => at.system.rack.received.map(({ method, target }) => `${method} ${target}`)
  /** Requests without a caller are counted, and their event comes at any time. */
  const lastEvent = () => at.system.lastEvent()

  test('a page reads the rack’s own response, and the event says that the console asked', async () => {
    const page = await show('/apps')
    expect([page.status, JSON.parse(page.body).map(({ name }: { name: string }) => name)]).toEqual([
      200,
      expect.arrayContaining(['myapp']),
    ])
    expect(received()).toEqual(['GET /apps'])
    expect(await lastEvent()).toMatchObject({
      kind: 'call',
      mode: 'web-console',
      rack: 'staging',
      route: 'GET /apps',
      permission: 'app:list',
      path: `${prefix}/apps`,
      status: 200,
      principal: { name: 'admin@example.com' },
      decision: { effect: 'allow' },
    })
  })

  test('a program reads the same with a token', async () => {
    const response = await byToken('viewer', 'GET', `${prefix}/apps/myapp`)
    expect([response.status, Reflect.get(Object(response.json), 'name')]).toEqual([200, 'myapp'])
    expect(await lastEvent()).toMatchObject({ mode: 'management-api', app: 'myapp', route: 'GET /apps/{app}' })
  })

  test('a change is recorded before and after, and needs the CSRF token and the own origin', async () => {
    const foreign: Record<string, string>[] = [
      { 'x-csrf-token': '' },
      { origin: 'https://other.example' },
      { 'sec-fetch-site': 'same-site' },
    ]
    for (const headers of foreign)
      expect((await change('PUT', '/apps/myapp/services/web', { count: '3' }, headers)).status).toBe(403)
    expect(received()).toEqual([])
    const page = await change('PUT', '/apps/myapp/services/web', { count: '3' })
    expect(page.status).toBe(200)
    expect(received()).toEqual(['PUT /apps/myapp/services/web'])
    const changes = (await at.system.events()).filter(({ kind }) => kind === 'intent' || kind === 'outcome')
    const [intent, outcome] = changes.slice(-2)
    expect([intent, outcome]).toMatchObject([
      {
        kind: 'intent',
        mode: 'web-console',
        route: 'PUT /apps/{app}/services/{service}',
        app: 'myapp',
        service: 'web',
      },
      { kind: 'outcome', mode: 'web-console', status: 200 },
    ])
  })

  test('a request from another site is rejected, even with a password stored in the browser', async () => {
    for (const headers of [['Sec-Fetch-Site: cross-site'], ['Origin: https://other.example']]) {
      const { status, json } = await byToken('admin', 'DELETE', `${prefix}/apps/myapp/processes/web-1`, headers)
      expect([status, Reflect.get(Object(json), 'rule')]).toEqual([403, 'other-site'])
    }
    expect(received()).toEqual([])
  })

  test('a request for another host is rejected', async () => {
    const page = await show('/apps', { host: 'other.example' })
    expect([page.status, ruleOf(page), received()]).toEqual([421, 'other-host', []])
  })

  const forwarded = [
    'GET /apps',
    'GET /apps/{app}',
    'GET /apps/{app}/builds',
    'GET /apps/{app}/builds/{id}',
    'GET /apps/{app}/configs',
    'GET /apps/{app}/processes',
    'DELETE /apps/{app}/processes/{pid}',
    'GET /apps/{app}/releases',
    'POST /apps/{app}/releases',
    'GET /apps/{app}/releases/{id}',
    'POST /apps/{app}/releases/{id}/promote',
    'GET /apps/{app}/resources',
    'GET /apps/{app}/services',
    'PUT /apps/{app}/services/{service}',
    'POST /apps/{app}/services/{service}/restart',
    'GET /instances',
  ]
  const logs = [
    'WS /apps/{app}/builds/{id}/logs',
    'WS /apps/{app}/logs',
    'WS /apps/{app}/processes/{pid}/logs',
    'WS /apps/{app}/services/{service}/logs',
  ]
  const pathOf = (path: string) => path.replace('{app}', 'myapp').replace(/\{\w+(:\.\*)?\}/g, 'x1')

  test.each(forwarded)('%s is decided as in the rack API, for every role', async (id) => {
    const [method = '', path = ''] = id.split(' ')
    for (const role of Object.keys(tokens)) {
      const direct = await byToken(role, method, pathOf(path))
      const managed = await byToken(role, method, `${prefix}${pathOf(path)}`)
      const decided = ({ status, json }: typeof direct) => [role, status, Reflect.get(Object(json), 'rule')]
      expect(decided(managed)).toEqual(decided(direct))
    }
  })

  test('other routes are not forwarded: no command, proxy, archive, or file', async () => {
    const others = rackRoutes.filter(({ id }) => ![...forwarded, ...logs].includes(id))
    expect(others.length).toBeGreaterThan(60)
    for (const { id, method, path, kind } of others) {
      const asked = kind === 'websocket' ? 'GET' : method === 'ANY' ? 'POST' : method
      const page = await at.visit(browser, `${prefix}${pathOf(path)}`, {
        method: asked,
        headers: { 'x-csrf-token': csrfToken },
      })
      expect([id, page.status]).toEqual([id, 404])
    }
    expect(received()).toEqual([])
  })

  test('a websocket is refused', async () => {
    const upgrade = [
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ]
    for (const path of ['/apps/myapp/logs', '/apps/myapp/processes/web-1/exec']) {
      const { status, json } = await byToken('admin', 'GET', `${prefix}${path}`, upgrade)
      expect([status, Reflect.get(Object(json), 'rule')]).toEqual([400, 'upgrade'])
    }
    expect(received()).toEqual([])
  })

  describe('secrets', () => {
    const releaseOf = async () => JSON.parse((await show('/apps/myapp/releases?limit=1')).body)[0].id as string
    const lineOf = (env: string, key: string) => env.split('\n').find((line) => line.startsWith(`${key}=`))

    test('an administrator sees one only after asking for it, and the event names the key', async () => {
      const release = await releaseOf()
      const masked = JSON.parse((await show(`/apps/myapp/releases/${release}`)).body).env
      expect(lineOf(masked, 'SECRET_KEY_BASE')).toMatch(/=\[hidden:/)
      expect(lineOf(masked, 'PLAIN')).toBe('PLAIN=value')
      const page = await show(`/apps/myapp/releases/${release}`, { 'reveal-key': 'SECRET_KEY_BASE' })
      const { env } = JSON.parse(page.body)
      expect(lineOf(env, 'SECRET_KEY_BASE')).toBe('SECRET_KEY_BASE=s3cr3t-myapp')
      expect(lineOf(env, 'DATABASE_URL')).toMatch(/=\[hidden:/)
      expect(await lastEvent()).toMatchObject({ kind: 'call', status: 200, environment: ['SECRET_KEY_BASE'] })
      for (const path of ['/apps/myapp/resources', '/apps/myapp/releases'])
        expect((await show(path)).body).not.toMatch(/hubsecret|respass|s3cr3t/)
    })

    test.each([
      ['viewer', 'PLAIN', 'env:read'],
      ['deployer', 'SECRET_KEY_BASE', 'secret:read'],
    ])('a %s who asks for %s gets an error that names %s', async (role, key, permission) => {
      const path = `${prefix}/apps/myapp/releases/${await releaseOf()}`
      at.system.rack.clearReceived()
      const { status, body, json } = await byToken(role, 'GET', path, [`Reveal-Key: ${key}`])
      expect([status, Reflect.get(Object(json), 'rule')]).toEqual([403, 'secret-value'])
      expect(body).toContain(`needs the permission ${permission}`)
      expect([await lastEvent(), received()]).toMatchObject([
        { decision: { effect: 'deny', rule: 'secret-value' } },
        [],
      ])
    })

    test('a value that is secret by its form stays masked for callers who cannot see secrets', async () => {
      const env = 'PLAIN=value\nLINK=https://user:form-secret@db.example/app'
      const made = await change('POST', '/apps/myapp/releases', { env })
      const { id } = JSON.parse(made.body)
      const asked = await byToken('deployer', 'GET', `${prefix}/apps/myapp/releases/${id}`, ['Reveal-Key: LINK'])
      expect([asked.status, asked.body.includes('form-secret')]).toEqual([200, false])
      expect((await show(`/apps/myapp/releases/${id}`, { 'reveal-key': 'LINK' })).body).toContain('form-secret')
    })

    test.each(['A B', 'A,B', '', '*', 'A'.repeat(257)])('the header Reveal-Key: %j is refused', async (key) => {
      const page = await show(`/apps/myapp/releases/${await releaseOf()}`, { 'reveal-key': key })
      expect([page.status, ruleOf(page)]).toEqual([400, 'reveal-key'])
    })

    test('the header is refused where there is no environment, and has no effect in the rack API', async () => {
      expect(ruleOf(await show('/apps/myapp/releases', { 'reveal-key': 'A' }))).toBe('reveal-key')
      const path = `/apps/myapp/releases/${await releaseOf()}`
      const { status, body } = await byToken('deployer', 'GET', path, ['Reveal-Key: SECRET_KEY_BASE'])
      expect([status, body.includes('s3cr3t')]).toEqual([200, false])
    })

    test('masks that come back keep the real values', async () => {
      const { env } = JSON.parse((await show(`/apps/myapp/releases/${await releaseOf()}`)).body)
      const made = await change('POST', '/apps/myapp/releases', { env: `${env}\nADDED=1` })
      expect(made.status).toBe(200)
      const sent = at.system.rack.received.find(({ method }) => method === 'POST')
      const restored = new URLSearchParams(sent?.body.bytes.toString()).get('env')
      expect([restored?.includes('[hidden'), restored?.includes('form-secret')]).toEqual([false, true])
    })
  })

  test('a browser renders no response of a rack, and stores none of its cookies', async () => {
    const headers = [
      ['Content-Type', 'text/html'],
      ['Set-Cookie', 'rack_gateway=stolen'],
      ['Content-Security-Policy', "script-src 'unsafe-inline'"],
    ] as const
    for (const status of [200, 418]) {
      at.system.rack.failNext('GET /apps/myapp/services', {
        kind: 'answer',
        status,
        headers,
        body: '<script>alert(1)</script>',
      })
      const page = await show('/apps/myapp/services')
      expect([page.status, page.setCookies, page.headers]).toMatchObject([
        status,
        [],
        {
          'answered-by': 'rack',
          'cache-control': 'no-store',
          'content-type': 'text/plain; charset=utf-8',
          'content-security-policy': "default-src 'none'; sandbox",
          'x-content-type-options': 'nosniff',
        },
      ])
    }
  })

  test('an error of the rack is marked as such, and one of the gateway is not', async () => {
    at.system.rack.failNext('GET /apps', { kind: 'answer', status: 409, body: 'app is updating' })
    expect(await show('/apps')).toMatchObject({ status: 409, headers: { 'answered-by': 'rack' } })
    at.system.rack.failNext('GET /apps', { kind: 'answer', status: 401, body: 'invalid authentication' })
    for (const { status, headers } of [await show('/apps'), await show('/nothing')]) {
      expect(headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8' })
      expect([headers['answered-by'], status]).toEqual([undefined, expect.toSatisfy((one) => [404, 502].includes(one))])
    }
  })

  describe('a log', () => {
    const open: IncomingMessage[] = []
    afterEach(() => {
      for (const response of open.splice(0)) response.destroy()
    })

    /** Reads a log as a page does. */
    async function openLog(
      path: string,
      headers: Record<string, string> = {},
      from = browser,
    ): Promise<IncomingMessage> {
      const cookie = [...from.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const asked = request(`${at.system.url}${prefix}${path}`, { agent: false, headers: { cookie, ...headers } }).end()
      const response = await responseTo(asked)
      open.push(response)
      return response
    }

    test.each(['/apps/myapp/logs', '/apps/myapp/services/web/logs'])(
      '%s is plain text, with the options of the rack API',
      async (path) => {
        const response = await openLog(path, { follow: 'false', prefix: 'true' })
        expect([response.statusCode, response.headers['content-type'], response.headers['answered-by']]).toEqual([
          200,
          'text/plain; charset=utf-8',
          'rack',
        ])
        expect(await text(response)).toMatch(/^2\d{3}-.* Booting \w+\n/)
        await expect.poll(async () => (await lastEvent())?.kind).toBe('closed')
        const [opened] = (await at.system.events()).filter(({ kind }) => kind === 'opened').slice(-1)
        expect(opened).toMatchObject({ mode: 'web-console', parameters: { headers: ['follow', 'prefix'] } })
      },
    )

    test('follows until the page is closed, which frees the connection to the rack', async () => {
      const response = await openLog('/apps/myapp/logs')
      const [first] = await once(response, 'data')
      expect(first.toString()).toContain('Booting myapp')
      response.destroy()
      await expect.poll(async () => (await lastEvent())?.kind).toBe('closed')
    })

    test('ends when the session does, and says why', async () => {
      const { browser: other } = await at.login('deployer')
      const { id } = JSON.parse((await at.visit(other, `${managementApi}/me`)).body)
      await at.system.issuer.addBinding({ kind: 'user', id }, { role: 'viewer' })
      await at.system.app.identitiesCaughtUp()
      const response = await openLog('/apps/myapp/logs', {}, other)
      const words = text(response)
      const out = await at.visit(browser, `${managementApi}/users/${id}/lock`, {
        json: '{"reason":"left"}',
        headers: { 'x-csrf-token': csrfToken },
      })
      expect(out.status).toBe(200)
      expect(await words).toMatch(/ERROR: .*locked/)
    })

    test('is refused with a sentence before its first byte', async () => {
      const { browser: other } = await at.login('viewer')
      const response = await openLog('/apps/myapp/logs', {}, other)
      expect([response.statusCode, JSON.parse(await text(response)).code]).toEqual([403, 'RGW_NOT_PERMITTED'])
    })

    test.each(['/apps/myapp/logs', '/apps/myapp/services/web/logs'])(
      '%s that the rack aborts never looks complete',
      async (path) => {
        at.system.rack.failNext(/logs/, { kind: 'cut', after: 8 })
        const response = await openLog(path)
        expect(response.statusCode).toBe(200)
        await expect(text(response)).rejects.toThrow('aborted')
        await expect.poll(async () => (await lastEvent())?.close).toMatch(/^rack: /)
      },
    )

    test('gets empty lines while it is silent, so that no proxy closes it', async () => {
      const response = await openLog('/apps/myapp/logs')
      let received = ''
      response.setEncoding('utf8').on('data', (piece: string) => {
        received += piece
      })
      await expect.poll(() => received).toMatch(/Booting myapp\n\n\n/)
    })

    test('fails if the rack answers without a stream, because the gateway could not end it', async () => {
      at.system.rack.failNext(/logs/, { kind: 'answer', status: 200, body: 'not a stream' })
      const response = await openLog('/apps/myapp/logs')
      expect([response.statusCode, response.headers['answered-by']]).toEqual([502, undefined])
      expect(await text(response)).toContain('an ordinary response')
      await expect.poll(lastEvent).toMatchObject({ kind: 'closed', status: 502, of: expect.anything() })
    })

    test('contains the error of the rack if the app does not exist', async () => {
      expect(await text(await openLog('/apps/nosuch/logs'))).toContain('app not found: nosuch')
    })
  })
})
