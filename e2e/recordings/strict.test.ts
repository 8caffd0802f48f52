import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuditEvent } from '@rack-gateway/audit'
import { startS3Server } from '@rack-gateway/object-store/testing'
import { defaultLimits, type RecordingLimits } from '@rack-gateway/recordings'
import { callManagementApi } from '@rack-gateway/testing/management-api'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type RecordingDirectory, recordingDirectory, storedCast } from '../support/gateway/recorded.ts'
import { type System, startSystem } from '../support/gateway/system.ts'

const marker = 'F1E49A85-0AD7-4AEF-A618-C249C6E6568D'
const limits: Partial<RecordingLimits> = { flushAfter: 20, strictTimeout: 50, backOff: 5, maxBackOff: 20, maxHold: 50 }
const policy = `version: 1
recordings:
  rules:
    loose: { apps: [otherapp], mode: best-effort }
    typed: { commands: ["cat"], mode: strict, input: true }
    nothing: { commands: ["argv*"], mode: off }
    strict: { mode: strict }
`

describe('a store that fails', () => {
  let work: string
  let server: Awaited<ReturnType<typeof startS3Server>>
  let system: System
  let admin: string
  /** Ends with each test. */
  function stubCredentials() {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
  }
  beforeEach(stubCredentials)
  beforeAll(async () => {
    stubCredentials()
    work = await mkdtemp(join(tmpdir(), 'strict-'))
    await writeFile(join(work, 'policy.yaml'), policy)
    server = await startS3Server({ bucket: 'records' })
    const address = `s3://records/cast?region=us-east-1&endpoint=${server.endpoint}`
    system = await startSystem({ policyFile: join(work, 'policy.yaml'), recordings: { address, limits } })
    admin = await system.token('admin')
  })
  afterAll(async () => {
    server.hang(false)
    server.deny(false)
    await system.stop()
    await server.close()
    await rm(work, { recursive: true })
  })

  const exec = (command: string, app = 'myapp') =>
    openWebSocket(`${system.url}/apps/${app}/processes/web/exec`, admin, { Command: command })
  const waitingBytes = async () =>
    Number((await callManagementApi(system, admin, 'GET', '/health')).text('stores.recordings.waitingBytes'))
  async function eventOf(kind: AuditEvent['kind'], after: number): Promise<AuditEvent> {
    let found: AuditEvent | undefined
    await expect
      .poll(async () => {
        found = (await system.events()).slice(after).findLast((event) => event.kind === kind)
        return found !== undefined
      })
      .toBe(true)
    if (!found) throw new Error(`no ${kind} came`)
    return found
  }

  test('is recorded as the policy says: what is typed, too, and not at all', async () => {
    const before = (await system.events()).length
    const socket = await exec('cat')
    socket.send(Buffer.from('typed, and <s3cr3t-my'))
    socket.send(Buffer.from('app>'))
    socket.sendEndOfInput()
    await socket.readToEnd()
    socket.close()
    const { recording } = await eventOf('closed', before)
    expect(recording).toMatchObject({ mode: 'strict', lost: 0 })
    expect(recording?.chunks).toBeGreaterThan(1)
    const store = await s3Of(server.endpoint)
    const id = recording?.id ?? ''
    const keys = { store, secretKey: system.secretKey }
    await expect.poll(async () => (await storedCast(keys, id)).check.state).toBe('complete')
    const { input, output } = await storedCast(keys, id)
    for (const bytes of [input, output]) expect(bytes.toString()).toMatch(/^typed, and <\[hidden.*\]>$/)
    store.close()
    const none = (await system.events()).length
    const unrecorded = await exec('argv x')
    await unrecorded.readToEnd()
    unrecorded.close()
    expect((await eventOf('closed', none)).recording).toBeUndefined()
  })

  test('denies a strict session with a reason, and the rack receives no request', async () => {
    server.deny(true)
    system.rack.clearReceived()
    const before = (await system.events()).length
    const socket = await exec('bash')
    const words = await socket.readToEnd()
    expect(words.join('')).toMatch(
      /^ERROR: The policy requires a recording of this session, but recordings cannot be stored now/,
    )
    expect(words.at(-1)).toBe(`${marker}:1\n`)
    expect(system.rack.received.filter(({ route }) => route?.startsWith('WS'))).toEqual([])
    expect(await eventOf('call', before)).toMatchObject({
      status: 503,
      decision: { effect: 'allow' },
      close: expect.stringContaining('cannot be stored now'),
    })
    server.deny(false)
  })

  test('ends a strict session with the reason, and keeps the recorded part', async () => {
    const before = (await system.events()).length
    const socket = await exec('bash')
    expect(socket.status).toBe(101)
    server.deny(true)
    socket.send(Buffer.from('echo unseen\n'))
    const words = (await socket.readToEnd()).join('')
    expect(words).toContain('ERROR: This session must be recorded, but its recording cannot be stored.')
    expect(words.endsWith(`${marker}:1\n`)).toBe(true)
    const readiness = async () => {
      const { status, body } = await system.get('/gateway/health/ready', admin)
      return `${status} ${body}`
    }
    await expect.poll(readiness).toMatch(/^200 .*cannot be stored now: see the log and metrics/s)
    const { recording } = await eventOf('closed', before)
    server.deny(false)
    const store = await s3Of(server.endpoint)
    const { id = '', chunks = 0, head = '' } = recording ?? {}
    await expect
      .poll(async () => (await storedCast({ store, secretKey: system.secretKey }, id, { chunks, head })).check.state)
      .toBe('complete')
    const { events } = await storedCast({ store, secretKey: system.secretKey }, id)
    expect(events.at(-1)?.[2]).toMatch(/^ended by the gateway: This session must be recorded/)
    store.close()
  })

  test('lets a best-effort session continue, and records the gap', async () => {
    server.deny(true)
    const before = (await system.events()).length
    const socket = await exec('cat', 'otherapp')
    expect(socket.status).toBe(101)
    const line = Buffer.alloc(60_000, 'x')
    for (let count = 0; count < 50; count++) socket.send(line)
    // The queue is full now. The session is paused, and then continues without being recorded.
    await expect.poll(waitingBytes).toBeGreaterThanOrEqual(defaultLimits.queueBytes)
    for (let count = 0; count < 50; count++) socket.send(line)
    socket.sendEndOfInput()
    const seen = Buffer.concat(await socket.readBytesToEnd())
    expect(seen.length).toBeGreaterThan(6_000_000 - 1)
    server.deny(false)
    socket.close()
    const gap = await eventOf('recording.gap', before)
    const closed = await eventOf('closed', before)
    expect(gap).toMatchObject({ of: closed.of, app: 'otherapp', detail: { reason: 'the store is too slow' } })
    expect(gap.detail?.bytes).toBe(closed.recording?.lost)
    expect(closed.recording?.lost).toBeGreaterThan(1_000_000)
  })
})

