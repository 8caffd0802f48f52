import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuditWriter } from '@rack-gateway/audit'
import { signingKeyOf } from '@rack-gateway/audit/checkpoints'
import { createPostgresAuditStore } from '@rack-gateway/audit/store'
import { databaseLog } from '@rack-gateway/audit/verify'
import { jsonFaults } from '@rack-gateway/cli/reference'
import { createTestDatabase } from '@rack-gateway/database/testing'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { callCli } from './support/cli-call.ts'
import { gatewayDefaults } from './support/gateway-defaults.ts'
import { type System, startSystem } from './support/system.ts'

const minute = 60_000

let system: System
let outside: string
let files: string
beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), 'rack-gateway-outside-'))
  system = await startSystem({ publicUrl: 'own', checkpoints: outside })
  files = await mkdtemp(join(tmpdir(), 'rack-gateway-audit-'))
})
afterAll(async () => {
  await system.stop()
  for (const directory of [outside, files]) await rm(directory, { recursive: true })
})

const [key = ''] = gatewayDefaults.checkpoints.signingKeys.map(
  (secret) => signingKeyOf(Buffer.from(secret.reveal(), 'base64')).publicKey.text,
)

/** Adds a stream as the database's owner can. @returns its ID, and that of its event */
async function inventStream(age: number): Promise<{ stream: string; id: string }> {
  const other = await createTestDatabase()
  onTestFinished(other.drop)
  const store = createPostgresAuditStore({ url: other.runtimeUrl })
  const clock = { now: () => Date.now() - age }
  const writer = createAuditWriter({ store, clock, host: 'invented', pid: 1 })
  await writer.open()
  const { event } = await writer.record({ kind: 'call', rack: 'staging', app: 'invented' })
  const stream = writer.stats().stream ?? ''
  const sql = postgres(other.adminUrl, { max: 1 })
  const rows = await sql`select * from audit.events where stream = ${stream}`
  await Promise.all([writer.close(), sql.end()])
  await store.close()
  await system.sql`select audit.ensure_partition(${new Date(clock.now()).toISOString().slice(0, 10)}::date)`
  await system.sql`insert into audit.events ${system.sql(rows)}`
  return { stream, id: event.id }
}

async function auditor(...words: string[]) {
  const token = await system.token('auditor', { email: 'auditor@example.com' })
  return callCli(['audit', ...words], { RACK_GATEWAY_URL: system.url, RACK_GATEWAY_TOKEN: token })
}

/** The options that make the command read from the gateway, the database, and an export. */
async function sources(): Promise<readonly string[][]> {
  // A checkpoint that comes later would sign events that the export doesn't have.
  const copies = await mkdtemp(join(files, 'copies-'))
  await cp(outside, copies, { recursive: true })
  const file = join(copies, 'audit.ndjson')
  const lines: string[] = []
  for await (const some of databaseLog(system.sql).lines()) lines.push(...some)
  await writeFile(file, `${lines.join('\n')}\n`)
  return [[], ['--database', system.database.runtimeUrl], ['--export', file, '--checkpoints', copies]]
}

test('a recent stream that the owner of the database adds is named, and has no proof', async () => {
  const { stream, id } = await inventStream(minute / 2)
  await system.checkpoint()
  for (const source of await sources()) {
    const verified = await auditor('verify', '--key', key, ...source)
    expect([verified.code, verified.stderr]).toEqual([0, ''])
    expect(verified.stdout).toContain(
      `In no checkpoint: 1 whole stream (${stream}). Nothing proves that a gateway wrote it`,
    )
    const json = JSON.parse((await auditor('verify', '--key', key, '--json', ...source)).stdout)
    expect(json).toMatchObject({ intact: true, unsignedStreams: [stream] })
    expect(jsonFaults('audit verify', json)).toEqual([])
  }
  for (const source of [[], ['--database', system.database.runtimeUrl]]) {
    const proof = await auditor('prove', id, ...source)
    expect([proof.code, proof.stdout]).toEqual([8, ''])
    expect(proof.stderr).toContain('nothing proves that a gateway wrote it. Retry in a minute.')
    expect(proof.stderr).toContain('If no checkpoint signs it within seven minutes, run: rack-gateway audit verify')
  }
})

test('a stream with a row in audit.streams is signed as that of a gateway, as the documentation says', async () => {
  const { stream } = await inventStream(minute / 2)
  await system.sql`
    insert into audit.streams (id, month, host, pid, lease_until, fallback)
    values (${stream}, date_trunc('month', now() at time zone 'UTC') at time zone 'UTC', 'invented', 1, now(), false)`
  await system.checkpoint()
  const verified = await auditor('verify', '--key', key)
  expect([verified.code, verified.stdout]).toEqual([0, expect.not.stringContaining(stream)])
})

test.each([
  ['that is seven minutes old', 7 * minute, 'unsigned', /and no checkpoint signs them, although/],
  ['with times in the future', -6 * minute, 'future', /which is in the future, and no checkpoint signs them/],
] as const)('an added stream %s is a finding', async (_, age, problem, sentence) => {
  const { stream } = await inventStream(age)
  await system.checkpoint()
  for (const source of await sources()) {
    const verified = await auditor('verify', '--key', key, ...source)
    expect(verified.code).toBe(3)
    const line = verified.stdout.split('\n').find((text) => text.startsWith(`  stream ${stream}, events 1 to 2: `))
    expect(line).toMatch(sentence)
    const json = JSON.parse((await auditor('verify', '--key', key, '--json', ...source)).stdout)
    expect(json.findings).toContainEqual(expect.objectContaining({ problem, stream, seq: 1, until: 2 }))
  }
})
