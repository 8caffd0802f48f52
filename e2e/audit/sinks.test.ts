import { createHmac } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret, type SinkConfig } from '@rack-gateway/config'
import { freePort } from '@rack-gateway/demo/free-port'
import { listen } from '@rack-gateway/testing/server'
import { afterAll, expect, onTestFinished, test, vi } from 'vitest'
import { gatewayEnvironment } from '../support/gateway/gateway-environment.ts'
import { startSystem } from '../support/gateway/system.ts'
import { leaveNothing, startCommand } from '../support/processes.ts'

afterAll(leaveNothing)

const key = Buffer.alloc(32, 5)

interface Hook {
  readonly headers: NodeJS.Dict<string | string[]>
  readonly body: string
}

/** A receiver of webhooks; `respond` may send nothing. */
async function startReceiver(respond: (response: ServerResponse) => void = (response) => void response.end()) {
  const hooks: Hook[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    hooks.push({ headers: request.headers, body: Buffer.concat(chunks).toString() })
    respond(response)
  })
  const { url, close } = await listen(server)
  onTestFinished(close)
  const ids = () =>
    hooks.flatMap(({ body }) => {
      const { events }: { events: { id: string }[] } = JSON.parse(body)
      return events.map(({ id }) => id)
    })
  return { url, hooks, ids }
}

function webhookAt(url: string, name: string): SinkConfig {
  const keys = [new Secret(key.toString('hex'))]
  const target = { kind: 'webhook', url: new Secret(`${url}/secret-path`), keys } as const
  const header = { name: 'authorization', value: new Secret('Bearer secret-header') }
  return { name, target, header, ca: null, kinds: [] }
}

async function readinessOf(url: string) {
  const received = await fetch(`${url}/gateway/health/ready`)
  const text = await received.text()
  const { checks }: { checks: Record<string, { ready: boolean; detail: string }> } = JSON.parse(text)
  return { status: received.status, text, sinks: checks.sinks }
}

