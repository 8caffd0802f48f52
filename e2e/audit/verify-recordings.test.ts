import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { databaseLog } from '@rack-gateway/audit/verify'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { callCli } from '../support/convox/cli-call.ts'
import { type RecordingDirectory, recordingDirectory } from '../support/gateway/recorded.ts'
import { type System, startSystem } from '../support/gateway/system.ts'

describe('audit verify --recordings', () => {
  let directory: RecordingDirectory
  let files: string
  let system: System
  let auditor: string
  const made: string[] = []
  beforeAll(async () => {
    directory = await recordingDirectory()
    files = await mkdtemp(join(tmpdir(), 'rack-gateway-verify-'))
    system = await startSystem({ publicUrl: 'own', recordings: { address: directory.path } })
    auditor = await system.token('auditor', { email: 'auditor@example.com' })
    for (const command of ['echo one', 'echo two', 'echo three']) made.push(await record(command))
  })
  afterAll(async () => {
    await system.stop()
    await directory.remove()
    await rm(files, { recursive: true })
  })

  async function record(command: string): Promise<string> {
    const admin = await system.token('admin')
    const socket = await openWebSocket(`${system.url}/apps/myapp/processes/web/exec`, admin, { Command: command })
    await socket.readToEnd()
    socket.close()
    return vi.waitFor(async () => {
      const [row] = await system.sql<{ id: string; ended: boolean }[]>`
        select id, ended_at is not null as ended from gateway.recordings order by id desc limit 1`
      if (!row?.ended || made.includes(row.id)) throw new Error('it is not recorded yet')
      expect(await readdir(chunksOf(row.id))).toHaveLength(2)
      return row.id
    }, 60_000)
  }
  function chunksOf(id = ''): string {
    return join(directory.path, 'recordings', id)
  }
  function verify(words: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
    const given = { RACK_GATEWAY_URL: system.url, RACK_GATEWAY_TOKEN: auditor, ...env }
    return callCli(['audit', 'verify', '--recordings', directory.path, ...words], given)
  }
  /** Puts it back. */
  async function whileTampered(file: string, change: (bytes: Buffer) => Buffer | null, look: () => Promise<void>) {
    const before = await readFile(file)
    const changed = change(Buffer.from(before))
    if (changed === null) await rm(file)
    else await writeFile(file, changed)
    try {
      await look()
    } finally {
      await writeFile(file, before)
    }
  }

  test('proves every recording by the log of the gateway, of the database and of an export, without keys and with them', async () => {
    const ofGateway = await verify()
    expect([ofGateway.code, ofGateway.stderr]).toEqual([0, ''])
    expect(ofGateway.stdout).toContain('Verified 3 recordings (6 chunks). They are what was recorded.')
    expect(ofGateway.stdout).toContain('Not decrypted: only the hash chain over the encrypted chunks was compared')

    const keys = { APP_SECRET_KEY: `another-key-of-at-least-32-bytes-here, ${system.secretKey}` }
    const opened = await verify(['--database', system.database.runtimeUrl], keys)
    expect([opened.code, opened.stdout]).toEqual([
      0,
      expect.stringMatching(/Decrypted with the keys in APP_SECRET_KEY\.$/m),
    ])

    const file = join(files, 'audit.ndjson')
    const lines: string[] = []
    for await (const some of databaseLog(system.sql).lines()) lines.push(...some)
    await writeFile(file, `${lines.join('\n')}\n`)
    const ofExport = await verify(['--export', file, '--json'])
    expect(JSON.parse(ofExport.stdout)).toMatchObject({
      intact: true,
      recordings: { intact: true, proven: 3, findings: [], unopened: null },
    })
    expect(JSON.parse((await callCli(['audit', 'verify', '--export', file, '--json'])).stdout)).not.toHaveProperty(
      'recordings',
    )
  })

  test('ends with 3 for a chunk that was changed, and names it where its key is there', async () => {
    const [changed] = made
    const edit = (bytes: Buffer) => bytes.fill(0, bytes.length - 20, bytes.length - 18)
    await whileTampered(join(chunksOf(changed), '0000000001'), edit, async () => {
      const closed = await verify()
      expect([closed.code, closed.stdout]).toEqual([
        3,
        expect.stringContaining(`recording ${changed}: one of its chunks 0 to 1 was changed`),
      ])
      expect(closed.stdout).toContain('The recordings are NOT what was recorded: 1 finding. Verified 2 recordings')
      const opened = await verify([], { APP_SECRET_KEY: system.secretKey })
      expect([opened.code, opened.stdout]).toEqual([
        3,
        expect.stringContaining(`recording ${changed}: chunk 1 was changed`),
      ])
    })
  })

  test('causes exit code 3 for swapped or missing chunks, a missing recording, and an unknown one', async () => {
    const [one = '', other = ''] = made
    const last = join(chunksOf(one), '0000000001')
    const foreign = await readFile(join(chunksOf(other), '0000000001'))
    await whileTampered(
      last,
      () => foreign,
      async () => expect((await verify()).code).toBe(3),
    )
    const first = await readFile(join(chunksOf(one), '0000000000'))
    await whileTampered(
      last,
      () => first,
      async () =>
        expect(await verify()).toMatchObject({
          code: 3,
          stdout: expect.stringContaining(`recording ${one}: chunk 0 is in the place of chunk 1`),
        }),
    )
    await whileTampered(
      join(chunksOf(one), '0000000000'),
      () => null,
      async () =>
        expect(await verify()).toMatchObject({
          code: 3,
          stdout: expect.stringContaining(`recording ${one}: chunk 0 is missing`),
        }),
    )
    const unknown = `${other.slice(0, -4)}0000`
    await directory.store.put(`recordings/${unknown}/0000000000`, first)
    expect(await verify()).toMatchObject({
      code: 3,
      stdout: expect.stringContaining(`recording ${unknown} is stored, but its session is not in the log`),
    })
    await rm(chunksOf(unknown), { recursive: true })
    expect((await verify()).code).toBe(0)
  })

  test('accepts a missing last chunk only for two minutes after the end', async () => {
    const [one] = made
    await whileTampered(
      join(chunksOf(one), '0000000001'),
      () => null,
      async () => {
        expect(await verify()).toMatchObject({
          code: 0,
          stdout: expect.stringContaining('verify again in two minutes'),
        })
        vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 180_000 })
        try {
          expect(await verify(['--database', system.database.runtimeUrl])).toMatchObject({
            code: 3,
            stdout: expect.stringContaining(
              `recording ${one}: chunk 1 is missing: by the audit log, there are 2 chunks`,
            ),
          })
        } finally {
          vi.useRealTimers()
        }
      },
    )
  })

  test('reports invalid keys and an unreadable store', async () => {
    expect(await verify([], { APP_SECRET_KEY: 'short' })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('APP_SECRET_KEY is shorter than 32 bytes'),
    })
    const nowhere = await callCli(['audit', 'verify', '--recordings', join(files, 'nowhere')], {
      RACK_GATEWAY_URL: system.url,
      RACK_GATEWAY_TOKEN: auditor,
    })
    expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining('--recordings cannot be read')])
  })
})
