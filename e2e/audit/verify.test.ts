import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { databaseLog } from '@rack-gateway/audit/verify'
import { jsonFaults } from '@rack-gateway/cli/reference'
import { callManagementApi } from '@rack-gateway/testing/management-api'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'

import { callCli } from '../support/convox/cli-call.ts'
import { type System, startSystem } from '../support/gateway/system.ts'

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

async function as(role: string, ...words: string[]) {
  const token = await system.token(role, { email: `${role}@example.com` })
  return callCli(['audit', ...words], { RACK_GATEWAY_URL: system.url, RACK_GATEWAY_TOKEN: token })
}

/** Calls, and a checkpoint that signs them, in the table and outside. */
async function recordCalls(count: number): Promise<void> {
  const token = await system.token('viewer', { email: 'viewer@example.com' })
  for (let index = 0; index < count; index++) await system.get('/apps?', token)
  await system.checkpoint()
  // Further checkpoints can come at any time.
  async function missingCopies(): Promise<number> {
    const [{ number } = { number: 0 }] = await system.sql`select max(number)::int as number from audit.checkpoints`
    const copies = (await readdir(outside, { recursive: true })).filter((name) => name.endsWith('.note'))
    return number - copies.length
  }
  await expect.poll(missingCopies).toBeLessThanOrEqual(0)
}

async function publishedKey(): Promise<string> {
  const response = await callManagementApi(system, null, 'GET', '/audit/keys')
  const { keys } = JSON.parse(response.body)
  expect(keys).toHaveLength(1)
  return keys[0].key
}

test('an auditor verifies the whole log by the command alone, from the gateway, the database and an export', async () => {
  await recordCalls(5)
  const key = await publishedKey()
  const fromGateway = await as('auditor', 'verify', '--key', key, '--checkpoints', outside)
  expect(fromGateway).toMatchObject({ code: 0, stderr: '' })
  expect(fromGateway.stdout).toMatch(/^Verified \d+ events in 1 stream\./)
  expect(fromGateway.stdout).toContain('Signed by the key in --key')
  expect(fromGateway.stdout).toContain('Copies: compared')

  const fromDatabase = await as('auditor', 'verify', '--database', system.database.runtimeUrl, '--key', key)
  expect([fromDatabase.code, fromDatabase.stdout]).toEqual([0, expect.stringContaining('Unanchored:')])

  // A checkpoint that comes later would sign events that the exports don't have.
  const copies = join(files, 'copies')
  await cp(outside, copies, { recursive: true })
  const file = join(files, 'audit.ndjson')
  const lines: string[] = []
  for await (const some of databaseLog(system.sql).lines()) lines.push(...some)
  await writeFile(file, `${lines.join('\n')}\n`)
  const fromExport = await as('auditor', 'verify', '--export', file, '--checkpoints', copies, '--json')
  expect(JSON.parse(fromExport.stdout)).toMatchObject({ intact: true, events: lines.length, anchored: true })
  const exported = join(files, 'exported.ndjson')
  expect((await as('auditor', 'export', '--output', exported)).code).toBe(0)
  const ofCommand = await as('auditor', 'verify', '--export', exported, '--checkpoints', copies, '--json')
  expect(JSON.parse(ofCommand.stdout)).toMatchObject({ intact: true, anchored: true, findings: [] })

  await writeFile(
    file,
    `${lines.map((line, index) => (index === 3 ? line.replace('"seq":4', '"seq":5') : line)).join('\n')}\n`,
  )
  const tampered = await as('auditor', 'verify', '--export', file, '--checkpoints', copies)
  expect([tampered.code, tampered.stdout]).toEqual([
    3,
    expect.stringMatching(/NOT what was recorded: 1 finding .*\n.*event 4.* is missing/),
  ])
})

test('an owner who deletes the checkpoints is detected by the key, and by events for which a checkpoint was due', async () => {
  const early = await startSystem({ now: () => Date.now() - 3_600_000, tuning: { checkpointInterval: 0 } })
  onTestFinished(() => early.stop())
  const token = await early.token('viewer')
  for (let index = 0; index < 3; index++) await early.get('/apps?', token)
  await early.checkpoint()
  const response = await callManagementApi(early, null, 'GET', '/audit/keys')
  const [{ key }] = JSON.parse(response.body).keys
  // Nobody signs again.
  await early.app.close()
  const verified = (...more: string[]) =>
    callCli(['audit', 'verify', '--database', early.database.runtimeUrl, ...more], {})

  const admin = postgres(early.database.adminUrl, { max: 1, onnotice() {} })
  onTestFinished(() => admin.end({ timeout: 0 }))
  await admin`alter table audit.checkpoints disable trigger user`
  await admin`delete from audit.checkpoints`
  const withKey = await verified('--key', key)
  expect([withKey.code, withKey.stdout]).toEqual([3, expect.stringContaining('there is no checkpoint')])
  const without = await verified()
  expect([without.code, without.stdout]).toEqual([3, expect.stringContaining('no checkpoint signs them')])
})

