import type { AuditEvent } from '@rack-gateway/audit'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../../support/gateway/system.ts'
import { createUser, someId, type TestUser } from '../callers.ts'

interface ShownAlarm {
  readonly id: string
  readonly event: AuditEvent
  readonly acknowledged: { readonly id: string; readonly by: string; readonly reason: string } | null
}

describe('alarms of the audit log', () => {
  let system: System
  let admin: TestUser
  let auditor: TestUser
  beforeAll(async () => {
    system = await startSystem({ publicUrl: 'own', checkpoints: undefined })
    admin = await createUser(system, 'admin')
    auditor = await createUser(system, 'auditor')
  })
  afterAll(() => system.stop())

  async function alarms(): Promise<ShownAlarm[]> {
    const { status, json } = await call(system, auditor.token, 'GET', '/audit/alarms')
    expect(status).toBe(200)
    return (json as { items: ShownAlarm[] }).items
  }
  async function readiness(): Promise<string> {
    await system.app.checkpoints.makeIfDue()
    const { openInconsistencies } = system.app.checkpoints.state()
    return `${openInconsistencies.count} ${openInconsistencies.last ?? ''}`.trim()
  }
  const acknowledge = (id: string, reason: string, token = admin.token) =>
    call(system, token, 'POST', `/audit/alarms/${id}/acknowledge`, { reason })

  test('are listed, stand in readiness until a person has acknowledged what they are about, and stay in the log', async () => {
    const broken = { problem: 'hash', stream: someId(), seq: 7, checkpoint: 3 }
    const { id } = await system.app.audit.record({ kind: 'audit.inconsistent', detail: broken })
    const again = await system.app.audit.record({ kind: 'audit.inconsistent', detail: { ...broken, checkpoint: 9 } })
    await system.app.audit.record({ kind: 'stream.not-recovered', close: 'it differs', detail: { file: 'x' } })
    await system.app.audit.record({ kind: 'call', rack: 'staging' })
    const { position: place } = again
    expect(await readiness()).toBe(`1 ${place.at}`)
    expect((await alarms()).map(({ event, acknowledged }) => [event.kind, acknowledged])).toEqual([
      ['stream.not-recovered', null],
      ['audit.inconsistent', null],
      ['audit.inconsistent', null],
    ])

    const response = await acknowledge(id, 'a disk was replaced')
    expect([response.status, response.json]).toEqual([
      200,
      expect.objectContaining({
        id,
        acknowledged: expect.objectContaining({ by: admin.email, reason: 'a disk was replaced' }),
      }),
    ])
    const said = (await system.events()).findLast(({ kind }) => kind === 'alarm.acknowledged')
    expect(said).toMatchObject({
      of: id,
      principal: { id: admin.id },
      permission: 'gateway:audit:acknowledge',
      detail: { reason: 'a disk was replaced', alarm: 'audit.inconsistent' },
    })
    expect(await readiness()).toBe('0')
    const replica = await system.replica()
    await replica.app.checkpoints.makeIfDue()
    expect(replica.app.checkpoints.state().openInconsistencies).toEqual({ count: 0, last: null })
    await replica.stop()
    expect((await alarms()).filter(({ event }) => event.kind === 'audit.inconsistent')).toHaveLength(2)

    await system.app.audit.record({ kind: 'audit.inconsistent', detail: { ...broken, seq: 8 } })
    expect(await readiness()).toMatch(/^1 /)
  })

  test('are acknowledged once: the first note stays', async () => {
    const { id } = await system.app.audit.record({ kind: 'session.superseded-token', detail: { session: someId() } })
    await acknowledge(id, 'one')
    const second = await acknowledge(id, 'two')
    expect(second.json).toMatchObject({ acknowledged: { reason: 'one' } })
    const said = (await system.events()).filter((event) => event.of === id)
    expect(said.map(({ detail }) => detail?.reason)).toEqual(['one'])
  })

  test('reject acknowledgement of other events, of missing events, and with an invalid note', async () => {
    const { id } = await system.app.audit.record({ kind: 'call', rack: 'staging' })
    expect((await acknowledge(id, 'x')).json).toMatchObject({ code: 'RGW_NO_ALARM' })
    expect((await acknowledge('01a21006-6e55-7646-9171-966421143187', 'x')).status).toBe(404)
    expect((await acknowledge('x', 'x')).status).toBe(404)
    expect((await acknowledge(id, 'two\nlines')).status).toBe(400)
    expect((await acknowledge(id, '')).status).toBe(400)
  })

  test('are visible to auditors, who cannot acknowledge them', async () => {
    const { id } = await system.app.audit.record({ kind: 'session.superseded-token', detail: { session: someId() } })
    const refused = await acknowledge(id, 'x', auditor.token)
    expect([refused.status, refused.json]).toEqual([
      403,
      expect.objectContaining({
        error: expect.stringContaining(
          'Only administrators can acknowledge alarms of the audit log. You have the role auditor.',
        ),
      }),
    ])
    expect((await alarms()).find((alarm) => alarm.id === id)?.acknowledged).toBeNull()
  })
})
