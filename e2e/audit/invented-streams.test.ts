import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signingKeyOf } from '@rack-gateway/audit'
import { databaseLog } from '@rack-gateway/audit/verify'
import { jsonFaults } from '@rack-gateway/cli/reference'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callCli } from '../support/convox/cli-call.ts'
import { gatewayDefaults } from '../support/gateway/gateway-defaults.ts'
import { inventStream } from '../support/gateway/invent-stream.ts'
import { type System, startSystem } from '../support/gateway/system.ts'

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
  const { stream, id } = await inventStream(system, minute / 2)
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
  const { stream } = await inventStream(system, minute / 2)
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
  const { stream } = await inventStream(system, age)
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
