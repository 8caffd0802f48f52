import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuditEvent } from '@rack-gateway/audit'
import { createDemoRack, type DemoRack } from '@rack-gateway/demo-rack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callCli } from '../support/convox/cli-call.ts'
import { ask, call } from '../support/demo.ts'
import { type BackedUpDatabase, type Logins, startBackedUpDatabase } from '../support/gateway/backed-up-database.ts'
import { leaveNothing, runCommand, startCommand } from '../support/processes.ts'

let rack: DemoRack
let database: BackedUpDatabase
/** Copies of checkpoints, where the owner of the database cannot change them. */
let copies: string
beforeAll(async () => {
  rack = createDemoRack({ name: 'staging', token: 'rack-password' })
  await rack.listen()
  copies = mkdtempSync(join(tmpdir(), 'rack-gateway-copies-'))
  database = await startBackedUpDatabase()
}, 120_000)
afterAll(async () => {
  await database.stop()
  await leaveNothing()
  await rack.close()
  rmSync(copies, { recursive: true })
})

function environment({ ownerUrl, runtimeUrl }: Logins) {
  return {
    RACK_URL_STAGING: rack.url,
    RACK_TOKEN_STAGING: rack.token,
    APP_SECRET_KEY: 'a-secret-key-of-at-least-32-bytes!!',
    DATABASE_URL: runtimeUrl,
    DATABASE_OWNER_URL: ownerUrl,
    AUDIT_CHECKPOINT_DIR: copies,
    HOST: '127.0.0.1',
    PORT: '0',
  }
}

/** A gateway process. When it stops, it signs and copies all its events. */
async function startGateway(logins: Logins) {
  const program = startCommand('gateway', [], environment(logins))
  const [, url = ''] = await program.saw(/"url":"([^"]+)"/)
  return {
    async call(token: string, count: number) {
      for (let done = 0; done < count; done++) expect((await call(url, '/apps', token)).status).toBe(200)
    },
    async readiness() {
      const response = await fetch(`${url}/gateway/health/ready`)
      return JSON.parse(await response.text()).checks.checkpoints
    },
    async stop() {
      program.signal('SIGTERM')
      return await program.ended
    },
  }
}

const server = (logins: Logins, ...words: string[]) => runCommand('rack-gateway-server', words, environment(logins))

function copiesNow(): string[] {
  return readdirSync(copies, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.note'))
    .toSorted()
}

/** As an auditor who noted the key before. */
async function verify({ ownerUrl }: Logins) {
  const [first = ''] = copiesNow()
  const [, key = ''] = /^key (.*)$/m.exec(readFileSync(join(copies, first), 'utf8')) ?? []
  const words = ['audit', 'verify', '--database', ownerUrl, '--checkpoints', copies, '--key', key]
  const { code, stdout } = await callCli(words)
  const json = await callCli([...words, '--json'])
  const { findings, intact } = JSON.parse(json.stdout)
  return { code, stdout, findings, intact }
}

async function eventsOf({ ownerUrl }: Logins, kind: string): Promise<AuditEvent[]> {
  const rows = await ask(ownerUrl, (sql) => sql`select canonical from audit.events where kind = ${kind} order by at`)
  return rows.map(({ canonical }) => JSON.parse(canonical))
}

test('a restored log continues by the documented steps, and verifies with one finding that names the loss', async () => {
  const issued = await server(database, 'token', 'issue', '--user', 'ada@example.com', '--role', 'admin')
  const token = issued.stdout.trim()
  const first = await startGateway(database)
  await first.call(token, 3)
  await first.stop()
  expect(await verify(database)).toMatchObject({ code: 0, intact: true })

  // The gateway runs during the backup, and has events that no checkpoint signs yet.
  const second = await startGateway(database)
  await second.call(token, 2)
  await database.backUp()
  await second.call(token, 4)
  await second.stop()
  const last = copiesNow().length
  const lostCalls = (await eventsOf(database, 'call')).length

  const logins = await database.restore()
  const remaining = (await eventsOf(logins, 'call')).length
  expect(lostCalls - remaining).toBeGreaterThanOrEqual(4)
  const before = await verify(logins)
  expect([before.code, before.findings[0]]).toEqual([3, expect.objectContaining({ problem: 'removed' })])

  const missingReason = await server(logins, 'audit', 'restored')
  expect([missingReason.code, missingReason.stderr]).toEqual([
    2,
    expect.stringContaining('Missing required argument: reason'),
  ])
  const restored = await server(logins, 'audit', 'restored', '--reason', 'the disk failed', '--by', 'ada')
  expect([restored.code, restored.stderr]).toEqual([0, ''])
  expect(restored.stdout).toContain('The log continues from checkpoint ')

  const [event] = await eventsOf(logins, 'log.restored')
  expect(event).toMatchObject({
    principal: { kind: 'system', name: 'rack-gateway-server' },
    detail: { by: 'ada', reason: 'the disk failed', last, first: expect.any(Number), checkpoint: last + 1 },
  })
  const verified = await verify(logins)
  const finding = {
    about: 'restore',
    problem: 'restored',
    number: last + 1,
    from: event?.detail?.from,
    events: event?.detail?.events,
    event: { id: event?.id, by: 'ada', reason: 'the disk failed' },
  }
  expect(verified).toMatchObject({ code: 3, intact: false, findings: [finding] })
  expect(verified.stdout).toContain('NOT complete: the log was restored from a backup')
  expect(verified.stdout).toContain('Recorded by ada at ')

  const third = await startGateway(logins)
  await third.call(token, 2)
  await expect.poll(async () => (await third.readiness()).detail).toContain('copies in 1 of 1 places')
  expect((await third.readiness()).detail).not.toContain('ALARM')
  const ended = await third.stop()
  expect(ended.code).toBe(0)
  // The same directory has the copies of both times, without a gap.
  expect(copiesNow().length).toBeGreaterThan(last + 1)
  expect(await eventsOf(logins, 'audit.inconsistent')).toEqual([])
  expect(await verify(logins)).toMatchObject({ code: 3, findings: [finding] })

  const again = await server(logins, 'audit', 'restored', '--reason', 'again')
  expect([again.code, again.stderr]).toEqual([
    1,
    expect.stringContaining('The log has all checkpoints that have a copy'),
  ])

  // Another event of the backup disappears: the recorded restore does not hide it.
  const [removed = { stream: '', seq: 0 }] = await eventsOf(logins, 'call')
  await ask(logins.ownerUrl, async function deleteAsOwner(sql) {
    const partitions = await sql`
      select inhrelid::regclass::text as name from pg_inherits where inhparent = 'audit.events'::regclass`
    for (const { name } of [{ name: 'audit.events' }, ...partitions])
      await sql.unsafe(`ALTER TABLE ${name} DISABLE TRIGGER USER`)
    await sql`delete from audit.events where stream = ${removed.stream} and seq = ${removed.seq}`
  })
  const { findings } = await verify(logins)
  expect(findings).toMatchObject([finding, { problem: 'gap', stream: removed.stream, seq: removed.seq }])
}, 180_000)

test('the command says which setting is missing', async () => {
  const { AUDIT_CHECKPOINT_DIR: _, ...bare } = environment(database)
  const command = (...words: string[]) =>
    runCommand('rack-gateway-server', ['audit', 'restored', '--reason', 'x', ...words], bare)
  expect(await command()).toMatchObject({ code: 2, stderr: expect.stringContaining('Pass --checkpoints DIR') })
  expect(await command('--checkpoints', '/nowhere')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('The copies of checkpoints cannot be read'),
  })
})
