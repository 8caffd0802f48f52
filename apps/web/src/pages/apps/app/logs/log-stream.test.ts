import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiError } from '../../../../api/errors/api-error.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import { LogStream } from './log-stream.ts'

beforeEach(() => vi.useFakeTimers({ now: 0 }))
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** What the gateway sends is written into `pipe`. */
function open() {
  const requests: RequestInit[] = []
  let pipe = new TransformStream<Uint8Array, Uint8Array>()
  vi.stubGlobal('fetch', async (_address: string, init: RequestInit) => {
    requests.push(init)
    pipe = new TransformStream<Uint8Array, Uint8Array>()
    return new Response(pipe.readable, { headers: { 'answered-by': 'rack' } })
  })
  const onFailure = vi.fn()
  const log = new LogStream('staging', rackPath`/apps/${'web'}/logs`, onFailure)
  const send = (text: string) => {
    const writer = pipe.writable.getWriter()
    void writer.write(new TextEncoder().encode(text))
    writer.releaseLock()
  }
  const settle = () => vi.advanceTimersByTimeAsync(200)
  const texts = () => log.state().lines.map(({ text }) => text)
  return {
    log,
    requests,
    onFailure,
    send,
    settle,
    texts,
    end: () => pipe.writable.close(),
    breakOff: () => pipe.writable.abort(),
  }
}

test('lines appear, and the end has the message of the gateway', async () => {
  const { log, requests, send, settle, texts, end } = open()
  log.start()
  await settle()
  expect(requests[0]?.headers).toMatchObject({ follow: 'true', prefix: 'true', since: '10m' })
  send('one\ntwo\nERROR: Your session was revoked.\n')
  await settle()
  expect(log.state().connection).toBe('open')
  expect(texts()).toEqual(['one', 'two', 'ERROR: Your session was revoked.'])
  await end()
  await settle()
  expect(log.state()).toMatchObject({ connection: 'ended', reason: 'Your session was revoked.' })
})

test('a stream that breaks off does not look complete', async () => {
  const { log, send, settle, breakOff } = open()
  log.start()
  await settle()
  send('one\n')
  await settle()
  await breakOff()
  await settle()
  expect(log.state()).toMatchObject({
    connection: 'ended',
    reason: expect.stringContaining('connection was lost'),
    isBrokenOff: true,
  })
})

test('it starts again only when it is asked to, from where it ended', async () => {
  const { log, requests, send, settle, texts, end } = open()
  log.start()
  await settle()
  send('one\ntwo\n')
  await settle()
  await end()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(log.state()).toMatchObject({ connection: 'ended', reason: null, isBrokenOff: false })
  expect(requests.length).toBe(1)
  log.start()
  await settle()
  expect(requests[1]?.headers).toMatchObject({ since: '62s' })
  send('two\nthree\n')
  await settle()
  expect(texts()).toEqual(['one', 'two', 'three'])
})

test('the empty lines that keep a silent log open do not appear, and those of the app do', async () => {
  const { log, send, settle, texts } = open()
  log.start()
  await settle()
  for (const piece of ['\n', 'one\n\ntwo', '\n', '\n', 'three\n']) {
    send(piece)
    await settle()
  }
  expect(texts()).toEqual(['one', '', 'two', 'three'])
})

test('many pieces make few states', async () => {
  const { log, send, settle } = open()
  log.start()
  await settle()
  const listener = vi.fn()
  log.subscribe(listener)
  for (let count = 0; count < 500; count += 1) send(`line ${count}\n`)
  await settle()
  expect(log.state().lines.length).toBe(500)
  expect(listener.mock.calls.length).toBeLessThanOrEqual(2)
})

test('a stream that does not begin reports the reason, and a stopped one reports no error', async () => {
  const { log, onFailure, settle } = open()
  const body = '{"error":"Your session has expired.","code":"RGW_UNAUTHENTICATED"}'
  vi.stubGlobal('fetch', async () => new Response(body, { status: 401 }))
  log.start()
  await settle()
  expect(log.state().connection).toBe('failed')
  expect(log.state().error).toBeInstanceOf(ApiError)
  expect(onFailure).toHaveBeenCalledExactlyOnceWith(log.state().error)
  log.start()
  log.stop()
  await settle()
  expect(onFailure).toHaveBeenCalledTimes(1)
})
