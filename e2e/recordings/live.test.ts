import { mkdtempSync, rmSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jsonFaults } from '@rack-gateway/cli/reference'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { type ClientSocket, openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createUser } from '../management-api/callers.ts'
import { type RecordingDirectory, recordingDirectory } from '../support/gateway/recorded.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import { builtCommand } from '../support/processes.ts'
import { start } from '../support/program.ts'

interface Watcher {
  readonly status: number
  text(): string
  readonly over: Promise<void>
  leave(): void
}

describe('a session that runs', () => {
  let directory: RecordingDirectory
  let system: System
  let replica: Awaited<ReturnType<System['replica']>>
  let auditor: string
  let admin: string
  let cwd: string
  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'rack-gateway-live-'))
    directory = await recordingDirectory()
    system = await startSystem({ publicUrl: 'own', recordings: { address: directory.path } })
    replica = await system.replica()
    auditor = (await createUser(system, 'auditor')).token
    admin = (await createUser(system, 'admin')).token
  })
  afterAll(async () => {
    await replica.stop()
    await system.stop()
    await directory.remove()
    rmSync(cwd, { recursive: true, force: true })
  })

  async function open(): Promise<{ socket: ClientSocket; id: string; say(line: string): void }> {
    const before = await newest()
    const token = await system.token('admin')
    const socket = await openWebSocket(`${system.url}/apps/myapp/processes/web/exec`, token, { Command: 'bash' })
    const id = await vi.waitFor(async () => {
      const found = await newest()
      if (found === undefined || found === before) throw new Error('it is not listed yet')
      return found
    }, 60_000)
    return { socket, id, say: (line) => socket.send(Buffer.from(`${line}\n`)) }
  }
  async function newest(): Promise<string | undefined> {
    const [row] = await system.sql<{ id: string }[]>`select id from gateway.recordings order by id desc limit 1`
    return row?.id
  }
  function watch(url: string, id: string, { from = 'start', token = auditor } = {}): Promise<Watcher> {
    return new Promise((resolve, reject) => {
      const headers = { Authorization: `Bearer ${token}`, Host: new URL(system.url).host }
      const asked = request(`${url}/gateway/api/v1/recordings/${id}/live?from=${from}`, { agent: false, headers })
      asked.on('error', reject)
      asked.on('response', (response: IncomingMessage) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk
        })
        response.on('error', () => undefined)
        const over = new Promise<void>((done) => response.on('close', done))
        resolve({ status: response.statusCode ?? 0, text: () => text, over, leave: () => asked.destroy() })
      })
      asked.end()
    })
  }
  const end = (id: string, body: unknown, token = admin) =>
    call(system, token, 'POST', `/recordings/${id}/end`, JSON.stringify(body))

  test('is seen where it is recorded and at another replica, to its end', async () => {
    const { socket, id, say } = await open()
    const [here, there] = await Promise.all([watch(system.url, id), watch(replica.url, id)])
    expect([here.status, there.status]).toEqual([200, 200])
    say('echo first')
    await expect.poll(() => here.text()).toContain('first')
    await expect.poll(() => there.text()).toContain('first')
    say('exit 0')
    await socket.readToEnd()
    socket.close()
    await Promise.all([here.over, there.over])
    for (const { text } of [here, there]) {
      const lines = text().trimEnd().split('\n')
      expect(JSON.parse(lines[0] ?? '')).toMatchObject({ version: 3, command: 'bash' })
      expect(JSON.parse(lines.at(-1) ?? '')).toEqual([0, 'v', 'complete'])
    }
    const reads = (await system.events()).filter(
      ({ kind, recording }) => kind === 'recording.read' && recording?.id === id,
    )
    expect(reads).toMatchObject([{ detail: { live: true, from: 'start' } }, { detail: { live: true } }])
  })

  test('is seen from now on, without what was before', async () => {
    const { socket, id, say } = await open()
    const all = await watch(system.url, id)
    say('echo before')
    await expect.poll(() => all.text()).toContain('before')
    const later = await watch(system.url, id, { from: 'now' })
    await expect.poll(() => later.text()).toContain('"version":3')
    say('echo after')
    await expect.poll(() => later.text()).toContain('after')
    expect(later.text()).not.toContain('before')
    all.leave()
    later.leave()
    socket.close()
    await socket.closed()
  })

  test('stops for a viewer who loses the permission', async () => {
    const watching = await createUser(system, 'auditor')
    const { socket, id } = await open()
    const watcher = await watch(system.url, id, { token: watching.token })
    expect(watcher.status).toBe(200)
    expect((await call(system, admin, 'POST', `/users/${watching.id}/lock`, { reason: 'x' })).status).toBe(200)
    await watcher.over
    expect(watcher.text()).toContain('"v","open"')
    expect((await watch(system.url, id, { token: (await createUser(system, 'deployer')).token })).status).toBe(403)
    socket.close()
    await socket.closed()
  })

  test('can be ended from any replica, and the person in it sees by whom and why', async () => {
    const { socket, id, say } = await open()
    say('echo working')
    const headers = {
      Authorization: `Bearer ${admin}`,
      Host: new URL(system.url).host,
      'Content-Type': 'application/json',
    }
    const status = await new Promise((resolve) => {
      const asked = request(`${replica.url}/gateway/api/v1/recordings/${id}/end`, {
        agent: false,
        method: 'POST',
        headers,
      })
      asked
        .on('response', (response) => resolve(response.resume().statusCode))
        .end(JSON.stringify({ reason: 'not on Fridays' }))
    })
    expect(status).toBe(200)
    expect((await socket.readToEnd()).join('')).toMatch(/admin-\S+ ended this session: not on Fridays/)
    await socket.closed()
    const closing = async () =>
      (await system.events()).find(({ kind, recording }) => kind === 'closed' && recording?.id === id)
    await expect.poll(closing).toMatchObject({ close: expect.stringContaining('ended this session: not on Fridays') })
    const closed = await closing()
    expect((await system.events()).find(({ kind }) => kind === 'recording.ended')).toMatchObject({
      of: closed?.of,
      recording: { id },
      principal: { name: expect.stringContaining('admin') },
      detail: { reason: 'not on Fridays' },
    })
    await expect.poll(async () => (await end(id, { reason: 'again' })).status).toBe(409)
  })

  test('cannot be ended with only the permission to see it, nor with control characters in the reason', async () => {
    const { socket, id } = await open()
    expect((await end(id, { reason: 'x' }, auditor)).status).toBe(403)
    expect((await end(id, { reason: '\u001b[2J' })).status).toBe(400)
    expect((await end(id, { reason: 'a\nb' })).status).toBe(400)
    expect((await end(id, { reason: '' })).status).toBe(400)
    expect((await end('01a21006-6e55-7646-9171-966421143187', { reason: 'x' })).status).toBe(404)
    const endings = await system.sql`
      select from gateway.call_endings where call = (select opened from gateway.recordings where id = ${id})`
    expect(endings).toEqual([])
    socket.close()
    await socket.closed()
  })

  test('is watched and ended with the CLI', async () => {
    const { id, say } = await open()
    const cli = (words: readonly string[], token: string) => {
      const [program, args] = builtCommand('rack-gateway', ['audit', ...words])
      const env = { HOME: cwd, PATH: '/usr/bin:/bin', RACK_GATEWAY_URL: system.url, RACK_GATEWAY_TOKEN: token }
      return start(program, args, { cwd, env })
    }
    const watching = cli(['watch', id], auditor)
    say('echo \u001b]0;title\u0007seen')
    await watching.saw(/seen/)
    const unasked = await cli(['end', id, '--reason', 'lunch'], admin).ended
    expect([unasked.code, unasked.stderr]).toEqual([2, expect.stringContaining('Pass --yes')])
    const ended = await cli(['end', id, '--reason', 'lunch', '--yes', '--json'], admin).ended
    expect(jsonFaults('audit end', JSON.parse(ended.stdout))).toEqual([])
    expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining('The gateway is ending the session.')])
    const { code, stdout, stderr } = await watching.ended
    expect(code).toBe(0)
    expect(stdout).not.toContain('\u001b]')
    expect(stderr).toContain('ended this session: lunch')
  })
})