test('a hanging sink delays neither calls nor another sink, and is reported without its secrets', async () => {
  const healthy = await startReceiver()
  const hanging = await startReceiver(() => {})
  const metricsPort = await freePort()
  const lines: string[] = []
  const system = await startSystem({
    sinks: [webhookAt(healthy.url, 'healthy'), webhookAt(hanging.url, 'hanging')],
    metrics: { host: '127.0.0.1', port: metricsPort },
    log: (line) => lines.push(line),
  })
  onTestFinished(() => system.stop())
  const token = await system.token('viewer')
  for (let round = 0; round < 20; round++) {
    const responses = await Promise.all(Array.from({ length: 20 }, () => system.get('/apps?', token)))
    expect(responses.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
  }
  const recorded = (await system.events()).map(({ id }) => id)
  await expect.poll(() => new Set(healthy.ids())).toEqual(new Set(recorded))
  expect(healthy.ids()).toHaveLength(recorded.length)
  await expect.poll(() => hanging.hooks.length).toBeGreaterThan(0)

  await vi.waitFor(async () => {
    const { status, sinks } = await readinessOf(system.url)
    expect(status).toBe(200)
    expect(sinks?.ready).toBe(true)
    expect(sinks?.detail).toBe('healthy (webhook): delivering; hanging (webhook): degraded, see the log and metrics')
  }, 60_000)
  const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
  expect(metrics).toContain('rack_gateway_audit_sink_lag_events{sink="healthy"} 0')
  expect(metrics).toContain('rack_gateway_audit_sink_lag_seconds{sink="healthy"} 0')
  expect(metrics).toContain(`rack_gateway_audit_sink_delivered_total{sink="healthy"} ${recorded.length}`)
  expect(metrics).toContain('rack_gateway_audit_sink_dead_total{sink="healthy"} 0')
  expect(metrics).toContain(`rack_gateway_audit_sink_lag_events{sink="hanging"} ${recorded.length}`)
  expect(Number(/lag_seconds\{sink="hanging"\} (.*)/.exec(metrics)?.[1])).toBeGreaterThan(1)
  expect(Number(/failures_total\{sink="hanging"\} (.*)/.exec(metrics)?.[1])).toBeGreaterThan(0)
  expect(lines.join('')).toContain('audit.sink.failing')
  const shown = `${metrics}${lines.join('')}${(await readinessOf(system.url)).text}`
  expect(shown).not.toMatch(/secret-path|secret-header/)
  expect(shown).not.toContain(key.toString('base64'))
})

test('a sink receives every event, signed, and a stopped replica delivers its remaining events', async () => {
  const receiver = await startReceiver()
  const system = await startSystem({ sinks: [webhookAt(receiver.url, 'siem')] })
  onTestFinished(() => system.stop())
  const replica = await system.replica()
  const token = await system.token('viewer')
  await Promise.all(Array.from({ length: 10 }, () => system.get('/apps?', token)))
  await replica.stop()
  await vi.waitFor(async () => {
    const recorded = (await system.events()).map(({ id }) => id)
    expect(receiver.ids().sort()).toEqual(recorded.sort())
  }, 60_000)
  for (const { headers, body } of receiver.hooks) {
    const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(content).digest('base64')}`)
  }
})

test('the process takes sinks from its environment; after kill -9 under load the next one sends what the first one had not, each line whole', async () => {
  const system = await startSystem()
  onTestFinished(() => system.stop())
  const directory = mkdtempSync(join(tmpdir(), 'sink-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'audit.ndjson')
  const environment = {
    ...gatewayEnvironment(system, system.rack),
    AUDIT_SINK_URL_DISK: `file://${path}`,
    AUDIT_SINK_URL_OUT: 'stdout:',
    CALLS_PER_PRINCIPAL: '300',
  }
  const start = async () => {
    const program = startCommand('gateway', [], environment)
    const [, url = ''] = await program.saw(/"url":"([^"]+)"/)
    return { program, url }
  }
  const token = await system.token('viewer')
  const headers = { authorization: `Bearer ${token}` }
  const killed = await start()
  await expect.poll(() => readFileSync(path, 'utf8')).toContain('configuration.loaded')
  const cut = Array.from({ length: 300 }, () => fetch(`${killed.url}/apps`, { headers }).catch(() => null))
  await Promise.race(cut)
  killed.program.signal('SIGKILL')
  await killed.program.ended
  await Promise.all(cut)

  await system.sql`update audit.sink_positions set held_until = now()`
  const next = await start()
  const calls = Array.from({ length: 200 }, () => fetch(`${next.url}/apps`, { headers }))
  expect((await Promise.all(calls)).every(({ status }) => status === 200)).toBe(true)
  await vi.waitFor(async () => {
    const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
    const shipped = new Map(lines.map((line) => [JSON.parse(line).id, line]))
    const { stream: older } = system.app.audit.stats()
    const rows = await system.sql<{ id: string; canonical: string; stream: string }[]>`
      select id, canonical, stream from audit.events where stream <> ${older}`
    expect(new Set(rows.map(({ stream }) => stream)).size).toBe(2)
    expect(rows.map(({ id }) => shipped.get(id))).toEqual(rows.map(({ canonical }) => canonical))
  }, 60_000)
  next.program.signal('SIGTERM')
  const { code, stdout } = await next.program.ended
  expect(code).toBe(0)
  const lines: { readonly stream?: string; readonly id?: string }[] = stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
  const [row] = await system.sql`select id from audit.streams where pid = ${next.program.pid}`
  const recorded = (await system.events()).filter(({ stream }) => stream === row?.id)
  expect(recorded.length).toBeGreaterThan(200)
  expect(lines.filter(({ stream }) => stream === row?.id)).toEqual(recorded)
})

test('a kind that does not exist is an error at the start', async () => {
  const sink = { ...webhookAt('http://127.0.0.1:1', 'siem'), kinds: ['refuse'] }
  await expect(startSystem({ sinks: [sink] })).rejects.toMatchObject({ code: 'RGW_SINK_MISCONFIGURED' })
})
