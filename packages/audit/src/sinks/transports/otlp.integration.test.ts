import { expect, onTestFinished, test } from 'vitest'
import { neverAborted, sinkEvents } from '../testing/events.ts'
import { respondWith, startHttpReceiver } from '../testing/http-receiver.ts'
import { createOtlpTransport } from './otlp.ts'
import { SinkRejected } from './transport.ts'

const events = sinkEvents(
  {
    kind: 'refused',
    rack: 'staging',
    app: 'web',
    request: 'r1',
    status: 403,
    principal: { kind: 'user', id: 'u1', name: 'ada@example.com' },
    source: { address: '192.0.2.1' },
    permission: 'app:list',
    decision: { effect: 'deny', rule: 'default' },
  },
  { kind: 'call' },
)
const json = { 'content-type': 'application/json' }

function otlp(url: string) {
  const transport = createOtlpTransport({ url, ca: null, headers: { 'api-key': 'secret' } })
  onTestFinished(() => transport.close())
  return transport
}

test('each event is a log record with its canonical form as the body', async () => {
  const collector = await startHttpReceiver({ respond: respondWith(200, '{}', json) })
  await otlp(`${collector.url}/v1/logs`).deliver(events, neverAborted)
  const [request] = collector.received
  expect(request?.path).toBe('/v1/logs')
  expect(request?.headers).toMatchObject({ 'content-type': 'application/json', 'api-key': 'secret' })
  const { resourceLogs } = JSON.parse(request?.body ?? '')
  expect(resourceLogs[0].resource.attributes).toEqual([{ key: 'service.name', value: { stringValue: 'rack-gateway' } }])
  const [{ scope, logRecords }] = resourceLogs[0].scopeLogs
  expect(scope.name).toBe('rack-gateway.audit')
  expect(logRecords).toHaveLength(2)
  const nanoseconds = '1795602030400000000'
  expect(logRecords[0]).toMatchObject({
    timeUnixNano: nanoseconds,
    observedTimeUnixNano: nanoseconds,
    severityNumber: 13,
    severityText: 'WARN',
    eventName: 'rack_gateway.refused',
    body: { stringValue: events[0]?.canonical },
  })
  const attributes = Object.fromEntries(
    logRecords[0].attributes.map(({ key, value }: { key: string; value: object }) => [key, value]),
  )
  expect(attributes).toMatchObject({
    'log.record.uid': { stringValue: events[0]?.id },
    'rack_gateway.seq': { intValue: '1' },
    'user.name': { stringValue: 'ada@example.com' },
    'client.address': { stringValue: '192.0.2.1' },
    'rack_gateway.effect': { stringValue: 'deny' },
    'http.response.status_code': { intValue: '403' },
  })
  expect(logRecords[1].attributes.map(({ key }: { key: string }) => key)).not.toContain('user.id')
})

test('a collector that rejects some records rejects the batch', async () => {
  const body = '{"partialSuccess":{"rejectedLogRecords":"1","errorMessage":"too \\u001b old"}}'
  const collector = await startHttpReceiver({ respond: respondWith(200, body, json) })
  const rejection = otlp(collector.url).deliver(events, neverAborted)
  await expect(rejection).rejects.toThrow(SinkRejected)
  await expect(rejection).rejects.toThrow('it rejects 1 log records: too \\u001b old')
})

test.each([
  ['a warning without a rejection', '{"partialSuccess":{"errorMessage":"hm"}}'],
  ['nothing', ''],
  ['text that is not JSON', 'ok'],
  ['null', 'null'],
])('%s in a 200 is not a rejection', async (_name, body) => {
  const collector = await startHttpReceiver({ respond: respondWith(200, body, json) })
  await otlp(collector.url).deliver(events, neverAborted)
})

test('other statuses mean the same as for a webhook', async () => {
  const collector = await startHttpReceiver()
  collector.next(respondWith(400, 'bad'), respondWith(503), respondWith(307, '', { location: collector.url }))
  await expect(otlp(collector.url).deliver(events, neverAborted)).rejects.toThrow(SinkRejected)
  await expect(otlp(collector.url).deliver(events, neverAborted)).rejects.toThrow('it answers 503')
  await expect(otlp(collector.url).deliver(events, neverAborted)).rejects.toThrow('redirects are not followed')
})