async function s3Of(endpoint: string) {
  const { openObjectStore, readObjectStoreAddress } = await import('@rack-gateway/object-store')
  return openObjectStore(readObjectStoreAddress(`s3://records/cast?region=us-east-1&endpoint=${endpoint}`))
}

describe('without knowing what is secret', () => {
  let directory: RecordingDirectory
  let work: string
  let system: System
  beforeAll(async () => {
    directory = await recordingDirectory()
    work = await mkdtemp(join(tmpdir(), 'strict-'))
    await writeFile(join(work, 'policy.yaml'), policy)
    system = await startSystem({
      policyFile: join(work, 'policy.yaml'),
      recordings: { address: directory.path, limits },
    })
  })
  afterAll(async () => {
    await system.stop()
    await directory.remove()
    await rm(work, { recursive: true })
  })

  test('a strict session is denied, and a best-effort session has one gap', async () => {
    const admin = await system.token('admin')
    const hide = () =>
      system.rack.failNext(/^GET \/apps\/[a-z]+\/releases\//, { kind: 'answer', status: 500, body: '' })
    hide()
    const strict = await openWebSocket(`${system.url}/apps/myapp/processes/web/exec`, admin, { Command: 'bash' })
    expect((await strict.readToEnd()).join('')).toContain(
      'the gateway could not get the list of secrets to redact from it',
    )
    hide()
    const loose = await openWebSocket(`${system.url}/apps/otherapp/processes/web/exec`, admin, { Command: 'echo hi' })
    await loose.readToEnd()
    loose.close()
    await expect
      .poll(async () => (await system.events()).find(({ kind }) => kind === 'recording.gap'))
      .toMatchObject({ app: 'otherapp', detail: { reason: 'it could not be started', bytes: expect.any(Number) } })
    const keys: string[] = []
    for await (const { key } of directory.store.list('')) keys.push(key)
    expect(keys).toEqual([])
  })
})
