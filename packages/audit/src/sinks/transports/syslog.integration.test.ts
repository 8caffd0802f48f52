import { otherRootCertificate, selfSignedIdentity } from '@rack-gateway/testing/certificates'
import { runWithTimeout } from '@rack-gateway/time'
import { expect, onTestFinished, test } from 'vitest'
import { neverAborted, sinkEvents } from '../testing/events.ts'
import { startSyslogServer } from '../testing/syslog-server.ts'
import { createSyslogTransport, type SyslogTransportOptions } from './syslog.ts'
import { syslogMessage } from './syslog-message.ts'

const events = sinkEvents(
  { kind: 'intent', app: 'web' },
  { kind: 'outcome', status: 200 },
  { kind: 'call', path: '/ü' },
)

function syslog(options: Partial<SyslogTransportOptions> & { port: number }) {
  const given = {
    host: '127.0.0.1',
    tls: true,
    ca: selfSignedIdentity.cert,
    from: 'gateway-1',
    limit: 8192,
    ...options,
  }
  const transport = createSyslogTransport(given)
  onTestFinished(() => transport.close())
  return transport
}

test('events arrive over one TLS connection, each with its length', async () => {
  const server = await startSyslogServer()
  const transport = syslog({ port: server.port })
  await transport.deliver(events.slice(0, 2), neverAborted)
  await transport.deliver(events.slice(2), neverAborted)
  await expect.poll(() => server.messages).toHaveLength(3)
  expect(server.connections()).toBe(1)
  for (const [index, message] of server.messages.entries()) expect(message).toContain(events[index]?.canonical)
})

test('a message has the parts of RFC 5424', () => {
  const [event] = sinkEvents({
    kind: 'refused',
    app: 'web',
    rack: 'staging',
    principal: { kind: 'user', id: 'u1', name: 'a "quoted" \\ name] ü' },
    decision: { effect: 'deny', rule: 'default' },
  })
  if (!event) throw new Error('there is one')
  const message = syslogMessage(event, { host: 'gate way\u00fc-1', limit: 8192 }).toString()
  expect(message).toBe(
    `<108>1 2026-11-25T10:20:30.400Z gateway-1 rack-gateway - refused [event@32473 id="${event.id}" stream="${event.stream}" seq="1" principal="a \\"quoted\\" \\\\ name\\] ü" rack="staging" app="web" effect="deny" rule="default"] ${event.canonical}`,
  )
})

test.each([
  [{ kind: 'call' as const }, 110],
  [{ kind: 'stream.opened' as const }, 109],
  [{ kind: 'login.failed' as const }, 108],
  [{ kind: 'call' as const, decision: { effect: 'require' as const, rule: 'x' } }, 109],
])('%j has the priority %d', (draft, priority) => {
  const [event] = sinkEvents(draft)
  if (!event) throw new Error('there is one')
  expect(syslogMessage(event, { host: 'x', limit: 8192 }).toString()).toMatch(new RegExp(`^<${priority}>1 `))
})

test('a message above the limit has a reference to the event, and stays within the limit', () => {
  const name = ']'.repeat(1_000)
  const hostile = sinkEvents(
    { kind: 'call', path: 'p'.repeat(5_000) },
    {
      kind: 'call',
      path: 'ü'.repeat(2_000),
      rack: name,
      app: name,
      principal: { kind: 'user', id: name, name },
      decision: { effect: 'allow', rule: name },
    },
  )
  for (const event of hostile) {
    const message = syslogMessage(event, { host: 'h'.repeat(300), limit: 2048 })
    expect(message.length).toBeLessThanOrEqual(2048)
    const text = JSON.parse(message.toString().slice(message.lastIndexOf('] ') + 2))
    expect(text).toEqual({
      id: event.id,
      kind: 'call',
      seq: event.seq,
      stream: event.stream,
      tooLong: Buffer.byteLength(event.canonical),
    })
  }
})

test('messages that were sent shortly before the connection broke are sent again', async () => {
  const server = await startSyslogServer()
  const transport = syslog({ port: server.port })
  await transport.deliver(events.slice(0, 2), neverAborted)
  await expect.poll(() => server.messages).toHaveLength(2)
  server.cut()
  await expect
    .poll(async () => {
      await transport.deliver(events.slice(2), neverAborted)
      return server.connections()
    })
    .toBe(2)
  const missing = () => events.filter(({ canonical }) => !server.messages.slice(2).join('').includes(canonical))
  await expect.poll(missing).toEqual([])
})

test('a delivery to a server that does not read fails at the deadline', async () => {
  const server = await startSyslogServer()
  server.read(false)
  const many = sinkEvents(...Array.from({ length: 5_000 }, () => ({ kind: 'call' as const, path: 'p'.repeat(6_000) })))
  const transport = syslog({ port: server.port })
  await expect(
    runWithTimeout((signal) => transport.deliver(many, signal), { milliseconds: 1_000, signal: neverAborted }),
  ).rejects.toThrow('no answer within 1 s')
})

test('no message is sent to a server without a trusted certificate', async () => {
  const server = await startSyslogServer()
  await expect(syslog({ port: server.port, ca: otherRootCertificate }).deliver(events, neverAborted)).rejects.toThrow(
    /certificate/,
  )
  await expect(syslog({ port: server.port, ca: null }).deliver(events, neverAborted)).rejects.toThrow(/certificate/)
  expect(server.messages).toEqual([])
})

test('a missing server is a failure', async () => {
  await expect(syslog({ port: 1 }).deliver(events, neverAborted)).rejects.toThrow(/ECONNREFUSED/)
})
