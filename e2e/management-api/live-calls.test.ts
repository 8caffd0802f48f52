import type { LiveCall } from '@rack-gateway/gateway-api'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { type ClientSocket, openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { beginCall } from '../support/callers/caller.ts'
import { startGatewayProcess } from '../support/gateway/gateway-process.ts'
import { type RecordingDirectory, recordingDirectory } from '../support/gateway/recorded.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import { createUser, credential, kinds, roles, someId } from './callers.ts'

const databaseHost = 'resource-database.staging-myapp.svc.cluster.local'

describe('live calls', () => {
  let system: System
  let replica: Awaited<ReturnType<System['replica']>>
  let there: { readonly url: string; readonly host: string }
  let directory: RecordingDirectory
  let admin: string
  beforeAll(async () => {
    directory = await recordingDirectory()
    system = await startSystem({ publicUrl: 'own', recordings: { address: directory.path } })
    replica = await system.replica()
    there = { url: replica.url, host: new URL(system.url).host }
    admin = (await createUser(system, 'admin')).token
  })
  afterAll(async () => {
    await replica.stop()
    await system.stop()
    await directory.remove()
  })

  const sockets: ClientSocket[] = []
  afterEach(async () => {
    await Promise.all(sockets.splice(0).map(close))
    await expect.poll(() => list()).toEqual([])
  })

  async function open(path: string, token: string, headers: Record<string, string> = {}, url = system.url) {
    const socket = await openWebSocket(`${url}${path}`, token, headers)
    sockets.push(socket)
    return socket
  }
  const exec = (token: string, command = 'bash') => open('/apps/myapp/processes/web/exec', token, { Command: command })
  async function list(token = admin, at: { url: string; host?: string } = there): Promise<LiveCall[]> {
    return ((await call(at, token, 'GET', '/live-calls')).json as { items: LiveCall[] }).items
  }
  async function listed(matches: (one: LiveCall) => boolean, token = admin): Promise<LiveCall> {
    const find = async () => (await list(token)).find(matches)
    await expect.poll(find).toBeDefined()
    return (await find()) as LiveCall
  }
  const ofCommand = (command: string) => (one: LiveCall) => one.command === command
  const end = (id: string, token = admin, reason = 'not on Fridays') =>
    call(there, token, 'POST', `/live-calls/${id}/end`, { reason })
  async function gone(id: string): Promise<void> {
    await expect.poll(async () => (await list()).some((one) => one.id === id)).toBe(false)
  }
  async function close(socket: ClientSocket): Promise<void> {
    socket.close()
    await socket.closed()
  }
  async function startRun(token: string): Promise<string> {
    const lines = ['Command: sleep 3600', 'Content-Length: 0']
    const { json } = await system.send('POST', '/apps/myapp/services/command/processes?', token, '', lines)
    return (json as { id: string }).id
  }

  test('are listed by another process while they last, each with its kind', async () => {
    const deployer = await createUser(system, 'deployer')
    const run = await startRun(admin)
    const [instance] = (await system.get('/instances?', admin)).json as { id: string }[]
    const opened = [
      ['exec', admin, '/apps/myapp/processes/web/exec', { Command: 'sleep 60' }],
      ['run', admin, `/apps/myapp/processes/${run}/exec`, { Command: 'sleep 60' }],
      ['console', admin, '/apps/myapp/resources/database/console', {}],
      ['shell', admin, `/instances/${instance?.id}/shell`, {}],
      ['logs', deployer.token, '/apps/myapp/logs', {}],
      ['proxy', deployer.token, `/proxy/${databaseHost}/5432`, {}],
    ] as const
    for (const [kind, token, path, headers] of opened) {
      const socket = await open(path, token, headers)
      expect([kind, socket.status]).toEqual([kind, 101])
      const { id, ...found } = await listed((one) => one.path === path)
      const [event] = (await system.events()).filter((one) => one.id === id)
      expect(found).toMatchObject({
        kind,
        rack: 'staging',
        app: kind === 'shell' ? null : 'myapp',
        own: token === admin,
        request: event?.request,
        principal: { kind: 'user', ...(token === admin ? {} : { id: deployer.id, name: deployer.email }) },
        recording: event?.recording?.id ?? null,
      })
      expect(event?.kind).toBe('opened')
      await close(socket)
      await gone(id)
    }
    const upload = beginCall(
      { port: system.port, token: deployer.token },
      { method: 'POST', path: '/apps/myapp/objects/tmp/source.tgz', headers: { 'Transfer-Encoding': 'chunked' } },
    )
    upload.request.write('some bytes')
    const transfer = await listed(({ kind }) => kind === 'transfer')
    expect(transfer).toMatchObject({ app: 'myapp', path: '/apps/myapp/objects/tmp/source.tgz', command: null })
    upload.request.end()
    expect((await upload.response).statusCode).toBe(200)
    await gone(transfer.id)
    expect(await system.sql`select from gateway.live_calls`).toHaveLength(0)
  })

  test('show a command as its event does, without secrets and control characters', async () => {
    const override = Buffer.from('\u202e').toString('latin1')
    const socket = await exec(admin, `psql 'postgres://app:hunter2@db/x' --flag=${override}`)
    const found = await listed(({ kind }) => kind === 'exec')
    const event = (await system.events()).find(({ id }) => id === found.id)
    expect(found.command).toBe(event?.command?.join(' '))
    expect(found.command).not.toMatch(/hunter2|\u202e/)
    await close(socket)
  })

  test('are ended by another process, and the participant reads by whom and why', async () => {
    const socket = await exec(admin, 'sleep 61')
    const { id, recording } = await listed(ofCommand('sleep 61'))
    const reason = `<b>"quoted"</b> %s ${'ü'.repeat(20)} 🚀 ${'$'}{x}`
    const response = await end(id, admin, reason)
    expect([response.status, response.json]).toEqual([200, expect.objectContaining({ id, command: 'sleep 61' })])
    expect((await socket.readToEnd()).join('')).toContain(`ended this session: ${reason}`)
    await socket.closed()
    await gone(id)
    expect((await end(id)).status).toBe(404)
    const events = await system.events()
    expect(events.findLast(({ kind }) => kind === 'live-call.ended')).toMatchObject({
      of: id,
      rack: 'staging',
      app: 'myapp',
      recording: { id: recording },
      principal: { name: expect.stringMatching(/^admin-/) },
      decision: { effect: 'allow', rule: 'own-data' },
      detail: { reason },
    })
    const closing = async () => (await system.events()).find(({ of, kind }) => of === id && kind === 'closed')
    await expect.poll(closing).toMatchObject({ close: expect.stringContaining('ended this session') })
    await expect.poll(() => system.sql`select from gateway.call_endings where call = ${id}`).toHaveLength(0)
  })

  test('can be ended during a transfer: the connection breaks', async () => {
    const upload = beginCall(
      { port: system.port, token: admin },
      { method: 'POST', path: '/apps/myapp/objects/tmp/long.tgz', headers: { 'Transfer-Encoding': 'chunked' } },
    )
    upload.request.write('some bytes')
    const { id, request } = await listed(({ kind }) => kind === 'transfer')
    expect((await end(id)).status).toBe(200)
    await expect(upload.response).rejects.toThrow()
    await gone(id)
    const ended = (await system.events()).findLast(({ kind }) => kind === 'live-call.ended')
    expect(ended?.detail).toEqual({ call: request, reason: 'not on Fridays' })
  })

  test('can be ended if the web console made them, and its page shows the reason', async () => {
    const stream = await fetch(`${system.url}/gateway/api/v1/racks/staging/apps/myapp/logs`, {
      headers: { authorization: `Bearer ${admin}`, follow: 'true' },
    })
    expect(stream.status).toBe(200)
    const { id } = await listed(({ kind }) => kind === 'logs')
    expect((await end(id)).status).toBe(200)
    expect(await stream.text()).toContain('ended this call: not on Fridays')
    await gone(id)
  })

  test('can be ended through their recording before the gateway answers the handshake', async () => {
    const hang = system.rack.failNext(/exec/, { kind: 'hang' })
    const opening = exec(admin, 'sleep 62')
    await hang.reached
    const find = () => system.sql<{ id: string }[]>`select id from gateway.recordings where command = 'sleep 62'`
    await expect.poll(find).toHaveLength(1)
    const id = (await find())[0]?.id
    expect((await call(there, admin, 'POST', `/recordings/${id}/end`, { reason: 'too early' })).status).toBe(200)
    hang.release()
    const socket = await opening
    expect((await socket.readToEnd()).join('')).toContain('ended this session: too early')
    await socket.closed()
  })

  test.each(kinds)(
    'are listed for auditors and admins, and ended only by admins, if other users made them: %s',
    async (kind) => {
      const socket = await open('/apps/myapp/logs', (await createUser(system, 'viewer')).token)
      const { id } = await listed((one) => one.kind === 'logs' && !one.own)
      for (const role of roles.filter((one) => one !== 'admin')) {
        const token = await credential(system, role, kind)
        expect([role, (await list(token)).map((one) => one.id)]).toEqual([role, role === 'auditor' ? [id] : []])
        const [response, unknown] = [await end(id, token), await end(someId(), token)]
        expect([role, response.status, response.text('error')]).toEqual([role, 404, unknown.text('error')])
      }
      const response = await end(id, await credential(system, 'admin', kind))
      expect(response.status).toBe(200)
      const ended = (await system.events()).findLast((event) => event.kind === 'live-call.ended')
      expect(ended?.decision).toMatchObject({ rule: 'role:admin' })
      await socket.closed()
      await gone(id)
    },
  )

  test('are those of a user, and of the API tokens of the user, but not the other way around', async () => {
    const viewer = await createUser(system, 'viewer')
    const { token } = await system.issuer.issueApiToken({
      name: 'tail',
      owner: { kind: 'user', email: viewer.email },
      role: 'viewer',
      expiresAt: Date.now() + 3_600_000,
    })
    const [byUser, byToken] = [await open('/apps/myapp/logs', viewer.token), await open('/apps/otherapp/logs', token)]
    const own = await listed(({ app }) => app === 'myapp', viewer.token)
    const ofToken = await listed(({ app }) => app === 'otherapp', viewer.token)
    expect((await list(viewer.token)).map((one) => one.own)).toEqual([true, true])
    expect((await list(token)).map(({ id }) => id)).toEqual([ofToken.id])
    expect((await end(own.id, token)).status).toBe(404)
    expect((await end(ofToken.id, viewer.token)).status).toBe(200)
    expect((await end(own.id, viewer.token)).status).toBe(200)
    await Promise.all([byUser.closed(), byToken.closed()])
    await Promise.all([gone(own.id), gone(ofToken.id)])
  })

  test('are not ended if the reason is not a line of text, or the ID is invalid', async () => {
    const socket = await exec(admin, 'sleep 63')
    const { id } = await listed(ofCommand('sleep 63'))
    for (const reason of ['', '\u001b[2J', 'a\nb', 'a\u2028b', '\u202egnp.exe', '\u0000', '\ud800', 'x'.repeat(201), 7])
      expect((await call(there, admin, 'POST', `/live-calls/${id}/end`, { reason })).status).toBe(400)
    for (const other of ['x', `${id}x`, '%00', "1' or '1'='1"])
      expect(
        (await call(there, admin, 'POST', `/live-calls/${encodeURIComponent(other)}/end`, { reason: 'x' })).status,
      ).toBe(404)
    expect(await system.sql`select from gateway.call_endings where call = ${id}`).toHaveLength(0)
    await close(socket)
    await gone(id)
  })

  test('come in pages, newest first', async () => {
    for (const app of ['myapp', 'otherapp', 'myapp']) await open(`/apps/${app}/logs`, admin)
    await expect.poll(async () => (await list()).length).toBe(3)
    const first = await call(there, admin, 'GET', '/live-calls?limit=2')
    const second = await call(there, admin, 'GET', `/live-calls?limit=2&cursor=${first.text('next')}`)
    expect([...first.texts('app'), ...second.texts('app')]).toEqual(['myapp', 'otherapp', 'myapp'])
    expect((await call(there, admin, 'GET', '/live-calls?cursor=nonsense')).status).toBe(400)
  })

  test('leave no row when they close and are ended at the same time', async () => {
    const count = 12
    await Promise.all(Array.from({ length: count }, () => open('/apps/myapp/logs', admin)))
    await expect.poll(async () => (await list()).length).toBe(count)
    const calls = await list()
    const ending = calls.map(({ id }) => end(id))
    const closing = sockets.map(close)
    const statuses = (await Promise.all(ending)).map(({ status }) => status)
    expect(statuses.every((status) => status === 200 || status === 404)).toBe(true)
    await Promise.all(closing)
    await expect.poll(() => list()).toEqual([])
    await expect.poll(() => system.sql`select from gateway.live_calls`).toHaveLength(0)
  })

  test('cannot be ended by an administrator who lost the role before the end of the transaction', async () => {
    const socket = await open('/apps/myapp/logs', (await createUser(system, 'viewer')).token)
    const { id } = await listed(({ kind }) => kind === 'logs')
    const other = await createUser(system, 'admin')
    let ending: ReturnType<typeof end> | undefined
    await system.sql.begin(async (locked) => {
      await locked`select value from gateway.revision for update`
      ending = end(id, other.token)
      await expect
        .poll(
          () => system.sql`select from pg_locks join pg_stat_activity using (pid)
          where not granted and datname = current_database()`,
        )
        .toHaveLength(1)
      await locked`delete from gateway.bindings where subject_id = ${other.id}`
    })
    expect((await ending)?.status).toBe(404)
    expect(await system.sql`select from gateway.call_endings where call = ${id}`).toHaveLength(0)
    await close(socket)
    await gone(id)
  })

  test('are not listed after their process was killed and its lease expired', async () => {
    const killed = await startGatewayProcess(system, { url: system.rack.url, token: 'rack-password-of-staging' })
    const socket = await open('/apps/myapp/logs', admin, {}, killed.url)
    const { id } = await listed(({ kind }) => kind === 'logs')
    const [row] = await system.sql<{ stream: string }[]>`select stream from gateway.live_calls where id = ${id}`
    await killed.kill()
    await socket.closed()
    // What happens when its lease expires.
    await system.sql`update audit.streams set lease_until = now() where id = ${row?.stream ?? ''}`
    expect(await list()).toEqual([])
    expect((await end(id)).status).toBe(404)
    expect(await system.sql`select from gateway.live_calls where id = ${id}`).toHaveLength(1)
  })

  test('stay listed when their process continues in another stream', async () => {
    const socket = await open('/apps/myapp/logs', admin)
    const { id } = await listed(({ kind }) => kind === 'logs')
    const [row] = await system.sql<{ stream: string }[]>`select stream from gateway.live_calls where id = ${id}`
    await system.sql`update audit.streams set adopted_by = ${someId()} where id = ${row?.stream ?? ''}`
    const follows = async () => system.sql`select from audit.streams where follows = ${row?.stream ?? ''}`
    await expect.poll(follows, { timeout: 10_000 }).toHaveLength(1)
    expect((await list()).map((one) => one.id)).toContain(id)
    await close(socket)
    await gone(id)
  })

  test('are removed when their process stops', async () => {
    const stopping = await system.replica()
    const socket = await open('/apps/myapp/logs', admin, {}, stopping.url)
    const { id } = await listed(({ kind }) => kind === 'logs')
    await stopping.stop()
    await socket.closed()
    expect(await system.sql`select from gateway.live_calls where id = ${id}`).toHaveLength(0)
  })
})
