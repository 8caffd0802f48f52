import { type IncomingMessage, request } from 'node:http'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createUser } from '../management-api/callers.ts'
import { responseTo } from '../support/callers/caller.ts'
import { castOf, type RecordingDirectory, recordingDirectory } from '../support/gateway/recorded.ts'
import { type System, startSystem } from '../support/gateway/system.ts'

interface Listed {
  readonly id: string
  readonly endedAt: string | null
  readonly chunks: number
  readonly principal: { readonly name: string }
}

describe('recordings by the management API', () => {
  let directory: RecordingDirectory
  let system: System
  let auditor: string
  const made: string[] = []
  beforeAll(async () => {
    directory = await recordingDirectory()
    system = await startSystem({ publicUrl: 'own', recordings: { address: directory.path } })
    auditor = (await createUser(system, 'auditor')).token
    const admin = await system.token('admin')
    for (const command of ['echo one', 'echo two', 'echo three']) made.push(await record(admin, command))
  })
  afterAll(async () => {
    await system.stop()
    await directory.remove()
  })

  async function record(token: string, command: string): Promise<string> {
    const socket = await openWebSocket(`${system.url}/apps/myapp/processes/web/exec`, token, { Command: command })
    await socket.readToEnd()
    socket.close()
    return recorded()
  }
  /** The newest recording, once all of it is stored. */
  function recorded(): Promise<string> {
    return vi.waitFor(async () => {
      const [row] = await system.sql<{ id: string; ended: boolean }[]>`
        select id, ended_at is not null as ended from gateway.recordings order by id desc limit 1`
      if (!row?.ended || made.includes(row.id) || !(await isStored(row.id))) throw new Error('it is not recorded yet')
      return row.id
    }, 60_000)
  }
  async function isStored(id: string): Promise<boolean> {
    const [{ chunks }] = (await list(`?limit=1`)).items as [Listed]
    const keys: string[] = []
    for await (const { key } of directory.store.list(`recordings/${id}/`)) keys.push(key)
    return keys.length === chunks
  }
  /** More than what systems hold for a client that takes nothing. */
  async function recordMuch(token: string): Promise<string> {
    const socket = await openWebSocket(`${system.url}/apps/myapp/processes/web/exec`, token, { Command: 'cat' })
    const line = Buffer.from(`${'The quick brown fox jumps over the lazy dog. '.repeat(400)}\r\n`)
    for (let count = 0; count < 800; count++) socket.send(line)
    socket.sendEndOfInput()
    await socket.readBytesToEnd()
    socket.close()
    return recorded()
  }
  /** Takes nothing but the head of the response. */
  async function begin(id: string, token: string): Promise<IncomingMessage> {
    const asked = request(`${system.url}/gateway/api/v1/recordings/${id}`, {
      agent: false,
      headers: { Authorization: `Bearer ${token}` },
    }).end()
    const response = await responseTo(asked)
    return response.on('error', () => undefined)
  }
  async function list(query = '', token = auditor): Promise<{ items: Listed[]; next: string | null }> {
    return (await call(system, token, 'GET', `/recordings${query}`)).json as { items: Listed[]; next: string | null }
  }
  /** Reads to the end, or to where it breaks off. */
  function read(id: string, token = auditor): Promise<{ status: number; type: string; text: string; whole: boolean }> {
    return new Promise((resolve, reject) => {
      const asked = request(`${system.url}/gateway/api/v1/recordings/${id}`, {
        agent: false,
        headers: { Authorization: `Bearer ${token}` },
      })
      asked.on('error', reject)
      asked.on('response', (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk
        })
        response.on('error', () => undefined)
        response.on('close', () =>
          resolve({
            status: response.statusCode ?? 0,
            type: response.headers['content-type'] ?? '',
            text,
            whole: response.complete,
          }),
        )
      })
      asked.end()
    })
  }

  test('are listed newest first, a page at a time', async () => {
    const first = await list('?limit=2')
    expect(first.items.map(({ id }) => id)).toEqual([made[2], made[1]])
    expect(first.items[0]).toMatchObject({
      rack: 'staging',
      app: 'myapp',
      process: 'web',
      command: 'echo three',
      mode: 'best-effort',
      principal: { name: 'admin@example.com' },
      endedAt: expect.any(String),
      chunks: 2,
      lost: 0,
    })
    const second = await list(`?limit=2&cursor=${first.next}`)
    expect([second.items.map(({ id }) => id), second.next]).toEqual([[made[0]], null])
    expect((await list('?app=otherapp')).items).toEqual([])
    expect((await list('?rack=staging&app=myapp')).items).toHaveLength(3)
    expect((await list('?principal=nobody')).items).toEqual([])
    expect((await list(`?id=${made[1]}`)).items.map(({ id }) => id)).toEqual([made[1]])
  })

  test('are read as an asciicast, and the reader is in the log first', async () => {
    const { status, type, text, whole } = await read(made[1] ?? '')
    expect([status, type, whole]).toEqual([200, 'application/x-asciicast', true])
    const cast = castOf(text)
    expect(cast.header).toMatchObject({ version: 3, command: 'echo two' })
    expect(cast.output.toString()).toBe('two\n')
    expect(cast.events.at(-1)).toEqual([0, 'v', 'complete'])
    const opened = (await system.events()).find(({ kind, recording }) => kind === 'opened' && recording?.id === made[1])
    expect(await system.lastEvent()).toMatchObject({
      kind: 'recording.read',
      of: opened?.id,
      recording: { id: made[1] },
      app: 'myapp',
      principal: { name: expect.stringContaining('auditor') },
      source: { address: '127.0.0.1' },
    })
  })

  test.each(['viewer', 'ops', 'deployer', 'ci'])('are not for %s', async (role) => {
    const { token } = await createUser(system, role)
    expect((await read(made[0] ?? '', token)).status).toBe(403)
    expect((await call(system, token, 'GET', '/recordings')).status).toBe(403)
    expect((await system.events()).filter(({ kind }) => kind === 'recording.read')).toHaveLength(1)
  })

  test('with an unknown ID are 404, and no read is recorded', async () => {
    const before = (await system.events()).filter(({ kind }) => kind === 'recording.read').length
    expect((await read('01a21006-6e55-7646-9171-966421143187')).status).toBe(404)
    expect((await read('nonsense')).status).toBe(404)
    expect((await system.events()).filter(({ kind }) => kind === 'recording.read')).toHaveLength(before)
  })

  test('are reported as incomplete if they were changed', async () => {
    const admin = await system.token('admin')
    const id = await record(admin, 'echo four')
    made.push(id)
    const [first, last] = [`recordings/${id}/0000000000`, `recordings/${id}/0000000001`]
    const other = await directory.store.get(`recordings/${made[0]}/0000000001`)
    await directory.store.remove(last)
    await directory.store.put(last, other ?? Buffer.alloc(0))
    const changed = await read(id)
    expect([changed.status, changed.whole]).toEqual([200, false])
    expect(changed.text).not.toContain('four\n')
    await directory.store.remove(last)
    const cut = await read(id)
    expect([cut.whole, castOf(cut.text).events.findLast(([, code]) => code === 'm')?.[2]]).toEqual([
      false,
      expect.stringContaining('broken: chunk 1 is missing: by the audit log, there are 2 chunks'),
    ])
    await directory.store.remove(first)
    expect(await read(id)).toMatchObject({ status: 502, text: expect.stringContaining('RGW_RECORDING_BROKEN') })
  })

  test('are read by a limited number of callers at once, and reading ends when the permission does', async () => {
    const id = await recordMuch(await system.token('admin'))
    made.push(id)
    const other = await createUser(system, 'auditor')
    const responses = await Promise.all(Array.from({ length: 5 }, () => begin(id, auditor)))
    expect(await read(id)).toMatchObject({ status: 429, text: expect.stringContaining('one caller') })
    responses.push(...(await Promise.all(Array.from({ length: 4 }, () => begin(id, other.token)))))
    const cut = await begin(id, other.token)
    expect([...responses, cut].map(({ statusCode }) => statusCode)).toEqual(Array.from({ length: 10 }, () => 200))
    const third = await createUser(system, 'auditor')
    expect((await begin(id, third.token)).destroy().statusCode).toBe(429)

    const closed = new Promise((resolve) => cut.on('close', resolve))
    const admin = await createUser(system, 'admin')
    expect((await call(system, admin.token, 'POST', `/users/${other.id}/lock`, { reason: 'left' })).status).toBe(200)
    await expect.poll(async () => (await begin(id, third.token)).destroy().statusCode).toBe(200)
    cut.resume()
    await closed
    expect(cut.complete).toBe(false)

    for (const response of responses) response.destroy()
    await expect.poll(() => read(id)).toMatchObject({ status: 200, whole: true })
  })

  test('without their events in the log are shown as unproven', async () => {
    const id = made[1] ?? ''
    // As after its month was dropped: its end is nowhere near any event.
    await system.sql`update gateway.recordings set ended_at = ended_at - interval '2 months' where id = ${id}`
    const { status, text, whole } = await read(id)
    expect([status, whole]).toEqual([200, true])
    const cast = castOf(text)
    expect(cast.output.toString()).toBe('two\n')
    expect(cast.events.slice(-2)).toEqual([
      [0, 'm', expect.stringMatching(/^unproven: .* are no longer in the log/)],
      [0, 'v', 'unproven'],
    ])
    await directory.store.remove(`recordings/${id}/0000000001`)
    expect(castOf((await read(id)).text).events.at(-1)).toEqual([0, 'v', 'unproven'])
  })

  test('report that they were removed, and stay in the list', async () => {
    const id = made[2] ?? ''
    const because = 'its retention period is over'
    await system.sql`update gateway.recordings set removed_because = ${because}, removed_at = now() where id = ${id}`
    expect(await read(id)).toMatchObject({ status: 410, text: expect.stringContaining(because) })
    expect((await list('?state=removed')).items).toMatchObject([{ id, removedBecause: because }])
    expect((await list('?state=ended')).items.map((item) => item.id)).not.toContain(id)
  })
})
