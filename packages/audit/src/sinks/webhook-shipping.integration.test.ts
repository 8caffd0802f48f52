import { expect, onTestFinished, test } from 'vitest'
import { databaseForTest } from '../testing/database.ts'
import { createSink } from './create-sink.ts'
import { breakOff, hang, idsIn, type ReceivedRequest, respondWith, startHttpReceiver } from './testing/http-receiver.ts'
import { startShipping } from './testing/shipping.ts'

async function webhookTo(url: string) {
  const target = { kind: 'webhook', url, keys: [Buffer.alloc(32, 3)] } as const
  const sink = await createSink({ name: 'siem', target, headers: {}, ca: null, kinds: [] }, Date)
  onTestFinished(() => sink.transport.close())
  return sink
}

test('with a receiver that hangs, fails, breaks off, and is slow, every event arrives in order', async () => {
  const { runtimeUrl, admin } = await databaseForTest()
  const receiver = await startHttpReceiver({
    respond: (_request, response) => setTimeout(() => response.end('ok'), 30),
  })
  const failing = [
    hang,
    respondWith(500),
    breakOff,
    respondWith(429, '', { 'retry-after': '0' }),
    hang,
    respondWith(302),
  ]
  receiver.next(...failing)
  const sink = await webhookTo(receiver.url)
  const { writer, stats } = await startShipping(runtimeUrl, { sinks: [sink], limits: { deadline: 1_500 } })
  for (let round = 0; round < 20; round++)
    await Promise.all(Array.from({ length: 20 }, () => writer.record({ kind: 'call' })))
  await expect.poll(() => stats('siem')).toMatchObject({ delivered: 401, lagEvents: 0, rejected: 0 })
  expect(stats('siem').failures).toBe(failing.length)
  const taken = receiver.received.slice(failing.length).flatMap(idsIn)
  const rows = await admin<{ id: string }[]>`select id from audit.events order by seq`
  expect(taken).toEqual(rows.map(({ id }) => id))
})

test('a receiver with a size limit gets smaller batches, and a too large event becomes a dead letter', async () => {
  const { runtimeUrl, admin } = await databaseForTest()
  const accepted: ReceivedRequest[] = []
  const receiver = await startHttpReceiver({
    respond(request, response) {
      if (request.body.length > 4_000) return void response.writeHead(413).end('too large')
      accepted.push(request)
      response.end()
    },
  })
  const { writer, stats } = await startShipping(runtimeUrl, { sinks: [await webhookTo(receiver.url)] })
  const path = 'p'.repeat(1_000)
  const [large] = await Promise.all([
    writer.record({ kind: 'call', path: 'p'.repeat(7_000) }),
    ...Array.from({ length: 30 }, () => writer.record({ kind: 'call', path })),
  ])
  await expect.poll(() => stats('siem')).toMatchObject({ delivered: 31, rejected: 1, lagEvents: 0 })
  const letters = await admin`select event, reason from audit.sink_dead_letters`
  expect(letters).toEqual([{ event: large?.id, reason: 'it answers 413: too large' }])
  expect(new Set(accepted.flatMap(idsIn)).size).toBe(31)
})
