import { createHmac, timingSafeEqual } from 'node:crypto'
import { otherRootCertificate, selfSignedIdentity } from '@rack-gateway/testing/certificates'
import { runWithTimeout } from '@rack-gateway/time'
import { expect, onTestFinished, test } from 'vitest'
import { neverAborted, sinkEvents } from '../testing/events.ts'
import {
  breakOff,
  hang,
  idsIn,
  type ReceivedRequest,
  respondWith,
  startHttpReceiver,
} from '../testing/http-receiver.ts'
import { SinkBusy, SinkRejected } from './transport.ts'
import { createWebhookTransport, type WebhookTransportOptions } from './webhook.ts'

const key = Buffer.from('a key of the test that is 32 b!!')
const events = sinkEvents({ kind: 'intent', app: 'web', path: '/ü"\\' }, { kind: 'outcome', status: 200 })

function webhook(options: Partial<WebhookTransportOptions> & { url: string }) {
  const transport = createWebhookTransport({
    name: 'siem',
    keys: [key],
    headers: { authorization: 'Bearer abc' },
    clock: { now: () => 1_795_565_115_999 },
    ca: null,
    ...options,
  })
  onTestFinished(() => transport.close())
  return transport
}

/** The recipe of docs/how-to/audit-sinks.md. */
function isGenuine({ headers, body }: ReceivedRequest, secret: string, now: number): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers
  if (Math.abs(now / 1_000 - Number(timestamp)) > 300) return false
  const wanted = createHmac('sha256', Buffer.from(secret, 'base64')).update(`${id}.${timestamp}.${body}`).digest()
  return String(signatures)
    .split(' ')
    .some((one) => {
      const given = Buffer.from(one.replace(/^v1,/, ''), 'base64')
      return given.length === wanted.length && timingSafeEqual(given, wanted)
    })
}

test('a batch arrives with the hashed bytes, signed as documented', async () => {
  const receiver = await startHttpReceiver()
  await webhook({ url: `${receiver.url}/hook?x=1` }).deliver(events, neverAborted)
  const [request] = receiver.received
  if (!request) throw new Error('nothing came')
  expect(request.path).toBe('/hook?x=1')
  expect(request.body).toBe(`{"sink":"siem","events":[${events.map(({ canonical }) => canonical).join(',')}]}`)
  expect(request.headers).toMatchObject({
    authorization: 'Bearer abc',
    'content-type': 'application/json',
    'webhook-id': `${events[0]?.stream}_1-2`,
    'webhook-timestamp': '1795565115',
  })
  const now = 1_795_565_116_000
  expect(isGenuine(request, key.toString('base64'), now)).toBe(true)
  expect(isGenuine(request, Buffer.alloc(32).toString('base64'), now)).toBe(false)
  expect(isGenuine({ ...request, body: `${request.body} ` }, key.toString('base64'), now)).toBe(false)
  expect(isGenuine(request, key.toString('base64'), now + 600_000)).toBe(false)
})

test('each key adds a signature', async () => {
  const receiver = await startHttpReceiver()
  const older = Buffer.alloc(32, 7)
  await webhook({ url: receiver.url, keys: [key, older] }).deliver(events, neverAborted)
  await webhook({ url: receiver.url, keys: [] }).deliver(events, neverAborted)
  const [both, none] = receiver.received
  if (!both) throw new Error('nothing came')
  for (const one of [key, older]) expect(isGenuine(both, one.toString('base64'), 1_795_565_116_000)).toBe(true)
  expect(none?.headers).not.toHaveProperty('webhook-signature')
})

test('a repeated batch has the same ID', async () => {
  const receiver = await startHttpReceiver()
  receiver.next(respondWith(500))
  const transport = webhook({ url: receiver.url })
  await expect(transport.deliver(events, neverAborted)).rejects.toThrow('it answers 500')
  await transport.deliver(events, neverAborted)
  const [first, second] = receiver.received
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id'])
  expect(second && idsIn(second)).toEqual(events.map(({ id }) => id))
})

