import { callManagementApi } from '@rack-gateway/testing/management-api'
import { type ClientSocket, openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GatewayProcess, startGatewayProcess } from '../support/gateway/gateway-process.ts'
import { type RecordingDirectory, recordingDirectory, storedCast } from '../support/gateway/recorded.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import { leaveNothing } from '../support/processes.ts'

let directory: RecordingDirectory
let system: System
let admin: string
beforeAll(async () => {
  directory = await recordingDirectory()
  system = await startSystem({ tuning: { adoptionInterval: 250 } })
  admin = await system.token('admin')
})
afterAll(async () => {
  await leaveNothing()
  await system.stop()
  await directory.remove()
})

/** A gateway that can be killed. */
const started = () => startGatewayProcess(system, system.rack, { RECORDINGS: directory.path })
const replica = () => system.replica({ recordings: { address: directory.path }, tuning: { adoptionInterval: 250 } })
const exec = (gateway: GatewayProcess, command: string): Promise<ClientSocket> =>
  openWebSocket(`${gateway.url}/apps/myapp/processes/web/exec`, admin, { Command: command })
const cast = (id: string) => storedCast({ store: directory.store, secretKey: system.secretKey }, id)

/** While a session is followed, its output is stored ten times as often. */
async function follow(gateway: GatewayProcess, id: string): Promise<void> {
  const headers = { authorization: `Bearer ${admin}` }
  const { status } = await fetch(`${gateway.url}/gateway/api/v1/recordings/${id}/live`, { headers })
  expect(status).toBe(200)
}

async function lastRecording(): Promise<{ id: string; ended: boolean; stream: string }> {
  const [row] = await system.sql<{ id: string; ended: boolean; stream: string }[]>`
    select id, ended_at is not null as ended, stream from gateway.recordings order by id desc limit 1`
  if (!row) throw new Error('nothing was recorded')
  return row
}

test('the stored part of a recording can be read after kill -9, and is marked as incomplete', async () => {
  const gateway = await started()
  const socket = await exec(gateway, 'bash')
  socket.send(Buffer.from('echo before\n'))
  const { id } = await expect
    .poll(() => lastRecording().catch(() => null))
    .not.toBeNull()
    .then(lastRecording)
  await follow(gateway, id)
  await expect.poll(async () => (await cast(id)).output.toString()).toBe('$ before\n$ ')
  socket.send(Buffer.from('echo after\n'))
  await gateway.kill()
  await socket.closed()
  const left = await cast(id)
  expect(left.check).toMatchObject({ state: 'cut', problem: 'its final chunk is missing' })
  expect(left.output.toString().startsWith('$ before\n$ ')).toBe(true)
  // A caller who adopts the stream finds it by this.
  const row = await lastRecording()
  expect([row.id, row.ended]).toEqual([id, false])
  const opened = (await system.events()).findLast(({ kind }) => kind === 'opened')
  expect([opened?.stream, opened?.recording?.id]).toEqual([row.stream, id])

  const next = await replica()
  const { status, body: text } = await callManagementApi(next, admin, 'GET', `/recordings/${id}`)
  expect(status).toBe(200)
  expect(text).toContain('before')
  const last = text.trimEnd().split('\n').slice(-2)
  expect(last.map((line) => JSON.parse(line))).toEqual([
    [0, 'm', 'cut: its final chunk is missing'],
    [0, 'v', 'open'],
  ])
  await next.stop()
})

/** As after its process has been gone for a minute. */
async function expire(stream: string) {
  await system.sql`update audit.streams set lease_until = now() - interval '31 seconds' where id = ${stream}`
}

async function isAdopted(stream: string): Promise<boolean> {
  const [row] = await system.sql`select adopted_by is not null as adopted from audit.streams where id = ${stream}`
  return row?.adopted
}

async function closedEvents(id: string) {
  return (await system.events()).filter(({ kind, recording }) => kind === 'recording.closed' && recording?.id === id)
}

async function crash(): Promise<{ id: string; stream: string }> {
  const before = await lastRecording().then(
    ({ id }) => id,
    () => '',
  )
  const gateway = await started()
  const socket = await exec(gateway, 'bash')
  socket.send(Buffer.from('echo left\n'))
  await expect.poll(async () => (await lastRecording()).id).not.toBe(before)
  const left = await lastRecording()
  await follow(gateway, left.id)
  await expect.poll(async () => (await cast(left.id)).output.toString()).toContain('left')
  await gateway.kill()
  await socket.closed()
  return left
}

test('one replica closes a recording after kill -9, and its stored part can be verified', async () => {
  const { id, stream } = await crash()
  await expire(stream)
  const replicas = await Promise.all([replica(), replica(), replica()])
  await expect.poll(lastRecording).toMatchObject({ id, ended: true })
  const { check } = await cast(id)
  expect(check.state).toBe('cut')
  const opened = (await system.events()).find(({ kind, recording }) => kind === 'opened' && recording?.id === id)
  const [closed, ...more] = await closedEvents(id)
  expect(more).toEqual([])
  expect(closed).toMatchObject({
    of: opened?.id,
    rack: 'staging',
    app: 'myapp',
    process: 'web',
    recording: { id, mode: 'best-effort', chunks: check.chunks, bytes: check.bytes, head: check.head },
    detail: { stream, state: 'cut', problem: 'its final chunk is missing' },
  })
  const [, second = replicas[0]] = replicas
  const read = () => callManagementApi(second, admin, 'GET', `/recordings/${id}`)
  expect((await read()).body).toContain('cut: its final chunk is missing')
  // A chunk that is removed later is detected by comparison with the event.
  await directory.store.remove(`recordings/${id}/${String(check.chunks - 1).padStart(10, '0')}`)
  await expect(read()).rejects.toThrow('closed in the middle of a response')
  await Promise.all(replicas.map((one) => one.stop()))
  expect(await closedEvents(id)).toHaveLength(1)
})

test('a recording whose event was durable before its adopter died is not closed twice', async () => {
  const { id, stream } = await crash()
  await expire(stream)
  await expect.poll(() => isAdopted(stream)).toBe(true)
  // It finds the stream adopted when it starts.
  const first = await started()
  await expect.poll(lastRecording).toMatchObject({ id, ended: true })
  await first.kill()
  await system.sql`update gateway.recordings set ended_at = null, chunks = null, bytes = null, head = null where id = ${id}`
  const second = await replica()
  await expect.poll(lastRecording).toMatchObject({ id, ended: true })
  const [row] = await system.sql`select chunks::int, head from gateway.recordings where id = ${id}`
  const { check } = await cast(id)
  expect(row).toEqual({ chunks: check.chunks, head: check.head })
  expect(await closedEvents(id)).toHaveLength(1)
  await second.stop()
})

test('a stop stores and closes the running recordings', async () => {
  const gateway = await started()
  const socket = await exec(gateway, 'bash')
  socket.send(Buffer.from('echo last\n'))
  await expect
    .poll(async () => (await system.events()).findLast(({ kind }) => kind === 'opened')?.recording)
    .toBeDefined()
  await new Promise((resolve) => setImmediate(resolve))
  await gateway.stop()
  await socket.closed()
  const { id, ended } = await lastRecording()
  const { check, events } = await cast(id)
  expect(check.state).toBe('complete')
  expect(events.at(-1)?.[2]).toMatch(/^ended by the gateway: the gateway is being restarted/)
  const closed = (await system.events()).findLast(({ kind, recording }) => kind === 'closed' && recording?.id === id)
  expect(closed?.recording).toMatchObject({ head: check.head, chunks: check.chunks })
  expect(ended).toBe(true)
})
