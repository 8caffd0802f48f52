import { EventEmitter, once } from 'node:events'
import { get } from 'node:http'
import Fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { createPostgresAdoptionStore } from './adoption/postgres-adoption-store.ts'
import { createPostgresAuditStore } from './log/postgres-audit-store.ts'
import audit from './plugin.ts'
import { checkChain, databaseForTest } from './testing/database.ts'

async function startApp(url: string) {
  const app = Fastify()
  await app.register(audit, { store: createPostgresAuditStore({ pool: { url } }), host: 'test', pid: 7 })
  app.get('/recorded', async () => {
    const { event } = await app.audit.record({ kind: 'call', app: 'web' })
    return { id: event.id }
  })
  app.get('/refused', async (request) => {
    app.audit.countDenial({ address: request.ip, rule: 'unknown-token', reason: 'the credential is not known' })
    return {}
  })
  onTestFinished(() => app.close())
  return { app, url: await app.listen({ port: 0, host: '127.0.0.1' }) }
}

test('the stream is open before the first request, and each response has its event', async () => {
  const { runtimeUrl, runtime } = await databaseForTest()
  const { url, app } = await startApp(runtimeUrl)
  const received = await fetch(`${url}/recorded`)
  const { id }: { id: string } = JSON.parse(await received.text())
  const [row] = await runtime`select kind, app from audit.events where id = ${id}`
  expect(row).toEqual({ kind: 'call', app: 'web' })
  expect(app.audit.stats()).toMatchObject({ available: true, size: 2 })
})

test('denials are counted without a write, and recorded when the application closes', async () => {
  const { runtimeUrl, runtime } = await databaseForTest()
  const { url, app } = await startApp(runtimeUrl)
  await Promise.all(Array.from({ length: 30 }, () => fetch(`${url}/refused`)))
  expect(app.audit.stats()).toMatchObject({ written: 0 })
  await app.close()
  const rows = await runtime`select address, rule, canonical from audit.events where kind = 'refused'`
  expect(rows.reduce((sum, row) => sum + JSON.parse(row.canonical).count, 0)).toBe(30)
  expect(rows[0]).toMatchObject({ address: '127.0.0.0/24', rule: 'unknown-token' })
})

test('a counted denial is recorded within about a second', async () => {
  const { runtimeUrl, runtime } = await databaseForTest()
  const { url } = await startApp(runtimeUrl)
  await fetch(`${url}/refused`)
  await expect.poll(() => runtime`select from audit.events where kind = 'refused'`).toHaveLength(1)
})

test('closing waits for the event of the current request, then ends the stream', async () => {
  const { runtimeUrl, runtime } = await databaseForTest()
  const app = Fastify()
  await app.register(audit, { store: createPostgresAuditStore({ pool: { url: runtimeUrl } }) })
  const gate = new EventEmitter()
  const entered = once(gate, 'entered')
  app.get('/slow', async () => {
    const released = once(gate, 'released')
    gate.emit('entered')
    await released
    await app.audit.record({ kind: 'call', app: 'slow' })
    return {}
  })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const received = once(get(`${url}/slow`, { agent: false }), 'response')
  await entered
  const closing = app.close()
  gate.emit('released')
  const [response] = await received
  response.resume()
  expect(response.statusCode).toBe(200)
  await closing
  const kinds = await runtime`select kind from audit.events order by seq`
  expect(kinds.map(({ kind }) => kind)).toEqual(['stream.opened', 'call', 'stream.closed'])
  expect(await checkChain(runtime)).toMatchObject({ intact: true })
})

test('an application without its database does not start', async () => {
  const app = Fastify()
  await app.register(audit, {
    store: createPostgresAuditStore({ pool: { url: 'postgres://a:b@127.0.0.1:1/x' }, timeout: 500 }),
  })
  await expect(app.listen({ port: 0 })).rejects.toMatchObject({ code: 'RGW_AUDIT_UNAVAILABLE' })
  await app.close()
})

test('the stream of a dead process is adopted at the start', async () => {
  const { runtimeUrl, runtime } = await databaseForTest()
  const lost = '01890000-0000-7000-8000-000000000000'
  await runtime`insert into audit.streams (id, month, host, pid, lease_until)
    values (${lost}, date_trunc('month', now()), 'gone', 3, now() - interval '1 minute')`
  const app = Fastify()
  onTestFinished(() => app.close())
  const adoptions = createPostgresAdoptionStore({ pool: { url: runtimeUrl } })
  await app.register(audit, {
    store: createPostgresAuditStore({ pool: { url: runtimeUrl } }),
    adoptions,
    host: 'test',
    pid: 7,
  })
  await app.ready()
  await expect.poll(() => app.audit.stats()).toMatchObject({ adopted: 1, unknown: 0 })
  expect(await runtime`select adopted_by from audit.streams where id = ${lost}`).toEqual([
    { adopted_by: app.audit.stats().stream },
  ])
  await app.close()
  expect(await checkChain(runtime)).toMatchObject({ intact: true })
})