test.each([400, 413, 422])('%s rejects the events, with the text of the response', async (status) => {
  const receiver = await startHttpReceiver({ respond: respondWith(status, `no \u001b[31mred\n${'x'.repeat(5_000)}`) })
  const refusal = webhook({ url: receiver.url }).deliver(events, neverAborted)
  await expect(refusal).rejects.toThrow(SinkRejected)
  await refusal.catch(({ message }: Error) => {
    expect(message).toContain(`it answers ${status}: no \\u001b[31mred`)
    expect(message.length).toBeLessThan(400)
  })
})

test.each([401, 403, 404, 405, 408, 409, 410, 500, 502, 503])('%s is retried', async (status) => {
  const receiver = await startHttpReceiver({ respond: respondWith(status) })
  const failure = webhook({ url: receiver.url }).deliver(events, neverAborted)
  await expect(failure).rejects.toThrow(`it answers ${status}`)
  await expect(failure).rejects.not.toBeInstanceOf(SinkRejected)
})

test('Retry-After delays the next attempt, within limits', async () => {
  const receiver = await startHttpReceiver()
  receiver.next(respondWith(429, '', { 'retry-after': '7' }), respondWith(503, '', { 'retry-after': '999999' }))
  const transport = webhook({ url: receiver.url })
  await expect(transport.deliver(events, neverAborted)).rejects.toEqual(new SinkBusy('it answers 429', 7_000))
  await expect(transport.deliver(events, neverAborted)).rejects.toMatchObject({ pause: 60_000 })
})

test.each([301, 302, 307, 308])('a redirect (%s) is not followed, so credentials are not leaked', async (status) => {
  const elsewhere = await startHttpReceiver()
  const receiver = await startHttpReceiver({ respond: respondWith(status, '', { location: `${elsewhere.url}/x` }) })
  await expect(webhook({ url: receiver.url }).deliver(events, neverAborted)).rejects.toThrow(
    'redirects are not followed',
  )
  expect(elsewhere.received).toEqual([])
})

test('a hanging receiver fails at the deadline, and the next attempt uses a new connection', async () => {
  const receiver = await startHttpReceiver()
  receiver.next(hang)
  const transport = webhook({ url: receiver.url })
  const limits = { milliseconds: 200, signal: neverAborted }
  await expect(runWithTimeout((signal) => transport.deliver(events, signal), limits)).rejects.toThrow(
    'no answer within 0.2 s',
  )
  await transport.deliver(events, neverAborted)
  expect(receiver.received).toHaveLength(2)
})

test('a response that breaks off is a failure', async () => {
  const receiver = await startHttpReceiver({ respond: breakOff })
  await expect(webhook({ url: receiver.url }).deliver(events, neverAborted)).rejects.toThrow()
})

test('only the beginning of an endless response is read', async () => {
  let written = 0
  const receiver = await startHttpReceiver({
    respond(_request, response) {
      response.writeHead(200)
      const chunk = 'x'.repeat(64 * 1024)
      const pour = () => {
        while (!response.destroyed && response.write(chunk)) written += chunk.length
      }
      response.on('drain', pour)
      pour()
    },
  })
  await webhook({ url: receiver.url }).deliver(events, neverAborted)
  expect(written).toBeLessThan(16 * 1024 * 1024)
})

test('a slow response succeeds', async () => {
  const receiver = await startHttpReceiver({
    respond(_request, response) {
      response.writeHead(200)
      const timer = setInterval(() => response.write('.'), 5)
      setTimeout(() => {
        clearInterval(timer)
        response.end()
      }, 60)
    },
  })
  await webhook({ url: receiver.url }).deliver(events, neverAborted)
  expect(receiver.received).toHaveLength(1)
})

test('over TLS the receiver needs a certificate of a trusted or configured authority', async () => {
  const receiver = await startHttpReceiver({ tls: true })
  await webhook({ url: receiver.url, ca: selfSignedIdentity.cert }).deliver(events, neverAborted)
  await expect(webhook({ url: receiver.url }).deliver(events, neverAborted)).rejects.toThrow(/self-signed certificate/)
  await expect(webhook({ url: receiver.url, ca: otherRootCertificate }).deliver(events, neverAborted)).rejects.toThrow(
    /self-signed certificate/,
  )
  expect(receiver.received).toHaveLength(1)
})
