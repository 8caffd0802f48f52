import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuditWriter, createPostgresAuditStore, type EventDraft, uuidv7 } from '@rack-gateway/audit'
import { locks } from '@rack-gateway/database'
import { openObjectStore, readObjectStoreAddress } from '@rack-gateway/object-store'
import { createRecordings } from '@rack-gateway/recordings'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { callCli } from '../support/convox/cli-call.ts'
import { keysOf } from '../support/gateway/recorded.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import { leaveNothing, runCommand } from '../support/processes.ts'

let system: System
let outside: string
let archive: string
beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), 'rack-gateway-outside-'))
  archive = await mkdtemp(join(tmpdir(), 'rack-gateway-archive-'))
  system = await startSystem({ publicUrl: 'own', checkpoints: outside })
})
afterAll(async () => {
  await leaveNothing()
  await system.stop()
  for (const directory of [outside, archive]) await rm(directory, { recursive: true })
})

const now = new Date()
const monthsAgo = (count: number) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - count, 2))
const [old, recent] = [monthsAgo(15), monthsAgo(3)]
const named = (date: Date) => date.toISOString().slice(0, 7)

/** Events of a gateway whose clock stands in a month that is over. @returns the id of one of them */
async function writeMonth(date: Date, count: number, more: readonly EventDraft[] = []): Promise<string> {
  const [ensure] =
    await system.sql`select pg_get_functiondef('audit.ensure_partition(date)'::regprocedure) as definition`
  await system.sql.unsafe(
    String(ensure?.definition).replace("this_month - interval '1 month'", "this_month - interval '9 years'"),
  )
  // No event is added to the stream of a month that is over, so a checkpoint in the middle would be the last one of the stream.
  const noCheckpoints = await system.sql.reserve()
  await noCheckpoints`select pg_advisory_lock(${locks.space}::int, ${locks.checkpoints}::int)`
  const store = createPostgresAuditStore({ pool: { url: system.database.runtimeUrl } })
  const writer = createAuditWriter({ store, clock: { now: () => date.getTime() }, host: 'test', pid: 1 })
  await writer.open()
  for (const draft of more) await writer.record(draft)
  const written = await Promise.all(Array.from({ length: count }, () => writer.record({ kind: 'call', app: 'myapp' })))
  await writer.close()
  await store.close()
  await noCheckpoints`select pg_advisory_unlock(${locks.space}::int, ${locks.checkpoints}::int)`
  noCheckpoints.release()
  return written.at(-1)?.id ?? ''
}

/** Makes a checkpoint. @returns how many streams none has signed yet */
async function unsignedStreams(): Promise<number> {
  await system.checkpoint()
  const [found] = await system.sql`select count(*)::int as streams from audit.streams s
    where not exists (select from audit.trees t where t.stream = s.id)`
  return Number(found?.streams)
}

