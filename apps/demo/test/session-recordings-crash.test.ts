import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.ts'
import { leaveNothing } from './support/processes.ts'
import { type RecordingDirectory, recordingDirectory, storedCast } from './support/recorded.ts'
import { type System, startSystem } from './support/system.ts'
import { type ClientSocket, openSocket } from './support/websocket.ts'

let directory: RecordingDirectory
let system: System
let admin: string
beforeAll(async () => {
  directory = await recordingDirectory()
  system = await startSystem()
  admin = await system.token('admin')
})
afterAll(async () => {
  await leaveNothing()
  await system.stop()
  await directory.remove()
})

const started = () => startGatewayProcess(system, system.rack, { RECORDINGS: directory.path })
const exec = (gateway: GatewayProcess, command: string): Promise<ClientSocket> =>
  openSocket(`${gateway.url}/apps/myapp/processes/web/exec`, admin, { Command: command })
const cast = (id: string) => storedCast({ store: directory.store, secretKey: system.secretKey }, id)

async function lastRecording(): Promise<{ id: string; ended: boolean; stream: string }> {
  const [row] = await system.sql<{ id: string; ended: boolean; stream: string }[]>`
    select id, ended_at is not null as ended, stream from gateway.recordings order by id desc limit 1`
  if (!row) throw new Error('nothing was recorded')
  return row
}

test('what was recorded until kill -9 stays, whole as far as it goes, and is not taken for all', async () => {
  const gateway = await started()
  const socket = await exec(gateway, 'bash')
  socket.send(Buffer.from('echo before\n'))
  const { id } = await expect
    .poll(() => lastRecording().catch(() => null))
    .not.toBeNull()
    .then(lastRecording)
  await expect.poll(async () => (await cast(id)).output.toString(), { timeout: 15_000 }).toBe('$ before\n$ ')
  socket.send(Buffer.from('echo after\n'))
  await gateway.kill()
  await socket.closed()
  const left = await cast(id)
  expect(left.verdict).toMatchObject({ state: 'cut', problem: 'it ends without its last chunk' })
  expect(left.output.toString().startsWith('$ before\n$ ')).toBe(true)
  // Whoever adopts the stream finds it by this.
  const row = await lastRecording()
  expect([row.id, row.ended]).toEqual([id, false])
  const opened = (await system.events()).findLast(({ kind }) => kind === 'opened')
  expect([opened?.stream, opened?.recording?.id]).toEqual([row.stream, id])

  const next = await started()
  const asked = await fetch(`${next.url}/gateway/api/v1/recordings/${id}`, {
    headers: { Authorization: `Bearer ${admin}` },
  })
  const text = await asked.text()
  expect(asked.status).toBe(200)
  expect(text).toContain('before')
  expect(JSON.parse(text.trimEnd().split('\n').at(-1) ?? '')).toEqual([0, 'm', 'cut: it ends without its last chunk'])
  await next.stop()
}, 60_000)

test('a stop stores and closes what runs', async () => {
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
  const { verdict, events } = await cast(id)
  expect(verdict.state).toBe('complete')
  expect(events.at(-1)?.[2]).toMatch(/^cut: the gateway \(the gateway is being restarted/)
  const closed = (await system.events()).findLast(({ kind, recording }) => kind === 'closed' && recording?.id === id)
  expect(closed?.recording).toMatchObject({ head: verdict.head, chunks: verdict.chunks })
  expect(ended).toBe(true)
}, 60_000)
