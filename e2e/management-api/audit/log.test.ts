import { get, type IncomingMessage } from 'node:http'
import { finished } from 'node:stream/promises'
import { managementApi as prefix } from '@rack-gateway/testing/management-api'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { responseTo } from '../../support/callers/caller.ts'
import { type System, startSystem } from '../../support/gateway/system.ts'
import { createUser, type TestUser } from '../callers.ts'

describe('the whole audit log, longer than what fits between gateway and reader', () => {
  let system: System
  let auditor: TestUser
  let admin: postgres.Sql
  beforeAll(async () => {
    system = await startSystem({ publicUrl: 'own', tuning: { checkpointInterval: 0 } })
    admin = postgres(system.database.adminUrl, { max: 1, onnotice() {} })
    auditor = await createUser(system, 'auditor')
    const filler = 'x'.repeat(900)
    for (let part = 0; part < 25; part++)
      await Promise.all(
        Array.from({ length: 1_000 }, () => system.app.audit.recordSoon({ kind: 'call', close: filler })),
      )
  })
  afterAll(async () => {
    await admin.end({ timeout: 5 })
    await system.stop()
  })

  async function begun({ token }: TestUser): Promise<IncomingMessage> {
    const headers = { authorization: `Bearer ${token}` }
    const asked = get(`${system.url}${prefix}/audit/log`, { headers, agent: false })
    const response = await responseTo(asked)
    response.pause().on('error', () => undefined)
    onTestFinished(() => void response.destroy())
    return response
  }

  /** Seconds since more of the log was wanted. */
  async function quietFor(): Promise<number> {
    const [last] = await admin`
      select extract(epoch from clock_timestamp() - max(query_start))::float8 as seconds from pg_stat_activity
      where application_name = 'rack-gateway audit log' and datname = current_database()`
    return last?.seconds
  }

  test('is cut when its reader loses the session', async () => {
    const reader = await createUser(system, 'auditor')
    const response = await begun(reader)
    expect(response.statusCode).toBe(200)
    const other = await createUser(system, 'admin')
    expect((await system.send('DELETE', `${prefix}/sessions/${reader.session}`, other.token)).status).toBe(200)
    await expect(finished(response.resume())).rejects.toThrow()
    expect(response.complete).toBe(false)
  })

  test('prevents neither unauthenticated callers from reading the keys nor auditors from reading proofs while the limit of readers is reached', async () => {
    await system.checkpoint()
    const readers: IncomingMessage[] = []
    for (const reader of [await createUser(system, 'auditor'), await createUser(system, 'auditor')]) {
      await vi.waitFor(async () => {
        const response = await begun(reader)
        expect(response.statusCode).toBe(200)
        readers.push(response)
      }, 60_000)
    }
    const keys = await Promise.all(Array.from({ length: 20 }, () => fetch(`${system.url}${prefix}/audit/keys`)))
    expect(new Set(keys.map(({ status }) => status))).toEqual(new Set([200]))
    const [{ id } = {}] = await system.sql`select id from audit.events where kind = 'call' order by at limit 1`
    const headers = { authorization: `Bearer ${auditor.token}` }
    await system.checkpoint()
    expect((await fetch(`${system.url}${prefix}/audit/events/${id}/proof`, { headers })).status).toBe(200)
    for (const reader of readers) reader.destroy()
  })

  test('aborts responses that are not read for a minute', async () => {
    const stalled: IncomingMessage[] = []
    for (const reader of [await createUser(system, 'auditor'), await createUser(system, 'auditor')]) {
      await vi.waitFor(async () => {
        const response = await begun(reader)
        expect(response.statusCode).toBe(200)
        stalled.push(response)
      }, 60_000)
    }
    expect(stalled).toHaveLength(2)
    expect((await begun(auditor)).statusCode).toBe(429)
    await expect.poll(() => quietFor()).toBeGreaterThan(1)
    const now = performance.now.bind(performance)
    const minuteLater = vi.spyOn(performance, 'now').mockImplementation(() => now() + 61_000)
    onTestFinished(() => minuteLater.mockRestore())
    await expect.poll(async () => (await begun(auditor)).statusCode).toBe(200)
  })
})
