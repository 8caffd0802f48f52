import { Worker } from 'node:worker_threads'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { connectRaw, type RawConnection, readResponse } from '@rack-gateway/testing/http'
import { callManagementApi } from '@rack-gateway/testing/management-api'
import { openWebSocket, upgradeHeaders } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'

const form = ['Content-Type: application/x-www-form-urlencoded']
const handshake = `${upgradeHeaders.join('\r\n')}\r\n`

/** Attacks by a caller who knows the source. Each test is named after the behavior that it protects. */
describe('attacks', () => {
  let system: System
  let admin: string
  let deployer: string
  let ci: string
  let late = 0
  beforeAll(async () => {
    system = await startSystem({ now: () => Date.now() + late })
    admin = await system.token('admin')
    deployer = await system.token('deployer')
    ci = await system.pipelineToken()
  })
  afterAll(() => system.stop())
  beforeEach(() => system.rack.clearReceived())

  function head(line: string, token: string, ...headers: string[]): string {
    const authorization = `Authorization: ${basicAuthorization(token)}`
    return `${[`${line} HTTP/1.1`, 'Host: gateway', authorization, ...headers].join('\r\n')}\r\n`
  }
  async function open(text: string): Promise<RawConnection> {
    const connection = await connectRaw(system.url)
    connection.send(text)
    return connection
  }
  /** Waits for the end of the connection. @returns all received bytes */
  async function readToEnd(connection: RawConnection): Promise<string> {
    await connection.ended
    return connection.received
  }
  async function refusedRules(): Promise<(string | undefined)[]> {
    return (await system.events()).filter(({ kind }) => kind === 'refused').map(({ decision }) => decision?.rule)
  }
  function sent(method: string) {
    return system.rack.received.filter((request) => request.method === method)
  }

  describe('on one connection', () => {
    test('an upgrade behind an unfinished request ends the connection, not the process', async () => {
      const first = 'GET /gateway/health/ready HTTP/1.1\r\nHost: gateway\r\n\r\n'
      await readToEnd(await open(`${first}GET /apps HTTP/1.1\r\nHost: gateway\r\n${handshake}\r\n`))
      expect((await system.get('/apps?', admin)).status).toBe(200)
    })

    test('invalid bytes behind an unfinished request do not change its response', async () => {
      const stall = system.rack.failNext(/GET \/apps\/myapp\/services/, { kind: 'stall', after: 5 })
      const socket = await open(`${head('GET /apps/myapp/services', admin)}\r\n`)
      const text = readToEnd(socket)
      await stall.reached
      await socket.waitFor('HTTP/1.1 200')
      socket.send('garbage\r\n\r\n')
      expect(await text).not.toContain('400')
      stall.release()
    })

    test('invalid bytes behind a request without a response yet get no response', async () => {
      const hang = system.rack.failNext(/GET \/apps\/myapp\/services/, { kind: 'hang' })
      const socket = await open(`${head('GET /apps/myapp/services', admin)}\r\n`)
      const text = readToEnd(socket)
      await hang.reached
      socket.send('garbage\r\n\r\n')
      expect(await text).toBe('')
      hang.release()
    })

    test('an invalid chunk of a request body is answered with 400, and the rack receives no request', async () => {
      const socket = await open(
        `${head('PUT /apps/myapp', admin, ...form, 'Transfer-Encoding: chunked')}\r\n3\r\nloc\r\nzz\r\n`,
      )
      expect((await readResponse(socket)).status).toBe(400)
      expect(sent('PUT')).toHaveLength(0)
    })

    test('a disconnect also ends pipelined requests behind a slow response', async () => {
      const hang = system.rack.failNext(/GET \/apps\/myapp\/services/, { kind: 'hang' })
      const stall = system.rack.failNext(/GET \/apps\/myapp\/metrics/, { kind: 'stall', after: 1 })
      const socket = await open(
        `${head('GET /apps/myapp/services', admin)}\r\n${head('GET /apps/myapp/metrics', admin)}\r\n`,
      )
      await Promise.all([hang.reached, stall.reached])
      socket.end()
      const given = async () => (await system.events()).filter(({ path }) => path === '/apps/myapp/metrics').at(-1)
      await expect.poll(given).toMatchObject({ kind: 'closed', close: expect.stringContaining('disconnected') })
      hang.release()
      stall.release()
    })

    test('the request of a caller that resets its connection before it is accepted is not read', async () => {
      goneBeforeAccepted(system.port, `${head('GET /apps/gone', admin)}\r\n`)
      goneBeforeAccepted(system.port, 'GET /apps HTTP/1.1\r\nHost: gateway\r\n\r\n')
      const later = await open(`${head('GET /apps/later', admin)}\r\n`)
      await later.nextMessage()
      const events = await system.events()
      expect(events.filter(({ path }) => path === '/apps/later')).not.toEqual([])
      expect(events.filter(({ path, source }) => path === '/apps/gone' || source?.address === 'unknown')).toEqual([])
    })

    test('a disconnect during a slow handshake also ends it at the rack', async () => {
      const hang = system.rack.failNext(/exec/, { kind: 'hang' })
      const socket = await open(
        `${head('GET /apps/myapp/processes/command/exec', admin, 'Command: rake db:seed')}${handshake}\r\n`,
      )
      await hang.reached
      socket.socket.end()
      await expect.poll(() => system.lastEvent()).toMatchObject({ kind: 'closed', status: 499 })
      hang.release()
    })
  })

  describe('by the form of a request', () => {
    test('no header is read by one part of the gateway and not by another', async () => {
      const padding = Array.from({ length: 997 }, (_, index) => `x${index}:`)
      const hidden = 'Content-Type: multipart/form-data; boundary=x'
      const text = head('POST /apps/myapp/objects/tmp/x.tgz', admin, 'Content-Length: 3', ...padding, hidden)
      const response = await system.raw(`${text}\r\nabc`)
      expect([response.status, response.json]).toEqual([400, expect.objectContaining({ rule: 'header-count' })])
      expect(sent('POST')).toHaveLength(0)
    })

    test.each(['/check', '/apps', '/gateway/login', '/gateway/api/v1/me'])(
      'more than 256 headers are rejected, and nothing after them is read: %s',
      async (path) => {
        const padding = Array.from({ length: 255 }, (_, index) => `x${index}: ${index}`)
        const text = (...headers: string[]) =>
          [`GET ${path} HTTP/1.1`, 'Host: gateway', ...padding, ...headers, '\r\n'].join('\r\n')
        expect((await system.raw(text())).status).not.toBe(400)
        const response = await system.raw(text('Transfer-Encoding: chunked'))
        expect([response.status, response.json]).toEqual([400, expect.objectContaining({ rule: 'header-count' })])
        expect(response.head).toMatch(/^connection: close/im)
      },
    )

    test.each([
      [
        'an expectation that nobody knows',
        'GET /apps HTTP/1.1\r\nHost: gateway\r\nExpect: x\r\n\r\n',
        417,
        'http-expect',
      ],
      ['no Host on the rack API', 'GET /apps HTTP/1.1\r\n\r\n', 400, 'no-host'],
      ['no Host on /check', 'GET /check HTTP/1.1\r\n\r\n', 400, 'no-host'],
    ])('%s is rejected with a JSON error, and counted', async (_what, text, status, rule) => {
      const response = await system.raw(text)
      expect([response.status, response.json]).toEqual([
        status,
        expect.objectContaining({ rule, error: expect.any(String) }),
      ])
      await expect.poll(refusedRules).toContain(rule)
    })

    test.each(['/check', '/apps', '/gateway/api/v1/tokens'])(
      'chunks in HTTP/1.0 on %s are rejected, and the bytes after them are not parsed as a request',
      async (path) => {
        const chunks = 'Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n3\r\nabc\r\n0\r\n\r\n'
        const socket = await open(
          `POST ${path} HTTP/1.0\r\nHost: gateway\r\n${chunks}${head('GET /apps/followed', admin)}\r\n`,
        )
        const text = await readToEnd(socket)
        expect(text).toMatch(/^HTTP\/1\.[01] 400 .*"rule":"http-framing"/s)
        expect(text.match(/HTTP\/1\.[01] \d{3}/g)).toHaveLength(1)
        await expect.poll(refusedRules).toContain('http-framing')
        const followed = (await system.events()).filter((event) => event.path === '/apps/followed')
        expect([sent('GET'), followed]).toEqual([[], []])
      },
    )

    test.each(['gzip, chunked', 'chunked, chunked', 'identity, chunked'])(
      'Transfer-Encoding: %s is rejected, and the bytes after it are not parsed as a request',
      async (coding) => {
        const chunks = `Transfer-Encoding: ${coding}\r\n\r\n3\r\nabc\r\n0\r\n\r\n`
        const text = await readToEnd(
          await open(`${head('POST /apps/myapp/releases', ci)}${chunks}${head('GET /apps/followed', admin)}\r\n`),
        )
        expect(text).toMatch(/^HTTP\/1\.1 400 .*"rule":"http-framing"/s)
        expect(text.match(/HTTP\/1\.1 \d{3}/g)).toHaveLength(1)
        expect(sent('POST')).toEqual([])
      },
    )

    test.each(
      ['0.9', '2.0'].flatMap((version) => ['/check', '/apps', '/gateway/api/v1/tokens'].map((path) => [version, path])),
    )('HTTP/%s on %s is refused, and what follows it is no request', async (version, path) => {
      const first = head(`GET ${path}`, admin, 'Connection: keep-alive').replace('HTTP/1.1', `HTTP/${version}`)
      const text = await readToEnd(await open(`${first}\r\n${head('GET /apps/followed', admin)}\r\n`))
      expect(text).toMatch(/^HTTP\/1\.1 400 .*"rule":"http-framing"/s)
      expect(text.match(/HTTP\/1\.[01] \d{3}/g)).toHaveLength(1)
      await expect.poll(refusedRules).toContain('http-framing')
      const followed = (await system.events()).filter((event) => event.path === '/apps/followed')
      expect([sent('GET'), followed]).toEqual([[], []])
    })

    test.each([
      ['an extension of 20 KB', () => `1;${'a'.repeat(20_000)}\r\nx\r\n0\r\n\r\n`],
      ['20,000 short extensions', () => `${'1;eDp5=b\r\nx\r\n'.repeat(20_000)}0\r\n\r\n`],
      [
        'trailers that are headers elsewhere',
        () => `1\r\nx\r\n0\r\nAuthorization: Basic eDp5\r\nRack: production\r\n\r\n`,
      ],
      ['a request among the trailers', () => `1\r\nx\r\n0\r\n${head('GET /apps/followed', admin)}\r\n`],
      ['trailers without end', () => `1\r\nx\r\n0\r\n${'T: eDp5\r\n'.repeat(20_000)}`],
    ])('only the data of chunks with %s reaches the rack', async (_what, chunks) => {
      const upload = head('POST /apps/myapp/objects/tmp/a.tgz', ci, 'Transfer-Encoding: chunked')
      const socket = await open(`${upload}\r\n${chunks()}`)
      await socket.waitFor('HTTP/1.1 ')
      expect(sent('POST').length).toBeLessThanOrEqual(1)
      expect(JSON.stringify(system.rack.received)).not.toMatch(/eDp5|followed|production/)
      expect((await system.get('/apps?', ci)).status).toBe(200)
      const followed = (await system.events()).filter((event) => event.path === '/apps/followed')
      expect([followed, socket.received.match(/HTTP\/1\.1 \d{3}/g)?.length]).toEqual([[], 1])
      socket.end()
    })

    test('an incomplete form is recorded as such, not as a failure of the gateway', async () => {
      const { socket } = await open(`${head('PUT /apps/myapp', admin, ...form, 'Content-Length: 100')}\r\nlock`)
      socket.end()
      await expect
        .poll(async () => (await system.events()).filter(({ method }) => method === 'PUT').at(-1))
        .toMatchObject({ status: 400, decision: { effect: 'deny', rule: 'form-broken' } })
    })

    test('a message repeats little of the request, and no characters that change the text direction of a terminal', async () => {
      const env = `${'\u202eK\u001b[31m'.repeat(1_000)}=[hidden:x]`
      const response = await system.send('POST', '/apps/myapp/releases?', admin, `env=${encodeURIComponent(env)}`, form)
      expect(response.status).toBe(400)
      expect(response.error.length).toBeLessThan(2_100)
      expect(response.error).not.toMatch(/[\u0000-\u001f\u202e]/)
    })
  })

  describe('by the type of a body', () => {
    test.each([
      'Application/X-WWW-Form-Urlencoded',
      ' application/x-www-form-urlencoded\t',
      'application/x-www-form-urlencoded\t;',
      'application/x-www-form-urlencoded; charset=utf-7',
      'application/x-www-form-urlencoded;;a=1;a=2',
      'application/x-www-form-urlencoded, text/plain',
      'text/plain; application/x-www-form-urlencoded',
      'application/x-www-form-urlencodedx',
      'multipart/form-data; boundary=x',
    ])('a form of the type %j is read as the rack reads it, or rejected', async (type) => {
      const send = (method: string, path: string, body: string) =>
        system.send(method, path, admin, body, [`Content-Type: ${type}`])
      const mask = `env=${encodeURIComponent('SECRET=[hidden]')}`
      expect((await send('POST', '/apps/myapp/releases?', mask)).status).toBeOneOf([400, 415])
      expect(sent('POST')).toEqual([])
      const { status } = await send('PUT', '/apps/myapp?', 'lock=false')
      // Go reads these types as a form, in any case, and ignores the body of any other one.
      const forwarded = sent('PUT').map(({ rawHeaders }) => rawHeaders[rawHeaders.indexOf('Content-Type') + 1])
      for (const one of forwarded) expect(one).toMatch(/^application\/x-www-form-urlencoded$/i)
      expect(forwarded).toHaveLength(status === 200 ? 1 : 0)
    })

    test.each([
      'Application/JSON',
      'application/json\t',
      'application/json ;charset=utf-8',
      'application/json;charset=utf-7',
      'application/json;',
      'application/json garbage',
      'application/json\u00a0',
      '\u00a0application/json',
      'application/json, text/plain',
      'application/json\r\nContent-Type: text/plain',
      'text/plain\r\nContent-Type: application/json',
      '',
      'application/jsonx',
      'application/x.json',
      'text/json',
      'text/plain; application/json',
    ])('JSON of the type %j is validated, or rejected', async (type) => {
      const post = (body: string) =>
        callManagementApi(system, admin, 'POST', '/service-accounts', body, [`Content-Type: ${type}`])
      const names = async () => (await callManagementApi(system, admin, 'GET', '/service-accounts')).texts('name')
      const before = await names()
      for (const body of ['{"name":7}', '{"name":"typed","admin":true}', '[]', '"name"', ''])
        expect((await post(body)).status, body).toBeOneOf([400, 415])
      expect(await names()).toEqual(before)
    })

    test('JSON with a duplicate key has one meaning for the decision and the change', async () => {
      const token = (body: string) => callManagementApi(system, deployer, 'POST', '/tokens', body)
      expect((await token('{"name":"twice","role":"deployer","role":"admin"}')).status).toBe(403)
      const made = await token('{"name":"twice","role":"admin","role":"viewer"}')
      expect(made.status).toBe(201)
      const { status } = await system.send('POST', '/apps/myapp/releases?', made.text('token'), 'env=A', form)
      expect([status, sent('POST')]).toEqual([403, []])
    })

    test.each(['1e999', '-1e999', '1e-999', '0.1', '1e9', '18446744073709551617', '0x10', 'NaN', '"7"', '[7]'])(
      'the number %s of seconds is rejected',
      async (seconds) => {
        const body = `{"name":"numbered","role":"viewer","lifetimeSeconds":${seconds}}`
        const response = await callManagementApi(system, admin, 'POST', '/tokens', body)
        expect(response.status, response.body).toBe(400)
      },
    )

    test('JSON after a byte order mark is validated', async () => {
      const post = (body: string) => callManagementApi(system, admin, 'POST', '/service-accounts', body)
      for (const mark of ['\ufeff', '\ufeff\ufeff'])
        for (const body of ['{"name":7}', '{"name":"marked","admin":true}'])
          expect((await post(`${mark}${body}`)).status).toBe(400)
    })
  })

  describe('on the input of a decision', () => {
    test.each([
      [500, 'out of order'],
      [200, '{}'],
      [200, '[{}]'],
    ])('an environment that cannot be compared (%i %s) is not treated as empty', async (status, body) => {
      system.rack.failNext(/GET .*releases\?limit=1/, { kind: 'answer', status, body })
      const response = await system.send('POST', '/apps/myapp/releases?', ci, 'env=', form)
      expect([response.status, sent('POST').length]).toEqual([502, 0])
    })

    test('an environment that the rack would read only in part is denied', async () => {
      const [{ id }] = JSON.parse((await system.get('/apps/myapp/releases?limit=1', ci)).body)
      const { env } = JSON.parse((await system.get(`/apps/myapp/releases/${id}?`, ci)).body)
      const body = `env=${encodeURIComponent(`${'x'.repeat(65_536)}\n${env}`)}`
      const response = await system.send('POST', '/apps/myapp/releases?', ci, body, form)
      expect([response.status, sent('POST').length]).toEqual([400, 0])
    })

    test('an environment with very many keys does not delay other calls', async () => {
      const keys = Array.from({ length: 300_000 }, (_, index) => `K${index}=1`).join('\n')
      const response = await system.send('POST', '/apps/myapp/releases?', ci, `env=${encodeURIComponent(keys)}`, form)
      expect([response.status, response.json]).toEqual([400, expect.objectContaining({ rule: 'env-lines' })])
    })

    test('a pipeline can upload sources, but not replace a build', async () => {
      const write = (key: string) => system.send('POST', `/apps/myapp/objects/${key}`, ci, 'abc')
      expect((await write('tmp/a.tgz')).status).toBe(200)
      system.rack.clearReceived()
      for (const key of ['builds/B1.tgz', '', 'tmp', '/tmp/a.tgz']) expect((await write(key)).status).toBe(403)
      expect(sent('POST')).toHaveLength(0)
    })

    test.each([
      ['sources of another app', 'url=object://billing/tmp/a.tgz', 'foreign-object'],
      [
        'sources of another app, spelled with escapes',
        'url=object://myapp/%2e%2e/billing/tmp/a.tgz',
        'invalid-parameter',
      ],
      ['a directory of the build process', 'url=dir:///', 'invalid-parameter'],
      ['a variable of its own environment as an argument', 'build-args=A=1,RACK_URL', 'invalid-parameter'],
      ['a variable by a reference that Kubernetes replaces', 'build-args=A=$(BUILD_AUTH)', 'invalid-parameter'],
      ['its environment as its manifest', 'manifest=../../../../proc/self/environ', 'invalid-parameter'],
      ['a variable as its commit', 'git-sha=$(RACK_URL)', 'invalid-parameter'],
    ])('a build with %s is denied', async (_what, text, rule) => {
      const [name = '', ...value] = text.split('=')
      const source = { url: 'object://myapp/tmp/a.tgz', [name]: value.join('=') }
      const body = new URLSearchParams(source).toString()
      const response = await system.send('POST', '/apps/myapp/builds?', ci, body, form)
      const status = rule === 'foreign-object' ? 403 : 400
      expect([response.status, response.json, sent('POST').length]).toEqual([
        status,
        expect.objectContaining({ rule }),
        0,
      ])
      expect(await system.lastEvent(String(Object(response.json).requestId))).toMatchObject({
        decision: { effect: 'deny', rule },
      })
    })

    test.each(['object://billing/build/B1/logs', 'object://myapp/../../../proc/self/environ', 'file:///etc/passwd'])(
      'the logs of a build cannot be set to %s',
      async (logs) => {
        const body = new URLSearchParams({ logs }).toString()
        const response = await system.send('PUT', '/apps/myapp/builds/B1?', ci, body, form)
        expect([[400, 403].includes(response.status), sent('PUT').length]).toEqual([true, 0])
      },
    )

    test('the logs of an imported build are not read from the address in its archive', async () => {
      const url = 'url=object%3A%2F%2Fmyapp%2Ftmp%2Fa.tgz'
      const { id } = JSON.parse((await system.send('POST', '/apps/myapp/builds?', ci, url, form)).body)
      const setLogs = (logs: string) =>
        fetch(`${system.rack.url}/apps/myapp/builds/${id}`, {
          method: 'PUT',
          headers: { Authorization: basicAuthorization(system.rack.token) },
          body: new URLSearchParams({ logs }),
        })
      const open = () => openWebSocket(`${system.url}/apps/myapp/builds/${id}/logs`, ci, {})
      const opened = () => system.rack.received.filter(({ route }) => route?.startsWith('WS')).length
      for (const logs of ['object://billing/build/B1/logs', 'object://myapp/../../../proc/self/environ', 'dir:///']) {
        expect((await setLogs(logs)).status).toBe(200)
        expect((await open()).status).toBe(403)
        expect(opened()).toBe(0)
        expect(await system.lastEvent()).toMatchObject({ decision: { effect: 'deny', rule: 'foreign-object' } })
      }
      await setLogs(`object://myapp/build/${id}/logs`)
      expect((await (await open()).readToEnd()).join('')).toContain('Build complete')
    })

    test('the logs of a build with the name of an archive are not requested', async () => {
      const socket = await openWebSocket(`${system.url}/apps/myapp/builds/B1.tgz/logs`, ci, {})
      expect([socket.status, sent('GET').length]).toEqual([400, 0])
    })

    test('an encoded mask in the parameters of an app is found', async () => {
      const parameters = encodeURIComponent(`Secret=${encodeURIComponent('[hidden]')}`)
      const response = await system.send('PUT', '/apps/myapp?', deployer, `parameters=${parameters}`, form)
      expect([response.status, sent('PUT').length]).toEqual([400, 0])
    })
  })

  describe('on a stream whose permission ends', () => {
    const command = { Command: 'sleep 600' }
    function session(expiresAt: number, email: string) {
      return system.issuer.issueSession({ email, role: 'admin', device: 'test', expiresAt })
    }
    function exec(token: string) {
      return openWebSocket(`${system.url}/apps/myapp/processes/web/exec`, token, command)
    }

    test('a session that ends while the rack is slow to open a stream ends that stream', async () => {
      const { id, token } = await session(Date.now() + 3_600_000, 'slow@example.com')
      const hang = system.rack.failNext(/exec/, { kind: 'hang' })
      const opening = exec(token)
      await hang.reached
      await system.issuer.endSession(id, 'test')
      await expect.poll(async () => (await system.get('/apps?', token)).status).toBe(401)
      hang.release()
      expect((await (await opening).readToEnd()).join('')).toContain('Your session ended')
    })

    test('a session that expires ends its streams', async () => {
      const { token } = await session(Date.now() + 60_000, 'expiring@example.com')
      const socket = await exec(token)
      late = 120_000
      expect((await socket.readToEnd()).join('')).toContain('Your session expired')
      late = 0
    })
  })

  test('opening a stream does not prevent the gateway from stopping', async () => {
    const replica = await system.replica()
    const hang = system.rack.failNext(/exec/, { kind: 'hang' })
    const opening = openWebSocket(`${replica.url}/apps/myapp/processes/web/exec`, admin, { Command: 'sleep 600' })
    await hang.reached
    const stopping = replica.stop()
    hang.release()
    const socket = await opening
    expect((await socket.readToEnd()).join('')).toContain('being restarted')
    await stopping
  })
})

/** Sends a request and resets the connection while this thread, and with it the gateway, does nothing: its end comes before its beginning. */
function goneBeforeAccepted(port: number, text: string): void {
  const flag = new Int32Array(new SharedArrayBuffer(4))
  new Worker(
    `const { port, text, flag } = require('node:worker_threads').workerData
     const socket = require('node:net').connect(port, '127.0.0.1')
     socket.write(text, () => socket.resetAndDestroy())
     socket.on('close', () => { Atomics.store(flag, 0, 1); Atomics.notify(flag, 0) })`,
    { eval: true, workerData: { port, text, flag } },
  )
  Atomics.wait(flag, 0, 0, 10_000)
}
