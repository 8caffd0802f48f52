import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createUser, type TestUser } from '../management-api/callers.ts'
import { type RecordingDirectory, recordingDirectory } from '../support/gateway/recorded.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import { builtCommand } from '../support/processes.ts'
import { type Ended, type Program, start } from '../support/program.ts'

const esc = '\u001b'

describe('rack-gateway audit recordings, play and transcript', () => {
  let directory: RecordingDirectory
  let system: System
  let auditor: TestUser
  let cwd: string
  let session: string
  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'rack-gateway-recordings-'))
    directory = await recordingDirectory()
    system = await startSystem({ publicUrl: 'own', recordings: { address: directory.path } })
    auditor = await createUser(system, 'auditor')
    session = await record(
      `echo ${esc}[31mred${esc}[0m ${esc}]52;c;aGk=\u0007clip ${esc}]0;title\u0007titled ${esc}[6nasked`,
    )
  })
  afterAll(async () => {
    await system.stop()
    await directory.remove()
    rmSync(cwd, { recursive: true, force: true })
  })

  /** A pause: nothing is typed until what was shown is stored, which is after five seconds. */
  const untilStored = Symbol('until stored')

  /** A shell in which these lines are typed. */
  async function record(...lines: readonly (string | typeof untilStored)[]): Promise<string> {
    const admin = await system.token('admin')
    const before = await newest()
    const socket = await openWebSocket(`${system.url}/apps/myapp/processes/web/exec`, admin, { Command: 'bash' })
    for (const line of lines) {
      if (line === untilStored) await expect.poll(() => storedOfNewest(before?.id)).toBe(2)
      else socket.send(Buffer.from(`${line}\n`))
    }
    socket.send(Buffer.from('exit 3\n'))
    await socket.readToEnd()
    socket.close()
    return vi.waitFor(async () => {
      const row = await newest()
      if (!row?.ended || row.id === before?.id || (await stored(row.id)).length < 2) throw new Error('not stored yet')
      return row.id
    }, 60_000)
  }
  async function newest(): Promise<{ id: string; ended: boolean } | undefined> {
    const [row] = await system.sql<{ id: string; ended: boolean }[]>`
      select id, ended_at is not null as ended from gateway.recordings order by id desc limit 1`
    return row
  }
  async function stored(id: string): Promise<string[]> {
    const keys: string[] = []
    for await (const { key } of directory.store.list(`recordings/${id}/`)) keys.push(key)
    return keys
  }
  /** How many chunks of a session that began after another one. */
  async function storedOfNewest(before: string | undefined): Promise<number> {
    const row = await newest()
    return row === undefined || row.id === before ? 0 : (await stored(row.id)).length
  }
  function begin(words: readonly string[], token = auditor.token): Program {
    const [program, args] = builtCommand('rack-gateway', ['audit', ...words])
    const env = { HOME: cwd, PATH: '/usr/bin:/bin', TZ: 'UTC', RACK_GATEWAY_URL: system.url, RACK_GATEWAY_TOKEN: token }
    return start(program, args, { cwd, env })
  }
  const audit = (...words: readonly string[]): Promise<Ended> => begin(words).ended

  test('lists them, newest first, and those that fit', async () => {
    const { code, stdout, stderr } = await audit('recordings', '--app', 'myapp', '--since', '1h')
    expect([code, stderr]).toEqual([0, ''])
    const [heading, row] = stdout.split('\n')
    expect(heading).toMatch(/^STARTED \(UTC\) +PRINCIPAL +COMMAND +PROCESS +LENGTH +STATE +ID$/)
    expect(row).toMatch(/admin@example\.com +bash +staging\/myapp\/web +0:0\d +ended +[0-9a-f-]{36}$/)
    expect((await audit('recordings', '--principal', 'nobody@example.com')).stderr).toContain('No recording matches.')
    const open = JSON.parse((await audit('recordings', '--state', 'open', '--json')).stdout)
    expect(open).toEqual({ items: [], next: null })
    const byName = JSON.parse((await audit('recordings', '--principal', 'admin@example.com', '--json')).stdout)
    expect(byName.items.map(({ id }: { id: string }) => id)).toContain(session)
  })

  test('play shows what was shown, without what a terminal would do beyond, and leaves it as it was', async () => {
    const { code, stdout, stderr } = await audit('play', session, '--speed', '1000')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain(`${esc}[31mred${esc}[0m clip titled asked`)
    expect(stdout).not.toMatch(/\u001b\]|\u0007|\[6n/)
    expect(stdout.endsWith(`${esc}[?25h${esc}[4l${esc}(B\u000f`)).toBe(true)
  })

  test('play ends at Ctrl-C, with the terminal as it was', async () => {
    const paused = await record('echo shown', untilStored, 'echo asked')
    const program = begin(['play', paused, '--speed', '0.5', '--idle-limit', '999s'])
    await program.saw(/shown/)
    program.signal('SIGINT')
    const { stdout } = await program.ended
    expect(stdout.endsWith(`${esc}[?25h${esc}[4l${esc}(B\u000f`)).toBe(true)
    expect(stdout).not.toContain('asked')
  })

  test('transcript is text with times, and says how it ended', async () => {
    const { code, stdout } = await audit('transcript', session)
    expect(code).toBe(0)
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}-- started$/)
    expect(lines.join('\n')).toMatch(/ {2}\$ red clip titled asked$/m)
    expect(lines.at(-1)).toMatch(/ {2}-- exit 3$/)
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/)
  })

  test.each(['play', 'transcript', 'watch'])(
    '%s of a missing recording is an error that names the command to list recordings',
    async (verb) => {
      for (const id of ['nope', '01a21006-6e55-7646-9171-966421143187'])
        expect(await audit(verb, id)).toMatchObject({
          code: 2,
          stdout: '',
          stderr: expect.stringContaining(
            `There is no recording "${id}". List the recordings with: rack-gateway audit recordings\n`,
          ),
        })
    },
  )

  test('transcript finds lines', async () => {
    const { code, stdout } = await audit('transcript', session, '--search', 'CLIP TITLED')
    expect([code, stdout.trimEnd().split('\n').length]).toEqual([0, 1])
    expect((await audit('transcript', session, '--search', 'nothing like it')).stderr).toContain('No line matches.')
  })

  test('an incomplete recording is reported, with its own exit code', async () => {
    const changed = await record('echo asked')
    const [, last = ''] = await stored(changed)
    await directory.store.remove(last)
    const broken = await audit('transcript', changed)
    // The connection may end before the result arrives.
    expect([3, 8]).toContain(broken.code)
    expect(broken.stderr).toMatch(/The recording (is broken|ended early)/)
    await system.sql`update gateway.recordings set ended_at = null where id = ${changed}`
    const open = await audit('transcript', changed)
    expect([open.code, open.stderr]).toEqual([0, expect.stringContaining('This is the recording so far.')])
  })

  test('ending a session that has ended is an error', async () => {
    const admin = await createUser(system, 'admin')
    const { code, stderr } = await begin(['end', session, '--reason', 'too late', '--yes'], admin.token).ended
    expect([code, stderr]).toEqual([
      2,
      `rack-gateway: The session of the recording ${session} has already ended. Read the recording.\n`,
    ])
  })

  test('a recording that the log no longer proves is shown, and reported with an exit code', async () => {
    const old = await record('echo old')
    await system.sql`update gateway.recordings set ended_at = ended_at - interval '2 months' where id = ${old}`
    const { code, stdout, stderr } = await audit('transcript', old)
    expect([code, stdout, stderr]).toEqual([
      8,
      expect.stringContaining('old'),
      expect.stringContaining('is not proven'),
    ])
  })

  test('are denied without the permission, and a missing recording is reported', async () => {
    const ops = await createUser(system, 'ops')
    expect((await begin(['play', session], ops.token).ended).code).toBe(5)
    expect((await audit('play', '01a21006-6e55-7646-9171-966421143187')).code).toBe(2)
    expect((await audit('play', session, '--speed', '0')).stderr).toContain('--speed is not a number above 0')
  })
})
