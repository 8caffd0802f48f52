import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createUser } from '../management-api/callers.ts'
import { type RecordingDirectory, recordingDirectory } from '../support/gateway/recorded.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import { approve, ask, createPerson, type Person, setGroups, writeRequestsPolicy } from './people.ts'

const policy = `version: 1
roles:
  operator:
    permissions: [app:*, process:*, release:*, log:read]
requests:
  operate:
    from: [group:engineering]
    role: operator
    longest: 4h
    reviewers: [group:leads]
commands:
  rules:
    shell: { run: bash, services: ["*"], roles: [operator] }
`

let directory: RecordingDirectory
let system: System
let ann: Person
let lead: Person
let other: Person
let id: string
let recording: string
beforeAll(async () => {
  directory = await recordingDirectory()
  system = await startSystem({ recordings: { address: directory.path }, policyFile: writeRequestsPolicy(policy) })
  ann = await createPerson(system, 'ann@example.com', ['engineering'])
  lead = await createPerson(system, 'lead@example.com', ['leads'])
  other = await createPerson(system, 'other@example.com', ['leads'])
  id = await ask(ann, { role: 'operator', racks: ['staging'], seconds: 3_600, reason: 'look' })
  await approve(lead, id)
  const socket = await openWebSocket(`${system.url}/apps/myapp/processes/web/exec`, ann.token, { Command: 'bash' })
  socket.send(Buffer.from('exit 0\n'))
  await socket.readToEnd()
  socket.close()
  recording = await vi.waitFor(async () => {
    const rows = await system.sql`select id from gateway.recordings where grant_id = ${id} and ended_at is not null`
    if (rows.length === 0) throw new Error('it has not ended yet')
    return String(rows[0]?.id)
  }, 30_000)
})
afterAll(async () => {
  await system.stop()
  await directory.remove()
})

const read = async (person: Person) => (await person.call('GET', `/recordings/${recording}`)).status

test('who approved the grant reads the recording, and the read is recorded', async () => {
  expect(await read(lead)).toBe(200)
  expect(await system.lastEvent()).toMatchObject({
    kind: 'recording.read',
    principal: { id: lead.id },
    recording: { id: recording },
  })
  expect((await lead.call('GET', `/access-requests/${id}`)).json).toMatchObject({
    may: expect.arrayContaining(['see-recordings']),
  })
})

test('neither who asked, nor a reviewer who did not approve it reads it, nor anyone another recording', async () => {
  for (const person of [ann, other]) {
    const refused = await person.call('GET', `/recordings/${recording}`)
    expect([refused.status, refused.text('rule')]).toEqual([403, 'no-permission'])
  }
  const [row] = await system.sql`
    insert into gateway.recordings (id, started_at, stream, opened, mode, principal, principal_name, rack, route)
    values (gen_random_uuid(), now(), gen_random_uuid(), gen_random_uuid(), 'strict', 'p', 'p', 'staging', 'exec')
    returning id`
  expect((await lead.call('GET', `/recordings/${row?.id}`)).status).toBe(403)
  expect((await lead.call('GET', '/recordings')).status).toBe(403)
})

test('what was started under the grant and runs on is listed', async () => {
  const started = await system.send('POST', '/apps/myapp/services/command/processes', ann.token, '', ['Command: bash'])
  expect(started.status).toBe(200)
  const process = (started.json as { id: string }).id
  const expected = { running: [{ kind: 'process', id: process, rack: 'staging', app: 'myapp' }] }
  expect((await lead.call('GET', `/access-requests/${id}`)).json).toMatchObject(expected)
  await system.send('DELETE', `/apps/myapp/processes/${process}`, ann.token)
  expect((await lead.call('GET', `/access-requests/${id}`)).json).toMatchObject({ running: [] })
})

test('an auditor reads it as any other', async () => {
  const { token } = await createUser(system, 'auditor')
  expect((await system.get(`/gateway/api/v1/recordings/${recording}`, token)).status).toBe(200)
})

test('the events of the session name the grant', async () => {
  const events = await lead.call('GET', `/access-requests/${id}/events?limit=1`)
  expect(events.texts('event.kind')).toEqual(['opened'])
  const next = await lead.call('GET', `/access-requests/${id}/events?cursor=${events.text('next')}`)
  expect(next.texts('event.kind')).toContain('closed')
})

test('who approved the grant follows a session under it, until they are no longer a reviewer', async () => {
  const socket = await openWebSocket(`${system.url}/apps/myapp/processes/web/exec`, ann.token, { Command: 'bash' })
  const live = await vi.waitFor(async () => {
    const rows = await system.sql`select id from gateway.recordings where grant_id = ${id} and ended_at is null`
    if (rows.length === 0) throw new Error('it is not listed yet')
    return String(rows[0]?.id)
  }, 30_000)
  const watch = (person: Person) =>
    fetch(`${system.url}/gateway/api/v1/recordings/${live}/live`, {
      headers: { authorization: `Bearer ${person.token}` },
    })
  expect((await watch(other)).status).toBe(403)
  const watching = await watch(lead)
  expect(watching.status).toBe(200)
  await setGroups(system, lead.id, [])
  // The session stays valid, so only the end of the grant can end the response.
  await watching.text().catch(() => undefined)
  expect(await read(lead)).toBe(403)
  await setGroups(system, lead.id, ['leads'])
  expect(await read(lead)).toBe(200)
  socket.close()
  await socket.closed()
})

test('who is no longer a reviewer reads it no more', async () => {
  await setGroups(system, lead.id, [])
  expect(await read(lead)).toBe(403)
})
