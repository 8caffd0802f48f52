import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '@rack-gateway/demo/free-port'
import { type Metric, metricTable } from '@rack-gateway/gateway'
import { connectRaw, sendRaw } from '@rack-gateway/testing/http'
import { callManagementApi as call, managementApi } from '@rack-gateway/testing/management-api'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { metricsAt, parseMetrics } from '../support/gateway/metrics.ts'
import { type StatementCounter, startStatementCounter } from '../support/gateway/statement-counter.ts'
import { type System, startSystem } from '../support/gateway/system.ts'

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
    const { families, text } = await metricsAt(Number(new URL(url).port))
    expect(text).not.toMatch(/@|127\.0\.0\.1|myapp/)
    const labels = families.flatMap(({ samples }) => samples.map((sample) => sample.labels)).filter(Boolean)
    expect(labels.filter((one) => !/^rack="staging"(,kind="[a-z]+"(,(status|le)="[\dx.+Inf]+")?)?$/.test(one))).toEqual(
      [],
    )
  })

  test('are those of the table and of the reference, in valid format', async () => {
    const recorded = await freePort()
    const other = await startSystem({
      metrics: { host: '127.0.0.1', port: recorded },
      recordings: { address: mkdtempSync(join(tmpdir(), 'metrics-')) },
    })
    onTestFinished(() => other.stop())
    await other.get('/apps?', await other.token('viewer'))
    const { families } = await metricsAt(recorded)
    const table = Object.values<readonly Metric[]>(metricTable).flat()
    expect(families.map(({ name, type, help }) => ({ name, type, help }))).toEqual(
      table.map(({ name, type, help }) => ({ name, type, help })),
    )
    const page = readFileSync(fileURLToPath(new URL('../../docs/reference/metrics.md', import.meta.url)), 'utf8')
    expect(table.filter(({ name }) => !page.includes(`- \`${name}\` (`))).toEqual([])
    const withoutSamples = families.filter(({ samples }) => samples.length === 0).map(({ name }) => name)
    expect(withoutSamples.filter((name) => !/_sink_|_rack_reachable$/.test(name))).toEqual([])
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

describe('calls are counted by rack, kind, and status', () => {
  let counted: System
  let port: number
  let admin: string
  beforeAll(async () => {
    port = await freePort()
    counted = await startSystem({ rackNames: ['other', 'staging'], metrics: { host: '127.0.0.1', port } })
    admin = await counted.token('admin')
  })
  afterAll(() => counted.stop())

  async function callsOf(): Promise<Record<string, number>> {
    return Object.fromEntries((await metricsAt(port)).samples('rack_gateway_calls_total'))
  }

  /** The counts that an action adds. A call is counted shortly after its response. */
  async function addedBy(act: () => Promise<unknown>, expected: Readonly<Record<string, number>>): Promise<void> {
    const before = await callsOf()
    await act()
    const added = async () =>
      Object.fromEntries(
        Object.entries(await callsOf()).flatMap(([labels, count]) => {
          const more = count - (before[labels] ?? 0)
          return more === 0 ? [] : [[labels, more]]
        }),
      )
    await expect.poll(added).toEqual(expected)
  }
  const labels = (kind: string, status: string, rack = 'staging') => `rack="${rack}",kind="${kind}",status="${status}"`

  test.each([
    ['a read', 'GET', '/apps?', 'read', '200'],
    ['an app that does not exist', 'GET', '/apps/no-such-app?', 'read', '404'],
    ['a change', 'POST', '/apps/myapp/services/web/restart?', 'change', '200'],
    ['an upload', 'POST', '/apps/myapp/objects/tmp/a.tgz?', 'transfer', '200'],
    ['an unknown route', 'GET', '/nothing-of-the-rack-api?', 'other', '404'],
    ['a denied call', 'PUT', '/system/jwt/rotate?', 'change', '403'],
  ])('%s', async (_, method, path, kind, status) => {
    const send = () => counted.send(method, `/rack/staging${path}`, admin, '', ['Content-Length: 0'])
    await addedBy(send, { [labels(kind, status)]: 1 })
  })

  test('a call of the web console to a rack', async () => {
    await addedBy(() => call(counted, admin, 'GET', '/racks/other/apps'), { [labels('read', '200', 'other')]: 1 })
  })

  test('a WebSocket once, when it opens, through both APIs', async () => {
    const open = () => openWebSocket(`${counted.url}/rack/staging/apps/myapp/logs`, admin, {})
    await addedBy(
      async () => {
        const socket = await open()
        expect(socket.status).toBe(101)
        onTestFinished(() => socket.close())
      },
      { [labels('websocket', '101')]: 1 },
    )
    await addedBy(
      async () => {
        const log = await fetch(`${counted.url}${managementApi}/racks/staging/apps/myapp/logs`, {
          headers: { authorization: `Bearer ${admin}`, follow: 'false' },
        })
        expect(await log.text()).not.toBe('')
      },
      { [labels('websocket', '200')]: 1 },
    )
  })

  test('a denied WebSocket, with the status of its denial, also if it is sent in the stream', async () => {
    const viewer = await counted.token('viewer')
    for (const path of ['/apps/myapp/processes/p/exec', '/proxy/10.0.0.7/80'])
      await addedBy(() => openWebSocket(`${counted.url}/rack/staging${path}`, viewer, { Command: 'ls' }), {
        [labels('websocket', '403')]: 1,
      })
  })

  test('a caller that disconnects before the response', async () => {
    const fault = counted.racks.staging?.failNext('GET /apps', { kind: 'hang' })
    onTestFinished(() => fault?.release())
    const leaving = new AbortController()
    async function leave(): Promise<void> {
      const request = fetch(`${counted.url}/rack/staging/apps`, {
        headers: { authorization: `Bearer ${admin}` },
        signal: leaving.signal,
      })
      await expect.poll(() => counted.racks.staging?.received.at(-1)?.target).toBe('/apps')
      leaving.abort()
      await expect(request).rejects.toThrow()
    }
    await addedBy(leave, { [labels('read', '499')]: 1 })
  })

  test('no caller adds a label: unknown racks, apps, methods, paths, and unauthenticated calls', async () => {
    const strange = ['/rack/evil"}/apps?', '/rack/nowhere/apps?', '/apps?', '/apps/a%22%7D/builds?', '/gateway/x?']
    async function send(): Promise<void> {
      for (const path of strange) for (const token of [admin, 'rgs_nonsense']) await counted.send('GET', path, token)
      await counted.send('PROPFIND', '/rack/staging/apps/strange-name', admin)
      await counted.send('GET', '/rack/staging/apps', 'rgs_nonsense')
    }
    await addedBy(send, { [labels('other', '404')]: 1 })
    expect((await metricsAt(port)).text).not.toMatch(/evil|nowhere|strange|PROPFIND/)
  })

  test('the durations have a count and a sum for each rack and kind, and buckets that grow', async () => {
    const { families } = await metricsAt(port)
    const durations = families.find(({ name }) => name === 'rack_gateway_call_duration_seconds')
    const of = (suffix: string) =>
      durations?.samples.filter(
        ({ name, labels }) => name.endsWith(suffix) && labels.startsWith('rack="staging",kind="read"'),
      ) ?? []
    const buckets = of('_bucket').map(({ value }) => value)
    expect(buckets).toHaveLength(12)
    expect(buckets).toEqual(buckets.toSorted((a, b) => a - b))
    const calls = Object.entries(await callsOf()).filter(([one]) => one.startsWith('rack="staging",kind="read"'))
    const total = calls.reduce((sum, [, count]) => sum + count, 0)
    expect(of('_count')).toMatchObject([{ value: total }])
    expect(buckets.at(-1)).toBe(total)
    expect(of('_sum')[0]?.value).toBeGreaterThan(0)
  })
})

test('the process is measured', async () => {
  const { families } = await metricsAt(Number(new URL(url).port))
  const metric = (name: string) => families.find((one) => one.name === name)?.samples[0]?.value ?? Number.NaN
  expect(metric('process_cpu_seconds_total')).toBeGreaterThan(0)
  expect(Math.abs(metric('process_start_time_seconds') * 1_000 - performance.timeOrigin)).toBeLessThan(1_000)
  expect(metric('process_resident_memory_bytes')).toBeGreaterThan(10_000_000)
  expect(metric('nodejs_heap_size_used_bytes')).toBeLessThan(metric('nodejs_heap_size_limit_bytes'))
  expect(metric('nodejs_eventloop_lag_max_seconds')).toBeGreaterThanOrEqual(metric('nodejs_eventloop_lag_p99_seconds'))
  if (process.platform !== 'linux') return
  expect(metric('process_open_fds')).toBeGreaterThan(2)
  expect(metric('process_max_fds')).toBeGreaterThan(metric('process_open_fds'))
})

describe('names follow the rules of Prometheus', () => {
  const table = Object.values<readonly Metric[]>(metricTable).flat()
  const endings: Readonly<Record<string, RegExp>> = {
    seconds: /_seconds(_total)?$/,
    bytes: /_bytes(_total)?$/,
    'Unix time in seconds': /(_timestamp|_start_time)_seconds$/,
  }

  test.each(table)('$name', ({ name, type, unit, help, labels }) => {
    expect(name).toMatch(/^(rack_gateway|process|nodejs)(_[a-z0-9]+)+$/)
    expect(name.endsWith('_total')).toBe(type === 'counter')
    for (const [one, ending] of Object.entries(endings))
      expect([one, ending.test(name)]).toEqual([
        one,
        one === unit || (one === 'seconds' && unit === 'Unix time in seconds'),
      ])
    expect(help).toMatch(/^[A-Z0-9][^.\n\\]*$/)
    expect(labels.filter((label) => !/^[a-z]+$/.test(label))).toEqual([])
  })
})

test('a text that is not in the format is noticed', () => {
  const help = '# HELP a_total A count\n# TYPE a_total counter\n'
  expect(parseMetrics(`${help}a_total{rack="x"} 1\n`)).toHaveLength(1)
  for (const lines of ['b_total 1', 'a_total{rack="x} 1', 'a_total x', 'a_total 1\na_total 1', 'a_total{Rack=x} 1'])
    expect(() => parseMetrics(`${help}${lines}\n`)).toThrow()
})
