import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { closePayload, createFrame, opcodes } from './frames.ts'
import { TextClient } from './text-client.ts'

const message = (words: string) => createFrame('server', opcodes.text, Buffer.from(words))
const end = createFrame('server', opcodes.binary, Buffer.alloc(0))

function start(sink = new PassThrough()) {
  const client = new TextClient(sink)
  const ended = once(client, 'end')
  client.resume()
  client.once('end', () => client.end())
  return { client, sink, ended, received: text(sink) }
}

test('the text of messages arrives, however their bytes are divided', async () => {
  const bytes = Buffer.concat([
    message('one\n'),
    createFrame('server', opcodes.ping, Buffer.from('x')),
    message('ü\n'),
    end,
  ])
  for (const size of [1, 2, 3, 7, bytes.length]) {
    const { client, ended, received } = start()
    for (let at = 0; at < bytes.length; at += size) client.write(bytes.subarray(at, at + size))
    await ended
    expect(await received).toBe('one\nü\n')
  }
})

test('a close frame ends the text, too', async () => {
  const { client, ended, received } = start()
  client.write(Buffer.concat([message('one\n'), createFrame('server', opcodes.close, closePayload(1000, 'done'))]))
  await ended
  expect(await received).toBe('one\n')
})

test('a slow reader pauses the rack, and no data is lost', async () => {
  const sink = new PassThrough({ highWaterMark: 4 })
  const client = new TextClient(sink)
  client.resume()
  expect(client.write(message('a'.repeat(20_000)))).toBe(false)
  const drained = once(client, 'drain')
  const received = text(sink)
  await drained
  client.end(Buffer.concat([message('b'), end]))
  expect(await received).toBe(`${'a'.repeat(20_000)}b`)
})

test('a reader that goes away ends the stream', async () => {
  const { client, sink, received } = start()
  received.catch(() => undefined)
  const closed = once(client, 'close')
  sink.destroy()
  await closed
  expect(client.destroyed).toBe(true)
})

test('a reader that already disconnected ends the stream', async () => {
  const sink = new PassThrough()
  sink.destroy()
  await once(sink, 'close')
  const client = new TextClient(sink)
  await once(client, 'close')
  expect(client.destroyed).toBe(true)
})

test('an invalid frame cuts the text off, so that it never looks complete', async () => {
  const { client, sink, ended, received } = start()
  ended.catch(() => undefined)
  const failed = received.catch(() => 'cut off')
  client.on('error', () => undefined)
  client.write(Buffer.concat([message('one\n'), Buffer.from([0xff, 0x00])]))
  expect(await failed).toBe('cut off')
  expect(sink.destroyed).toBe(true)
})

test.each([
  ['nothing', Buffer.alloc(0)],
  ['half a message', message('two\n').subarray(0, 4)],
  ['a close frame that reports an error', createFrame('server', opcodes.close, closePayload(1011, 'failed'))],
])('a connection that ends after %s cuts the text off', async (_, last) => {
  const { client, sink, ended, received } = start()
  ended.catch(() => undefined)
  const failed = received.catch(() => 'cut off')
  client.on('error', () => undefined)
  client.end(Buffer.concat([message('one\n'), last]))
  expect(await failed).toBe('cut off')
  expect(sink.destroyed).toBe(true)
})

test('data after the end is ignored', async () => {
  const { client, received } = start()
  client.write(Buffer.concat([message('one\n'), end, message('two\n')]))
  expect(await received).toBe('one\n')
})

test('many messages of one chunk are one write', async () => {
  const { client, sink, received } = start()
  let writes = 0
  sink.on('data', () => writes++)
  client.write(Buffer.concat([...Array.from({ length: 1_000 }, () => message('x\n')), end]))
  expect([await received, writes]).toEqual(['x\n'.repeat(1_000), 1])
})

test('a ping is an empty line, if the log was silent and no line has begun', async () => {
  const { client, received } = start()
  const write = (bytes: Buffer) => new Promise<void>((resolve) => client.write(bytes, () => resolve()))
  client.ping()
  await write(message('one\n'))
  client.ping()
  client.ping()
  await write(message('two'))
  client.ping()
  client.ping()
  await write(Buffer.concat([message(' three\n'), end]))
  client.ping()
  client.ping()
  expect(await received).toBe('\none\n\ntwo three\n')
})

test('a reader that has stopped gets no pings', async () => {
  const sink = new PassThrough({ highWaterMark: 4 })
  const client = new TextClient(sink)
  client.write(message('a line\n'))
  for (let count = 0; count < 10; count++) client.ping()
  client.end(end)
  expect(await text(sink)).toBe('a line\n')
})
