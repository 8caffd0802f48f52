import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createSecureContext, TLSSocket } from 'node:tls'
import { rootCertificate, serverIdentity } from '@rack-gateway/testing/certificates'
import { listen } from '@rack-gateway/testing/server'
import type { Sql } from 'postgres'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openPool } from './pool.ts'
import { databaseForTest } from './testing/connect.ts'
import { startFaultyProxy } from './testing/faulty-proxy.ts'
import { sharedFixture } from './testing/index.ts'

const sharedDatabase = sharedFixture(databaseForTest)

/** A pool over a proxy, whose only connection waits for a response. */
async function askingPool() {
  const { runtimeUrl, admin } = sharedDatabase()
  const proxy = await startFaultyProxy(runtimeUrl)
  const sql = openPool({ url: proxy.url }, { connect_timeout: 60 })
  onTestFinished(async () => {
    await sql.end({ timeout: 0 })
    await proxy.stop()
  })
  const [backend] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`
  const asked = sql`select pg_sleep(60)`
  asked.catch(() => {})
  const sleeping = () => admin`
    select from pg_stat_activity where pid = ${backend?.pid ?? 0} and state = 'active' and query like '%pg_sleep(60)%'`
  await expect.poll(sleeping).toHaveLength(1)
  return { sql, asked, proxy }
}

// The event of a socket's close comes after the immediates of the turn in which the socket breaks.
test.each([0, 1])('a query %i turns after a broken connection fails, and does not block later ones', async (turns) => {
  const { sql, asked, proxy } = await askingPool()
  proxy.reset()
  await expect(asked).rejects.toMatchObject({ code: 'ECONNRESET' })
  for (let turn = 0; turn < turns; turn++) await nextTurn()
  const closed = { code: 'CONNECTION_CLOSED' }
  await expect(sql`select ${'between'}::text as said`).rejects.toMatchObject(closed)
  expect(await sql`select 1 as one`).toMatchObject([{ one: 1 }])
})

test('a query fails if the server closes each connection before it answers', async () => {
  const { port, close } = await listen(createServer((socket) => socket.end()))
  const sql = openPool({ url: `postgres://nobody@127.0.0.1:${port}/none` }, { connect_timeout: 60 })
  onTestFinished(async () => {
    await sql.end({ timeout: 0 })
    await close()
  })
  await expect(sql`select 1`).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
})

test.each([
  ['a query', (sql: Sql) => sql`select 1 / (3 - n) from generate_series(1, 5) n`],
  ['a cursor', (sql: Sql) => sql`select 1 / (3 - n) from generate_series(1, 5) n`.cursor(10, () => undefined)],
])('an error after some rows of %s leaves none of them to the next query', async (_, fail) => {
  const sql = openPool({ url: sharedDatabase().runtimeUrl })
  onTestFinished(() => sql.end({ timeout: 0 }))
  await expect(fail(sql)).rejects.toMatchObject({ code: '22012' })
  expect([...(await sql`select 1 as one`)]).toEqual([{ one: 1 }])
})

// A few rows arrive as one piece that fills the stream's buffer, together with its end.
test.each([1, 30, 60, 1_000])('a connection can be used again after a COPY of %i rows', async (rows) => {
  const sql = openPool({ url: sharedDatabase().runtimeUrl })
  onTestFinished(() => sql.end({ timeout: 0 }))
  const copied: Readable = await sql
    .unsafe(`copy (select repeat('x', 1000) from generate_series(1, ${rows})) to stdout`)
    .readable()
  let bytes = 0
  for await (const chunk of copied) bytes += chunk.length
  expect(bytes).toBe(rows * 1_001)
  expect(await sql`select 1 as one`).toMatchObject([{ one: 1 }])
})

describe('with verified TLS, a server that is named by its address', () => {
  /** Answers the request for TLS, and ends the connection once it is encrypted. Its certificate is for localhost and 127.0.0.1. */
  async function startTlsServer(address: string): Promise<string> {
    const context = createSecureContext(serverIdentity)
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => {
        socket.write('S')
        new TLSSocket(socket, { isServer: true, secureContext: context })
          .on('error', () => {})
          .once('data', () => socket.end())
      })
    }).listen(0, address)
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const bound = server.address()
    if (typeof bound !== 'object' || bound === null) throw new Error('no port')
    return `postgres://nobody@${address}:${bound.port}/none`
  }

  test.each([
    ['127.0.0.1', 'CONNECTION_CLOSED'],
    ['127.0.0.2', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('%s: the certificate must have this address, and not the name localhost', async (address, code) => {
    const url = await startTlsServer(address)
    const sql = openPool({ url }, { ssl: { ca: rootCertificate } })
    onTestFinished(() => sql.end({ timeout: 0 }))
    await expect(sql`select 1`).rejects.toMatchObject({ code })
  })
})