/** A session of then, as its store has it and as its events say. */
async function storeRecording(date: Date) {
  const directory = await mkdtemp(join(tmpdir(), 'rack-gateway-recorded-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const store = await openObjectStore(readObjectStoreAddress(directory))
  const recordings = createRecordings({ store, deriveKeys: keysOf(system.secretKey), onError() {} })
  const id = uuidv7(date.getTime())
  const header = { cols: 80, rows: 24, startedAt: date.getTime(), command: 'bash', title: '' }
  const recording = await recordings.begin({ id, mode: 'strict', secrets: null, header, onGap() {} })
  const summary = recording.finish('cut')
  await recordings.close()
  const events: readonly EventDraft[] = [
    { kind: 'opened', recording: { id, mode: 'strict' } },
    { kind: 'closed', recording: { ...summary, mode: 'strict' } },
  ]
  return { id, directory, events }
}

function serverCommand(...words: string[]) {
  return runCommand('rack-gateway-server', ['audit', 'archive', ...words], {
    RACK_URL_STAGING: system.rack.url,
    RACK_TOKEN_STAGING: system.rack.token,
    APP_SECRET_KEY: system.secretKey,
    DATABASE_URL: system.database.runtimeUrl,
    DATABASE_OWNER_URL: system.database.ownerUrl,
    AUDIT_SIGNING_KEY: Buffer.alloc(32, 1).toString('base64'),
  })
}

async function auditor(...words: string[]) {
  const token = await system.token('auditor', { email: 'auditor@example.com' })
  return callCli(['audit', ...words], { RACK_GATEWAY_URL: system.url, RACK_GATEWAY_TOKEN: token })
}

test('a month is archived and dropped by one command, and an auditor still proves all of it by another', async () => {
  const recorded = await storeRecording(old)
  const id = await writeMonth(old, 28, recorded.events)
  await writeMonth(recent, 5)
  expect(await unsignedStreams()).toBe(0)

  const archived = await serverCommand('--to', archive)
  expect(archived).toMatchObject({ code: 0, stderr: '' })
  expect(archived.stdout.split('\n')).toEqual([
    expect.stringMatching(`^${named(old)}\tarchived\t32 events\tmanifest [0-9a-f]{64}$`),
    expect.stringMatching(`^${named(recent)}\tarchived\t7 events\t`),
    '',
  ])
  const dropped = await serverCommand('--to', archive, '--drop')
  expect([dropped.code, dropped.stdout]).toEqual([0, expect.stringContaining(`${named(old)}\tdropped\t32 events`)])
  expect(
    await system.sql`select from audit.events where at < ${recent}::timestamptz - interval '1 month'`,
  ).toHaveLength(0)
  const said = await system.sql<{ kind: string }[]>`
    select kind from audit.events where kind like 'audit.%' and kind <> 'audit.read' order by at, seq`
  expect(said.map(({ kind }) => kind)).toEqual(['audit.archived', 'audit.archived', 'audit.dropping', 'audit.dropped'])
  await system.checkpoint()

  const live = await auditor('verify')
  expect([live.code, live.stderr]).toEqual([0, ''])
  expect(live.stdout).toContain('Verified ')
  expect(live.stdout).toContain(
    `NOT verified here: ${named(old)} (1 stream, 32 events) is only in its archive, ${archive}`,
  )

  const alone = await auditor('verify', '--archive', archive, '--checkpoints', outside)
  expect([alone.code, alone.stdout]).toEqual([
    0,
    expect.stringContaining(`Verified the archive of ${named(old)}: 32 events in 1 stream.`),
  ])
  expect(alone.stdout).toContain('Copies: compared')

  const both = await auditor('verify', '--database', system.database.ownerUrl, '--archive', archive, '--json')
  expect(JSON.parse(both.stdout)).toMatchObject({
    intact: true,
    archived: [{ month: named(old), events: 32 }],
    archives: [
      { month: named(old), intact: true },
      { month: named(recent), intact: true },
    ],
  })

  const withRecordings = ['--recordings', recorded.directory]
  const unproven = await auditor('verify', ...withRecordings)
  expect([unproven.code, unproven.stdout]).toEqual([
    0,
    expect.stringContaining(
      `NOT proven: 1 recording of months whose events were not read here. Add --archive DIR: ${recorded.id}`,
    ),
  ])
  for (const words of [[], ['--database', system.database.ownerUrl]])
    expect(await auditor('verify', ...words, '--archive', archive, ...withRecordings)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Verified 1 recording (2 chunks). They are what was recorded.'),
    })
  await rm(join(recorded.directory, 'recordings', recorded.id, '0000000001'))
  expect(await auditor('verify', '--archive', archive, ...withRecordings)).toMatchObject({
    code: 3,
    stdout: expect.stringContaining(
      `recording ${recorded.id}: chunk 1 is missing: by the audit log, there are 2 chunks`,
    ),
  })

  const proof = join(outside, 'proof.json')
  expect((await auditor('prove', id)).code).not.toBe(0)
  expect(await auditor('prove', id, '--archive', archive, '--output', proof)).toMatchObject({ code: 0 })
  expect(await auditor('verify-proof', proof)).toMatchObject({ code: 0, stdout: expect.stringContaining(id) })

  const part = join(archive, named(old), 'events-000001.ndjson.gz')
  const bytes = await readFile(part)
  bytes[40] = (bytes[40] ?? 0) ^ 1
  await rm(part)
  await writeFile(part, bytes)
  const tampered = await auditor('verify', '--archive', archive)
  expect([tampered.code, tampered.stdout]).toEqual([3, expect.stringContaining('events-000001.ndjson.gz was changed')])
  expect(await auditor('prove', id, '--archive', archive)).toMatchObject({ stderr: expect.stringContaining('damaged') })
})

test('a caller without the owner login gets an error that names it', async () => {
  const { code, stderr } = await runCommand('rack-gateway-server', ['audit', 'archive', '--to', archive], {
    RACK_URL_STAGING: system.rack.url,
    RACK_TOKEN_STAGING: system.rack.token,
    APP_SECRET_KEY: system.secretKey,
    DATABASE_URL: system.database.runtimeUrl,
  })
  expect([code, stderr]).toEqual([2, expect.stringContaining('DATABASE_OWNER_URL')])
})

test('readiness says how far back the log goes', async () => {
  const response = await fetch(`${system.url}/gateway/health/ready`)
  expect(await response.text()).toMatch(/in the database from \d{4}-\d\d on; /)
})
