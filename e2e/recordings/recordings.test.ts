import type { AuditEvent } from '@rack-gateway/audit'
import { type ClientSocket, openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createMachine } from '../support/convox/machine.ts'
import {
  type RecordingDirectory,
  recordingDirectory,
  type StoredCast,
  storedCast,
} from '../support/gateway/recorded.ts'
import { type System, startSystem } from '../support/gateway/system.ts'

const marker = 'F1E49A85-0AD7-4AEF-A618-C249C6E6568D'

const convox = process.env.CONVOX_BIN ?? null

describe('sessions over the stock protocol', () => {
  let directory: RecordingDirectory
  let system: System
  let admin: string
  const logged: string[] = []
  beforeAll(async () => {
    directory = await recordingDirectory()
    system = await startSystem({
      recordings: { address: directory.path, limits: { flushAfter: 50 } },
      log: (line) => logged.push(line),
      logLevel: 'trace',
    })
    admin = await system.token('admin')
  })
  afterAll(async () => {
    await system.stop()
    await directory.remove()
  })

  function exec(command: string, headers: Record<string, string> = {}): Promise<ClientSocket> {
    return openWebSocket(`${system.url}/apps/myapp/processes/web/exec`, admin, { Command: command, ...headers })
  }
  async function lastClosed(): Promise<AuditEvent> {
    let found: AuditEvent | undefined
    await expect
      .poll(async () => {
        const events = await system.events()
        found = events.findLast(({ kind }) => kind === 'closed')
        return found !== undefined && found.of === events.findLast(({ kind }) => kind === 'opened')?.id
      })
      .toBe(true)
    if (found === undefined) throw new Error('no session was closed')
    return found
  }
  /** What was recorded of the last session, proven by its event. */
  async function lastCast(): Promise<StoredCast> {
    const { recording } = await lastClosed()
    if (!recording?.head || recording.chunks === undefined) throw new Error('the session was not recorded')
    const proven = { chunks: recording.chunks, head: recording.head }
    let cast: StoredCast | undefined
    await expect
      .poll(async () => {
        cast = await storedCast({ store: directory.store, secretKey: system.secretKey }, recording.id, proven)
        return cast.check.state
      })
      .toBe('complete')
    if (cast === undefined) throw new Error('the recording is not stored')
    return cast
  }

  test('a session in console mode is recorded as in the direct mode', async () => {
    const casts: StoredCast[] = []
    const modes: Record<string, string>[] = [{}, { Rack: 'gateway/staging', Session: '' }]
    for (const headers of modes) {
      const socket = await exec('echo hi', headers)
      await socket.readToEnd()
      socket.close()
      casts.push(await lastCast())
    }
    expect(await lastClosed()).toMatchObject({ mode: 'console' })
    const [direct, inConsoleMode] = casts.map(({ header, output }) => [header.command, output.toString()])
    expect(direct).toEqual(['echo hi', expect.stringContaining('hi')])
    expect(inConsoleMode).toEqual(direct)
  })

  test('a command is listed without the secrets that are known in it', async () => {
    const socket = await exec('env A_TOKEN=hunter7 env')
    await socket.readToEnd()
    socket.close()
    expect((await lastCast()).header.command).toBe('env A_TOKEN=[hidden] env')
    await expect
      .poll(() => system.sql`select command from gateway.recordings order by started_at desc limit 1`)
      .toEqual([{ command: 'env A_TOKEN=[hidden] env' }])
    expect(await lastClosed()).toMatchObject({ command: ['env', 'A_TOKEN=[hidden]', 'env'], hidden: ['command'] })
  })

  test('an interactive shell: what was seen, the terminal’s size, the exit status', async () => {
    const socket = await exec('bash', { Width: '132', Height: '50', Tty: 'true' })
    socket.send(Buffer.from('echo hello\n'))
    socket.send(Buffer.from('exit 3\n'))
    const seen = await socket.readToEnd()
    socket.close()
    expect(seen.join('')).toBe(`$ hello\n$ ${marker}:3\n`)
    const cast = await lastCast()
    expect(cast.header).toMatchObject({ version: 3, term: { cols: 132, rows: 50 }, command: 'bash' })
    expect(cast.output.toString()).toBe('$ hello\n$ ')
    expect(cast.events.at(0)).toEqual([0, 'm', 'started'])
    expect(cast.events.slice(-2)).toEqual([
      [expect.any(Number), 'm', 'ended'],
      [expect.any(Number), 'x', '3'],
    ])
    expect(cast.input.length).toBe(0)
  })

  test('a password that is typed and not shown is in no recording, event, or log line', async () => {
    const socket = await exec('sleep 600')
    socket.send(Buffer.from('typed-and-not-shown\n'))
    socket.close()
    const { header, events, input, output } = await lastCast()
    expect([input.length, output.length, header.command]).toEqual([0, 0, 'sleep 600'])
    // The rack got it.
    expect((await lastClosed()).bytesIn).toBeGreaterThan('typed-and-not-shown'.length)
    expect(JSON.stringify([events, await system.events(), logged])).not.toContain('typed-and-not-shown')
  })

  test.each([
    ['a shell of a process', async () => '/apps/myapp/processes/web/exec', { Command: 'bash' }],
    ['a shell on an instance', async () => `/instances/${await anInstance()}/shell`, {}],
  ])(
    'text that is typed in %s and not shown is in no recording, event, or log line',
    async (_shell, pathOf, headers) => {
      const socket = await openWebSocket(`${system.url}${await pathOf()}`, admin, headers)
      // The shells of the demo rack do not show what is typed.
      for (const line of ['sleep typed-in-a-shell\n', 'exit 0\n']) socket.send(Buffer.from(line))
      expect((await socket.readToEnd()).join('')).toBe(`$ $ ${marker}:0\n`)
      socket.close()
      const { events, input, output } = await lastCast()
      expect([input.length, output.toString()]).toEqual([0, '$ $ '])
      expect(JSON.stringify([events, await system.events(), logged])).not.toContain('typed-in-a-shell')
    },
  )

  test('the event that opens it has its id, and the one that closes it what proves it', async () => {
    const socket = await exec('echo hi')
    await socket.readToEnd()
    socket.close()
    const closed = await lastClosed()
    const opened = (await system.events()).find(({ id }) => id === closed.of)
    expect(opened?.recording).toEqual({ id: closed.recording?.id, mode: 'best-effort' })
    const { chunks, bytes, head } = (await lastCast()).check
    expect(head).toMatch(/^[0-9a-f]{64}$/)
    expect(closed.recording).toEqual({ id: opened?.recording?.id, mode: 'best-effort', chunks, bytes, head, lost: 0 })
  })

  test('any bytes, as the client got them', async () => {
    const bytes = Buffer.from(Array.from({ length: 4_096 }, (_, index) => (index * 7 + (index >> 8)) & 0xff))
    const socket = await exec('cat', { Tty: 'false' })
    for (let at = 0; at < bytes.length; at += 1_000) socket.send(bytes.subarray(at, at + 1_000))
    socket.sendEndOfInput()
    const seen = Buffer.concat(await socket.readBytesToEnd())
    socket.close()
    const { output, events } = await lastCast()
    expect(Buffer.concat([output, Buffer.from(`${marker}:0\n`)])).toEqual(seen)
    expect(output).toEqual(bytes)
    expect(events.at(-1)?.slice(1)).toEqual(['x', '0'])
  })

  test('a lot of output, in many chunks', async () => {
    const socket = await exec('cat', { Tty: 'false' })
    const line = Buffer.from(`${'The quick brown fox jumps over the lazy dog. '.repeat(20)}\r\n`)
    for (let count = 0; count < 1_500; count++) socket.send(line)
    socket.sendEndOfInput()
    const seen = Buffer.concat(await socket.readBytesToEnd())
    socket.close()
    expect(seen.length).toBeGreaterThan(1_300_000)
    const { output, check } = await lastCast()
    expect(Buffer.concat([output, Buffer.from(`${marker}:0\n`)]).equals(seen)).toBe(true)
    // The first says what it is, then each 512 KiB, and the rest; more only where it takes longer than 5 s.
    expect(check.chunks).toBeGreaterThanOrEqual(2 + Math.floor(seen.length / (512 * 1024)))
  })

  test('a client that goes while its process runs has detached', async () => {
    const socket = await exec('bash')
    socket.send(Buffer.from('echo before\n'))
    await new Promise((resolve) => setImmediate(resolve))
    socket.close()
    const { events } = await lastCast()
    expect(events.at(-1)).toEqual([expect.any(Number), 'm', expect.stringMatching(/^detached: the client /)])
  })

  test('a session that the gateway ends is whole, and says so with the reason', async () => {
    const token = await system.token('admin', { email: 'cut@example.com' })
    const socket = await openWebSocket(`${system.url}/apps/myapp/processes/web/exec`, token, { Command: 'bash' })
    await system.sql`update gateway.users set locked_at = now(), locked_reason = 'test' where email = 'cut@example.com'`
    await socket.closed()
    const { events } = await lastCast()
    expect(events.at(-1)).toEqual([expect.any(Number), 'm', expect.stringMatching(/^ended by the gateway: /)])
  })

  test('secrets of the release and the rack token are redacted in every form', async () => {
    const whole = await exec('printenv')
    const seen = (await whole.readToEnd()).join('')
    whole.close()
    expect(seen).toContain('s3cr3t-myapp')
    const printed = (await lastCast()).output.toString()
    expect(printed).not.toContain('s3cr3t-myapp')
    expect(printed).not.toContain('rack-password-of-staging')
    expect(printed).toContain('SECRET_KEY_BASE=[hidden SECRET_KEY_BASE]')
    expect(printed).toMatch(/RACK_URL=https:\/\/convox:\[rack token\]@/)

    const split = await exec('cat', { Tty: 'false' })
    for (const piece of ['<s3cr', '3t-my', 'app>', '<rack-pass', 'word-of-', 'staging>']) split.send(Buffer.from(piece))
    split.sendEndOfInput()
    await split.readToEnd()
    split.close()
    expect((await lastCast()).output.toString()).toBe('<[hidden SECRET_KEY_BASE]><[rack token]>')
  })

  test('a resource’s console is recorded; logs and what only asks are not', async () => {
    const socket = await openWebSocket(`${system.url}/apps/myapp/logs`, admin, { Follow: 'false' })
    await socket.readToEnd()
    socket.close()
    expect((await lastClosed()).recording).toBeUndefined()
    const resources = (await system.get('/apps/myapp/resources?', admin)).json as { name: string }[]
    const name = resources[0]?.name
    const shell = await openWebSocket(`${system.url}/apps/myapp/resources/${name}/console`, admin, {})
    shell.close()
    expect((await lastClosed()).recording?.id).toBeDefined()
    await lastCast()
  })

  async function anInstance(): Promise<string> {
    const [instance] = (await system.get('/instances?', admin)).json as { id: string }[]
    if (instance === undefined) throw new Error('the rack has no instance')
    return instance.id
  }

  test('instances ssh: a shell on an instance, as typed and seen, with its exit status', async () => {
    const instance = await anInstance()
    const size = { Width: '100', Height: '30' }
    const socket = await openWebSocket(`${system.url}/instances/${instance}/shell`, admin, size)
    for (const line of ['echo <rack-password-of-staging>', 'exit 2']) socket.send(Buffer.from(`${line}\n`))
    expect((await socket.readToEnd()).join('')).toMatch(new RegExp(`\\$ .*\\n\\$ ${marker}:2\\n$`))
    socket.close()
    const { recording } = await lastClosed()
    const { header, output, events } = await lastCast()
    expect(header).toMatchObject({ term: { cols: 100, rows: 30 }, title: `${instance} of staging` })
    expect(output.toString()).toBe('$ <[rack token]>\n$ ')
    expect(events.at(-1)?.slice(1)).toEqual(['x', '2'])
    await expect
      .poll(() => system.sql`select app, route from gateway.recordings where id = ${recording?.id ?? ''}`)
      .toEqual([{ app: null, route: 'WS /instances/{id}/shell' }])

    const command = await openWebSocket(`${system.url}/instances/${instance}/shell`, admin, { Command: 'uname -a' })
    await command.readToEnd()
    command.close()
    const cast = await lastCast()
    expect([cast.output.toString(), cast.header.command]).toEqual(['ran: uname -a\n', 'uname -a'])
    const opened = (await system.events()).findLast(({ kind }) => kind === 'opened')
    expect(opened?.command).toEqual(['uname -a'])
  })

  test.skipIf(convox === null)(
    'a recording of the native convox instances ssh equals the output that the person saw (runs when CONVOX_BIN names it)',
    async () => {
      const machine = createMachine(convox)
      onTestFinished(() => machine.remove())
      const instance = await anInstance()
      const env = { RACK_URL: system.url.replace('://', `://convox:${admin}@`) }
      machine.write('convox/current', JSON.stringify({ name: 'staging', type: 'test' }))
      const told = await machine.sh(`convox instances ssh ${instance} echo seen by ssh`, { env, stdin: '' })
      expect(told).toMatchObject({ code: 0, stdout: expect.stringContaining('seen by ssh'), stderr: '' })
      const cast = await lastCast()
      expect(cast.header).toMatchObject({ command: 'echo seen by ssh', title: `${instance} of staging` })
      expect(cast.output.toString()).toBe(told.stdout)
    },
    60_000,
  )

  test('a run is recorded by its exec', async () => {
    const started = await system.send('POST', '/apps/myapp/services/command/processes?', admin, '', [
      'Command: sleep 3600',
      'Content-Length: 0',
    ])
    const { id } = started.json as { id: string }
    const socket = await openWebSocket(`${system.url}/apps/myapp/processes/${id}/exec`, admin, { Command: 'exit 9' })
    await socket.readToEnd()
    socket.close()
    const { events, header } = await lastCast()
    expect(events.at(-1)?.slice(1)).toEqual(['x', '9'])
    expect(header.title).toBe(`${id} of myapp on staging`)
  })

  test('a handshake that the rack refuses leaves a recording that says so', async () => {
    const socket = await openWebSocket(`${system.url}/apps/nosuchapp/processes/web/exec`, admin, { Command: 'bash' })
    if (socket.status === 101) {
      await socket.readToEnd()
      socket.close()
    }
    expect((await lastClosed()).kind).toBe('closed')
  })
})
