import { freePort } from '@rack-gateway/demo/free-port'
import { connectRaw, sendRaw } from '@rack-gateway/testing/http'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type StatementCounter, startStatementCounter } from './support/statement-counter.ts'
import { type System, startSystem } from './support/system.ts'

let system: System
let url: string
beforeAll(async () => {
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  system = await startSystem({ metrics: { host: '127.0.0.1', port } })
})
afterAll(() => system.stop())

async function measured(): Promise<Record<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return Object.fromEntries(lines.map((line) => line.split(' ')).map(([name, value]) => [name, Number(value)]))
}

describe('metrics', () => {
  test('say how fresh identities are, what was refused, and how the audit log does', async () => {
    const before = await measured()
    const token = await system.token('viewer')
    // The cache can be emptied once more, when the change that created the token becomes known.
    await expect
      .poll(async () => {
        expect((await system.get('/apps?', token)).status).toBe(200)
        return (await measured()).rack_gateway_identities_cached
      })
      .toBe(1)
    expect((await system.get('/apps?', 'rgs_nonsense')).status).toBe(401)
    await expect.poll(async () => (await measured()).rack_gateway_identities_stale).toBe(0)
    const after = await measured()
    expect(after).toMatchObject({
      rack_gateway_last_use_write_failures_total: 0,
      rack_gateway_audit_available: 1,
      rack_gateway_audit_streams_adopted_total: 0,
      rack_gateway_audit_outcomes_unknown_total: 0,
      rack_gateway_audit_fallback: 0,
      rack_gateway_audit_fallback_refused_files: 0,
    })
    expect(after.rack_gateway_identities_age_seconds).toBeLessThan(60)
    const grown = (name: string) => (after[name] ?? 0) - (before[name] ?? 0)
    expect(grown('rack_gateway_refusals_total')).toBe(1)
    expect(grown('rack_gateway_audit_events_total')).toBeGreaterThan(0)
  })

  test('name no caller, no app and no address', async () => {
    const text = await (await fetch(`${url}/metrics`)).text()
    expect(text).not.toMatch(/@|\{|127\.0\.0\.1|myapp/)
  })

  test.each(['/', '/metrics/', '/metrics?x=1', '/apps', '/gateway/api/v1/me', '//metrics'])(
    'are with health alone on their port: %s is not found there',
    async (path) => {
      expect((await fetch(`${url}${path}`)).status).toBe(404)
    },
  )

  test('reject every method but GET', async () => {
    expect((await fetch(`${url}/metrics`, { method: 'POST', body: 'x' })).status).toBe(405)
  })

  test.each(['/metrics', '/gateway/metrics', '/gateway/api/v1/metrics', '/rack/staging/metrics'])(
    'are never on the port for callers: %s',
    async (path) => {
      for (const token of [await system.token('admin', { email: 'admin@example.com' }), 'rgs_nonsense']) {
        const { status, body } = await system.get(path, token)
        expect([401, 404]).toContain(status)
        expect(body).not.toContain('rack_gateway_')
      }
    },
  )

  test.each(['127.0.0.1', 'localhost', 'LOCALHOST.'])(
    'cannot be reached by a proxy of a rack, through %s',
    async (host) => {
      const token = await system.token('admin', { email: 'admin@example.com' })
      const socket = await openWebSocket(`${system.url}/proxy/${host}/${new URL(url).port}`, token, {})
      const events = (await system.events()).filter(({ kind, route }) => kind === 'call' && route?.includes('proxy'))
      expect(events.at(-1)?.decision).toMatchObject({ effect: 'deny', rule: 'blocked:gateway' })
      expect(JSON.stringify(system.rack.received)).not.toContain('/proxy/')
      socket.close()
    },
  )
})

describe('health on the port of the metrics', () => {
  const text = (path: string) => `GET ${path} HTTP/1.1\r\nHost: gateway\r\n\r\n`

  test.each(['/check', '/gateway/health/live', '/gateway/health/ready'])(
    'answers as on the public port: %s',
    async (path) => {
      const [one, other] = [await sendRaw(url, text(path)), await sendRaw(system.url, text(path))]
      expect([one.status, one.body, one.headers.get('content-type')]).toEqual([
        200,
        other.body,
        other.headers.get('content-type'),
      ])
      expect((await fetch(`${url}${path}`, { method: 'POST', body: 'x' })).status).toBe(405)
    },
  )

  test('answers also when all its connections are taken: the longest idle one is closed', async () => {
    const asked = await connectRaw(url)
    const idle = await Promise.all(Array.from({ length: 19 }, () => connectRaw(url)))
    idle[0]?.send('GET /metrics HTTP/1.1\r\nHost: ')
    asked.send(text('/check'))
    expect((await asked.nextMessage()).body).toBe('ok\n')
    const another = await connectRaw(url)
    another.send(text('/gateway/health/live'))
    expect((await another.nextMessage()).body).toContain('live')
    await idle[0]?.ended
    expect([asked, ...idle].filter(({ closed }) => closed)).toHaveLength(1)
    for (const connection of [asked, another, ...idle]) connection.end()
  })
})

test('health on the port of the metrics answers when nothing is free on the public port', async () => {
  const port = await freePort()
  const full = await startSystem({
    metrics: { host: '127.0.0.1', port },
    trustedProxies: ['127.0.0.1'],
    limits: { connections: 2 },
  })
  onTestFinished(() => full.stop())
  const taken = [await connectRaw(full.url), await connectRaw(full.url)]
  const refused = await connectRaw(full.url)
  await refused.ended
  for (const path of ['/check', '/gateway/health/live', '/gateway/health/ready'])
    expect((await fetch(`http://127.0.0.1:${port}${path}`)).status).toBe(200)
  for (const connection of taken) connection.end()
})

test('report within two seconds that identities are stale when the database is unavailable', async () => {
  const started: { statementCounter?: StatementCounter } = {}
  const port = await freePort()
  const cut = await startSystem({
    metrics: { host: '127.0.0.1', port },
    tuning: { auditLimits: { deadline: 1_000 } },
    async databaseProxy(databaseUrl) {
      started.statementCounter = await startStatementCounter(databaseUrl)
      return started.statementCounter.url
    },
  })
  onTestFinished(() => cut.stop())
  const stale = async () =>
    /^rack_gateway_identities_stale 1$/m.test(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text())
  await expect.poll(stale).toBe(false)
  started.statementCounter?.close()
  await expect.poll(stale).toBe(true)
})

test('without a port there are no metrics, and a port in use stops the start with a sentence', async () => {
  const { port } = new URL(url)
  await expect(startSystem({ metrics: { host: '127.0.0.1', port: Number(port) } })).rejects.toThrow(
    `Port ${port} of 127.0.0.1 is in use by another program`,
  )
})
