import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type System, startSystem } from '../../support/gateway/system.ts'
import { createUser, type TestUser } from '../callers.ts'

describe('the status of checkpoints', () => {
  const directory = mkdtempSync(join(tmpdir(), 'checkpoint-status-'))
  let system: System
  let auditor: TestUser
  beforeAll(async () => {
    system = await startSystem({ publicUrl: 'own', checkpoints: directory })
    auditor = await createUser(system, 'auditor')
  })
  afterAll(async () => {
    await system.stop()
    rmSync(directory, { recursive: true })
  })

  test('has the newest checkpoint, the events for the next one, and its copies, and is not recorded', async () => {
    await system.app.audit.record({ kind: 'call' })
    const events = (await system.events()).length
    await vi.waitFor(async () => {
      await system.checkpoint()
      const [last] =
        await system.sql`select number::int as number, note from audit.checkpoints order by number desc limit 1`
      const response = await call(system, auditor.token, 'GET', '/audit/checkpoint')
      expect(response.json).toMatchObject({
        checkpoint: { number: last?.number, events, streams: 1, heads: [{ size: events, state: 'open' }] },
        late: false,
        waiting: 0,
        alarms: 0,
        copies: [{ place: expect.stringContaining(directory), state: 'current' }],
      })
      const root = Buffer.from(response.text('checkpoint.heads.0.root'), 'hex').toString('base64')
      expect(last?.note).toContain(`stream ${response.text('checkpoint.heads.0.stream')} ${events} ${root} open\n`)
      expect(last?.note).toContain(`key ${response.text('checkpoint.key')}\n`)
    }, 20_000)
    expect((await system.events()).length).toBe(events)
  })

  test('counts the open alarms of every kind, apart from those that readiness reports', async () => {
    const counted = async () => {
      const { json } = await call(system, auditor.token, 'GET', '/audit/checkpoint')
      const { alarms, openAlarms } = json as { alarms: number; openAlarms: number }
      return [alarms, openAlarms]
    }
    const [replayed] = await Promise.all([
      system.app.audit.record({ kind: 'session.superseded-token', detail: { session: 's' } }),
      system.app.audit.record({ kind: 'stream.not-recovered', close: 'the file is damaged' }),
    ])
    await expect.poll(counted).toEqual([0, 2])
    await system.app.audit.record({ kind: 'audit.inconsistent', detail: { problem: 'changed' } })
    await system.checkpoint()
    await expect.poll(counted).toEqual([1, 3])
    const admin = await createUser(system, 'admin')
    const acknowledgment = { reason: 'the session was ended' }
    await call(system, admin.token, 'POST', `/audit/alarms/${replayed.id}/acknowledge`, acknowledgment)
    await expect.poll(counted).toEqual([1, 2])
  })
})