test('a caller who cannot read the log is denied, and reads are recorded', async () => {
  const refused = await as('viewer', 'verify')
  expect([refused.code, refused.stderr]).toEqual([
    5,
    expect.stringContaining('Only administrators and auditors can read and export the audit log.'),
  ])
  await as('auditor', 'verify')
  expect(await system.lastEvent()).toMatchObject({
    kind: 'audit.read',
    principal: { name: 'auditor@example.com' },
    detail: { what: 'the whole log' },
  })
})

test('an event is proven by a file that anybody can verify', async () => {
  await recordCalls(1)
  const key = await publishedKey()
  const [{ id } = {}] = await system.sql`select id from audit.events where kind = 'call' order by at limit 1`
  const proof = join(files, 'proof.json')
  const made = await as('auditor', 'prove', id, '--output', proof, '--key', key)
  expect([made.code, made.stderr]).toEqual([0, expect.stringContaining('The proof is valid.')])
  const alone = await callCli(['audit', 'verify-proof', proof, '--key', key])
  expect([alone.code, alone.stdout]).toEqual([0, expect.stringContaining(`Event ${id}`)])
  const printed = JSON.parse((await callCli(['audit', 'verify-proof', proof, '--key', key, '--json'])).stdout)
  expect(printed).toMatchObject({ holds: true, trust: 'pinned', event: { id } })
  expect(jsonFaults('audit verify-proof', printed)).toEqual([])
  const unpinned = await callCli(['audit', 'verify-proof', proof])
  expect([unpinned.code, unpinned.stdout]).toEqual([
    0,
    expect.stringContaining('Compare it with the key that you know'),
  ])
  await writeFile(proof, (await readFile(proof, 'utf8')).replace('"staging"', '"production"'))
  const changed = await callCli(['audit', 'verify-proof', proof, '--key', key])
  expect([changed.code, changed.stdout]).toEqual([3, expect.stringContaining('The proof is not valid')])
  const stdout = await as('auditor', 'prove', id)
  expect(JSON.parse(stdout.stdout)).toMatchObject({ event: { id } })
  expect((await as('auditor', 'prove', 'no-id')).code).toBe(2)
})

test('an event newer than the newest checkpoint has no proof yet, and the response says when it will', async () => {
  // A checkpoint can come in between: then there is a proof already.
  await expect
    .poll(async () => {
      const { event } = await system.app.audit.record({ kind: 'call' })
      const { code, stderr } = await as('auditor', 'prove', event.id)
      return [code, stderr]
    })
    .toEqual([8, expect.stringContaining('Retry in a minute')])
})

test('a log that cannot be read to its end has the exit code 8', async () => {
  const missing = await as('auditor', 'verify', '--export', join(files, 'nothing'))
  expect([missing.code, missing.stderr]).toEqual([8, expect.stringContaining('could not be read to its end')])
  const both = await as('auditor', 'verify', '--export', 'x', '--database', 'postgres://x/y')
  expect(both.code).toBe(2)
  const key = await as('auditor', 'verify', '--key', 'nonsense')
  expect([key.code, key.stderr]).toEqual([2, expect.stringContaining('--key is not the public key of a gateway')])
  expect((await as('auditor', 'verify', '--nonsense')).code).toBe(2)
})

test('readiness and metrics report the newest checkpoint and the number of copies', async () => {
  const ready = async ({ url }: { url: string }) => {
    const response = await fetch(`${url}/gateway/health/ready`)
    return JSON.parse(await response.text()).checks.checkpoints
  }
  await expect
    .poll(async () => (await ready(system)).detail)
    .toMatch(/^number \d+, \d+ s ago; copies in 1 of 1 places$/)
  const plain = await startSystem()
  onTestFinished(() => plain.stop())
  await expect.poll(() => ready(plain)).toMatchObject({ ready: true, detail: expect.stringContaining('unanchored') })
})

test('no more read the whole log at once than there are connections for it', async () => {
  const tokens = await Promise.all(
    ['auditor', 'bob', 'eve'].map((name) => system.token('auditor', { email: `${name}@example.com` })),
  )
  // fetch opens connections that it then never uses.
  onTestFinished(() => system.app.server.closeAllConnections())
  const ask = (token = tokens[0]) =>
    fetch(`${system.url}/gateway/api/v1/audit/log`, { headers: { authorization: `Bearer ${token}` } })
  await recordCalls(200)
  const responses = await Promise.all([...tokens, ...tokens].map((token) => ask(token)))
  const statuses = responses.map(({ status }) => status)
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(2)
  expect(statuses.every((status) => status === 200 || status === 429)).toBe(true)
  for (const response of responses) await response.body?.cancel()
  await expect
    .poll(async () => {
      const again = await ask()
      return [again.status, (await again.text()).slice(-2)]
    })
    .toEqual([200, '}\n'])
})
