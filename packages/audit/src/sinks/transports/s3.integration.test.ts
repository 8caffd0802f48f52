import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openObjectStore } from '@rack-gateway/object-store'
import { runWithTimeout } from '@rack-gateway/time'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { createSink } from '../create-sink.ts'
import { neverAborted, sinkEvents } from '../testing/events.ts'
import { hang, type Responder, respondWith, startHttpReceiver } from '../testing/http-receiver.ts'
import { createS3Transport } from './s3.ts'

const events = sinkEvents(...Array.from({ length: 3 }, () => ({ kind: 'call' as const })))
const lines = events.map(({ canonical }) => `${canonical}\n`)
const [{ stream } = { stream: '' }] = events

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'hunter2')
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
})

/** An HTTP server instead of S3, which checks no signature. */
async function bucketAt(respond?: Responder) {
  const server = await startHttpReceiver(respond ? { respond } : {})
  const address = `s3://records/audit?region=eu-central-1&endpoint=${server.url}`
  const settings = { name: 'archive', target: { kind: 's3', address } as const, headers: {}, ca: null, kinds: [] }
  const { transport } = await createSink(settings, Date)
  onTestFinished(() => transport.close())
  return { ...server, transport }
}

test('a batch is an object of lines, under the day, the stream and the numbers', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sink-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const store = await openObjectStore({ kind: 'directory', directory })
  const transport = createS3Transport({ store })
  await transport.deliver(events, neverAborted)
  await transport.deliver(events, neverAborted)
  await transport.deliver(events.slice(0, 2), neverAborted)
  const keys: string[] = []
  for await (const { key } of store.list('')) keys.push(key)
  expect(keys).toEqual([
    expect.stringMatching(new RegExp(`^2026/11/25/${stream}/000000000001-000000000002-[0-9a-f]{16}\\.ndjson$`)),
    expect.stringMatching(new RegExp(`^2026/11/25/${stream}/000000000001-000000000003-[0-9a-f]{16}\\.ndjson$`)),
  ])
  expect(await readFile(join(directory, keys[1] ?? ''), 'utf8')).toBe(lines.join(''))
})

test('the S3 client puts the object below the prefix, and never over another one', async () => {
  const { received, transport } = await bucketAt()
  await transport.deliver(events, neverAborted)
  expect(received).toHaveLength(1)
  expect(received[0]?.path).toContain(`/records/audit/2026/11/25/${stream}/000000000001-000000000003-`)
  expect(received[0]?.headers['if-none-match']).toBe('*')
  expect(received[0]?.body).toBe(lines.join(''))
  expect(JSON.stringify(received)).not.toContain('hunter2')
})

test('a refused or hanging request is a failure, and is retried under the same key', async () => {
  const { next, received, transport } = await bucketAt()
  next(respondWith(403, '<Error><Code>AccessDenied</Code></Error>'), hang)
  await expect(transport.deliver(events, neverAborted)).rejects.toThrow()
  await expect(
    runWithTimeout((signal) => transport.deliver(events, signal), { milliseconds: 300, signal: neverAborted }),
  ).rejects.toThrow('no answer within 0.3 s')
  await transport.deliver(events, neverAborted)
  expect(new Set(received.map(({ path }) => path)).size).toBe(1)
})

test('partial batches wait for more events', async () => {
  expect(createS3Transport({ store: await openObjectStore({ kind: 'directory', directory: '/' }) }).linger).toBe(60_000)
})
