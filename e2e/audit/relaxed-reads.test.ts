import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { changesApplied, type System, startSystem, verifyStreams } from '../support/gateway/system.ts'
import { takeDatabase } from '../support/gateway/take-database.ts'

const form = ['Content-Type: application/x-www-form-urlencoded']

describe('AUDIT_READS=relaxed', () => {
  let system: System
  let admin: string
  beforeEach(async () => {
    system = await startSystem({ auditReads: 'relaxed', tuning: { auditLimits: { deadline: 3_000 } } })
    admin = await system.token('admin')
    await changesApplied(system)
    await system.get('/apps?', admin)
    await expect.poll(async () => (await system.lastEvent()).route).toBe('GET /apps')
  })
  afterEach(() => system.stop())

  /** Keeps all records waiting, as a slow database would. */
  async function holdRecords(): Promise<() => Promise<void>> {
    const held = await system.sql.reserve()
    await held`begin`
    await held`select id from audit.streams for update`
    return async () => {
      await held`rollback`
      held.release()
    }
  }

  test('a read is answered before its event is durable, and the event is still recorded', async () => {
    const release = await holdRecords()
    const responses = await Promise.all(Array.from({ length: 20 }, () => system.get('/apps?', admin)))
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]))
    const before = await system.events()
    await release()
    await expect.poll(async () => (await system.events()).length - before.length).toBe(20)
    expect(await verifyStreams(system.sql)).toMatchObject({ intact: true })
  })

  test('a change is not sent before its intent is durable', async () => {
    system.rack.clearReceived()
    const release = await holdRecords()
    const change = system.send('PUT', '/apps/myapp?', admin, 'lock=true', form)
    await system.get('/apps?', admin)
    expect(system.rack.received.map(({ method }) => method)).toEqual(['GET'])
    await release()
    expect((await change).status).toBe(200)
    expect(system.rack.received.map(({ method }) => method)).toEqual(['GET', 'PUT'])
  })

  test('once it is certain that the log cannot be written, a read is refused and the rack is not asked', async () => {
    const giveBack = await takeDatabase(system.database)
    await expect.poll(() => system.app.audit.stats().waiting).toBe(0)
    await system.get('/apps?', admin)
    await expect.poll(() => system.app.audit.stats().available, { interval: 100 }).toBe(false)
    system.rack.clearReceived()
    const read = await system.get('/apps?', admin)
    expect([read.status, JSON.parse(read.body).code]).toEqual([503, 'RGW_AUDIT_UNAVAILABLE'])
    expect(system.rack.received).toEqual([])
    await giveBack()
    await expect.poll(async () => (await system.get('/apps?', admin)).status, { interval: 250 }).toBe(200)
  })
})
