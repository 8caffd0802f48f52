import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jsonFaults } from '@rack-gateway/cli/reference'
import { listen } from '@rack-gateway/testing/server'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createUser, type TestUser } from '../management-api/callers.ts'
import { callCli } from '../support/convox/cli-call.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import { builtCommand } from '../support/processes.ts'
import { type Ended, type Program, start } from '../support/program.ts'

/** What a terminal would obey, or what would look like something else there. */
const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/

describe('rack-gateway audit', () => {
  let system: System
  let auditor: TestUser
  let deployer: TestUser
  let cwd: string
  beforeAll(async () => {
    system = await startSystem({ publicUrl: 'own', rackNames: ['staging', 'production'] })
    auditor = await createUser(system, 'auditor')
    deployer = await createUser(system, 'deployer')
    await system.get('/rack/staging/apps/web', deployer.token)
    await system.send('DELETE', '/rack/production/apps/web', deployer.token)
    await system.app.audit.record({
      kind: 'call',
      rack: 'staging',
      app: 'hostile\u001b[2J',
      principal: { kind: 'user', id: deployer.id, name: '\r\n+1\u202egpj' },
      source: { address: '192.0.2.1', client: '=cmd|"/C calc"!A1\u009b31m' },
      command: ['rm', '\u0007\u0000', 'x'.repeat(200)],
      decision: { effect: 'deny', rule: 'r', reason: 'no\u2028reason' },
    })
  })
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'rack-gateway-audit-'))
    return () => rmSync(cwd, { recursive: true, force: true })
  })
  afterAll(() => system.stop())

  function begin(words: readonly string[]): Program {
    const [program, args] = builtCommand('rack-gateway', ['audit', ...words])
    const env = { HOME: cwd, PATH: '/usr/bin:/bin', RACK_GATEWAY_URL: system.url, RACK_GATEWAY_TOKEN: auditor.token }
    return start(program, args, { cwd, env })
  }
  /** Runs the command in this process, which is faster than starting one. */
  async function audit(
    words: readonly string[],
    { token = auditor.token, tz = 'UTC', url = system.url, interruption = new AbortController().signal } = {},
  ): Promise<Ended> {
    vi.stubEnv('TZ', tz)
    try {
      const env = { RACK_GATEWAY_URL: url, RACK_GATEWAY_TOKEN: token }
      return await callCli(['audit', ...words], env, { cwd, interruption: () => interruption })
    } finally {
      vi.unstubAllEnvs()
    }
  }

  test('search finds the principal, the action, and the reason of a denial', async () => {
    const { code, stdout, stderr } = await audit([
      'search',
      '--principal',
      deployer.email,
      '--effect',
      'deny',
      '--since',
      '1h',
    ])
    expect([code, stderr]).toEqual([0, ''])
    const [heading, row, ...rest] = stdout.trimEnd().split('\n')
    expect(heading).toMatch(/^TIME \(UTC\) +PRINCIPAL +KIND +SUBJECT +RACK\/APP +RESULT +ID$/)
    expect(row).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} {2}deployer-\d+@example\.com {2}call +DELETE \/apps\/\{app\} +production\/web +deny 403 +[0-9a-f-]{36}$/,
    )
    expect(rest).toEqual([])
  })

  test('a narrow terminal shows the beginnings of IDs, with which show finds the event', async () => {
    const env = { RACK_GATEWAY_URL: system.url, RACK_GATEWAY_TOKEN: auditor.token }
    const search = ['audit', 'search', '--principal', deployer.id, '--kind', 'call', '--utc']
    const { stdout } = await callCli(search, env, { cwd, columns: 100 })
    const row = stdout.split('\n').find((line) => line.includes('DELETE /apps/{app}')) ?? ''
    expect(row).toMatch(/^ *\d\d:\d\d:\d\d +\S+ +call +DELETE \/apps\/\{app\} +\S+ +deny 403 +[0-9a-f]{8}-[0-9a-f-]+$/)
    const short = row.split(' ').at(-1) ?? ''
    expect(short.length).toBeLessThan(36)
    const shown = JSON.parse((await audit(['show', short, '--json'])).stdout)
    expect([shown.id.startsWith(short), shown.event.route]).toEqual([true, 'DELETE /apps/{app}'])
    const unknown = await audit(['show', '00000000-0001'])
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      'No event has an ID that begins with 00000000-0001. Copy the ID from --json.\n',
    ])
  })

  test('search says what a change was about, and of a denied attached run that its command is not known yet', async () => {
    const viewer = await createUser(system, 'viewer')
    await system.send('POST', '/rack/staging/apps/otherapp/services/command/processes', viewer.token, undefined, [
      'Command: sleep 3600',
    ])
    const { stdout } = await audit(['search', '--principal', viewer.email])
    expect(stdout).toContain('(attached run, its command comes by exec)')
    expect(stdout).not.toContain('sleep 3600')
    const issued = await audit(['search', '--kind', 'binding.created', '--since', '1h'])
    expect(issued.stdout).toMatch(/ binding\.created +viewer on \*\/\* for user:/)
  })

  test('words are searched for in commands and reasons', async () => {
    const { stdout, stderr } = await audit(['search', 'app', 'delete', '--in-rack', 'production', '--json'])
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toMatchObject({ items: [{ event: { rack: 'production', status: 403 } }], next: null })
    expect((await audit(['search', 'nosuchword'])).stderr).toBe('No event matches.\n')
  })

  test('search leaves out what is excluded', async () => {
    const words = ['search', '--principal', deployer.id, '--json', '--not-effect', 'deny']
    const { items } = JSON.parse((await audit([...words, '--not-in-rack', 'production', '--not-in-rack', 'x'])).stdout)
    expect(items.map(({ event }: { event: { rack: string } }) => event.rack)).toEqual(['staging'])
    expect(JSON.parse((await audit([...words, '--not-kind', 'call'])).stdout)).toEqual({ items: [], next: null })
    const unknown = await audit([...words, '--not-kind', 'cal'])
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('call')])
  })

  test('histogram counts by time and result', async () => {
    const words = ['histogram', '--principal', deployer.id, '--not-kind', 'session.issued']
    const { code, stdout, stderr } = await audit(words)
    const [heading, ...rows] = stdout.trimEnd().split('\n')
    expect([code, heading]).toEqual([
      0,
      expect.stringMatching(/^FROM \(UTC\) +ALLOWED +DENIED +NEEDS +FAILED +NO DECISION$/),
    ])
    expect(rows.length).toBeGreaterThan(23)
    for (const row of rows) expect(row).toMatch(/^\d{4}-\d\d-\d\d \d\d:00:00( +\d+){5}$/)
    expect(stderr).toBe('3 events match.\n')
    const json = JSON.parse((await audit([...words, '--json'])).stdout)
    expect(json).toMatchObject({ total: 3, complete: true })
    expect(jsonFaults('audit histogram', json)).toEqual([])
  })

  test('a page says how to see the next one', async () => {
    const first = await audit(['search', '--limit', '1', '--principal', deployer.id])
    const [, cursor = ''] = /--cursor (\S+)/.exec(first.stderr) ?? []
    const second = await audit(['search', '--limit', '1', '--principal', deployer.id, '--cursor', cursor])
    expect(second.code).toBe(0)
    expect(second.stdout.split('\n')[1]).not.toBe(first.stdout.split('\n')[1])
  })

  test('show says all of an event, its permalink and times in the zone', async () => {
    const { items } = JSON.parse((await audit(['search', '--app', 'web', '--effect', 'deny', '--json'])).stdout)
    const [{ id, link, event }] = items
    const inTokyo = await audit(['show', id], { tz: 'Asia/Tokyo' })
    expect(inTokyo.stdout).toMatch(new RegExp(`^link +${link}$`, 'm'))
    expect(inTokyo.stdout).toMatch(/^decision\.reason +.*app:delete/m)
    const at = new Date(Date.parse(event.at) + 9 * 3_600_000).toISOString().slice(0, 23).replace('T', ' ')
    expect(inTokyo.stdout).toMatch(new RegExp(`^at +${at}$`, 'm'))
    expect((await audit(['show', id, '--utc'], { tz: 'Asia/Tokyo' })).stdout).toContain(
      event.at.slice(0, 23).replace('T', ' '),
    )
    expect(JSON.parse((await audit(['show', id, '--json'])).stdout)).toMatchObject({
      id,
      event,
      hash: expect.any(String),
    })
  })

  test('no control characters of an event reach the terminal', async () => {
    const { items } = JSON.parse((await audit(['search', '--address', '192.0.2.1', '--json'])).stdout)
    expect(items).toHaveLength(1)
    const outputs = await Promise.all([
      audit(['search', '--address', '192.0.2.0/24']),
      audit(['search', '--address', '192.0.2.1', '--json']),
      audit(['show', items[0].id]),
      audit(['show', items[0].id, '--json']),
    ])
    for (const { code, stdout } of outputs) {
      expect(code).toBe(0)
      expect(stdout).not.toMatch(obeyed)
    }
  })

  test('tail prints what happens, as it happens, and ends with Ctrl-C', async () => {
    const running = begin(['tail', '--principal', deployer.email, '--json'])
    // It follows once its look at the log is recorded.
    for (let following = false; !following; )
      following = (await system.events()).some(({ kind, detail }) => kind === 'audit.read' && detail?.page === 'follow')
    await system.get('/rack/staging/apps/tailed', deployer.token)
    const [line = ''] = (await running.saw(/^\{.*"app":"tailed".*\n/m)) ?? []
    expect(JSON.parse(line)).toMatchObject({ event: { app: 'tailed', rack: 'staging' } })
    expect(jsonFaults('audit tail', JSON.parse(line))).toEqual([])
    expect(line.trim()).not.toMatch(obeyed)
    running.signal('SIGINT')
    expect((await running.ended).code).toBe(0)
  })

  test('export writes a file that only its owner reads, once it is whole', async () => {
    const { code, stderr } = await audit(['export', '--principal', deployer.id, '-o', 'out.ndjson'])
    expect([code, stderr]).toEqual([0, `The export is in ${join(cwd, 'out.ndjson')}.\n`])
    const lines = readFileSync(join(cwd, 'out.ndjson'), 'utf8').trimEnd().split('\n')
    expect(lines.length).toBeGreaterThanOrEqual(3)
    for (const line of lines) expect(line).toMatch(/^\{"event":\{.*\},"hash":"[0-9a-f]{64}","prev":"[0-9a-f]{64}"\}$/)
    expect(statSync(join(cwd, 'out.ndjson')).mode & 0o777).toBe(0o600)
    expect(readdirSync(cwd)).toEqual(['out.ndjson'])
  })

  test('export as CSV has no formula, and - is standard output', async () => {
    const { code, stdout } = await begin(['export', '--principal', deployer.id, '--format', 'csv', '-o', '-']).ended
    expect(code).toBe(0)
    expect(stdout).toContain(`"'=cmd|""/C calc""!A1`)
    expect(stdout.replaceAll('\r\n', '')).not.toMatch(obeyed)
  })

  test('a file that is there stays, unless it is to be replaced', async () => {
    writeFileSync(join(cwd, 'out.csv'), 'mine')
    const { code, stderr } = await audit(['export', '--app', 'web', '--format', 'csv', '-o', 'out.csv'])
    expect([code, stderr]).toEqual([2, expect.stringContaining('--force')])
    expect(readFileSync(join(cwd, 'out.csv'), 'utf8')).toBe('mine')
    await audit(['export', '--app', 'web', '--format', 'csv', '-o', 'out.csv', '--force'])
    expect(readFileSync(join(cwd, 'out.csv'), 'utf8')).toMatch(/^at,written_at,/)
  })

  test('a file that cannot be written is an error, and no request is sent', async () => {
    const before = (await system.events()).length
    const { code, stderr } = await audit(['export', '-o', 'missing/out.ndjson'])
    const file = join(cwd, 'missing/out.ndjson')
    expect([code, stderr]).toEqual([
      2,
      `${file} cannot be written: no such file or directory (ENOENT). Name another file, or check the permissions and the free space of its directory.\n`,
    ])
    expect(await system.events()).toHaveLength(before)
  })

  test.each([
    ['before the response', (): void => undefined],
    ['while it comes', (response: ServerResponse): void => void response.writeHead(200).write('{}\n')],
  ])('Ctrl-C %s interrupts an export, and leaves no file', async (_, begins) => {
    const interruption = new AbortController()
    const gateway = createServer((_, response) => {
      begins(response)
      setImmediate(() => interruption.abort())
    })
    const { url, close } = await listen(gateway)
    onTestFinished(close)
    const { code, stderr } = await audit(['export', '-o', 'out.ndjson'], { url, interruption: interruption.signal })
    expect([code, stderr]).toEqual([130, 'Interrupted. Nothing has changed.\n'])
    expect(readdirSync(cwd)).toEqual([])
  })

  test('an export that breaks off says what there is of it', async () => {
    const gateway = createServer((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{}\n', () => response.destroy())
    })
    const { url, close } = await listen(gateway)
    onTestFinished(close)
    const toFile = await audit(['export', '-o', 'out.ndjson'], { url })
    expect(toFile).toMatchObject({ code: 7, stderr: expect.stringContaining('no file was written') })
    expect(readdirSync(cwd)).toEqual([])
    const printed = await audit(['export', '-o', '-'], { url })
    expect(printed).toMatchObject({ code: 7, stderr: expect.stringContaining('the output is incomplete') })
  })

  test.each([
    [['search', '--since', 'yesterday'], 2, '--since is not a time. Use how long ago'],
    [['search', '--status', '6xx'], 2, 'status'],
    [['search', '--kind', 'nothing'], 2, 'kind'],
    [['search', '--limit', '1000'], 2, 'limit'],
    [['show', 'x'], 2, 'no event x'],
    [['show', '../users'], 2, 'no event'],
    [['nothing'], 2, 'Actions: search, show, tail'],
    [[], 2, 'audit needs an action: search'],
  ])('%j is refused with what to do', async (words, code, sentence) => {
    expect(await audit(words)).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(sentence) })
  })

  test('a caller without the permission gets an error that names the roles', async () => {
    for (const words of [['search'], ['tail'], ['export', '-o', 'x']])
      expect(await audit(words, { token: deployer.token })).toMatchObject({
        code: 5,
        stderr: expect.stringContaining(
          'Only administrators and auditors can read and export the audit log. You have ',
        ),
      })
    expect(readdirSync(cwd)).toEqual([])
  })

  test('help says how', async () => {
    expect((await begin(['--help']).ended).stdout).toContain(
      'rack-gateway audit search --principal ada@example.com --since 2h',
    )
    expect((await begin(['search', '--help']).ended).stdout).toContain('--in-rack')
  })
})
