import { gunzipSync } from 'node:zlib'
import { writeRequest } from '@rack-gateway/testing/http'
import { describe, expect, test } from 'vitest'
import { answered, ask, connectTo, credentials, formType, open, startRack, until } from './testing/client.ts'

const get = writeRequest('GET /apps', [credentials])

describe('a fault', () => {
  test('hits one request that matches, and no other', async () => {
    const rack = await startRack()
    rack.failNext('GET /apps', { kind: 'answer', status: 503, body: 'out of order' })
    expect((await ask(rack, 'GET /system')).status).toBe(200)
    expect(await ask(rack, 'GET /apps')).toMatchObject({ status: 503, body: 'out of order' })
    expect((await ask(rack, 'GET /apps')).status).toBe(200)
  })

  test.each([
    ['a pattern', /releases/],
    [
      'a predicate',
      ({ method, target }: { method: string; target: string }) => method === 'GET' && target.includes('R'),
    ],
    ['the exact request', 'GET /apps/myapp/releases/R?'],
  ])('is matched by %s', async (_, matcher) => {
    const rack = await startRack()
    const { reached } = rack.failNext(matcher, { kind: 'answer', status: 599 })
    expect((await ask(rack, 'GET /apps/myapp/releases/R?')).status).toBe(599)
    await reached
  })

  test('hang: the response waits for the release, and the request is recorded meanwhile', async () => {
    const rack = await startRack()
    const fault = rack.failNext('GET /apps', { kind: 'hang' })
    const peer = await connectTo(rack)
    peer.send(get)
    await fault.reached
    expect(rack.received).toMatchObject([{ target: '/apps', route: 'GET /apps', status: null }])
    fault.release()
    expect(answered(await peer.nextMessage()).status).toBe(200)
  })

  test('reset: the connection is reset, and the request had no effect', async () => {
    const rack = await startRack()
    rack.failNext(/POST/, { kind: 'reset' })
    await expect(ask(rack, 'POST /apps', [formType], 'name=third')).rejects.toThrow(
      'closed in the middle of a response',
    )
    expect((await ask(rack, 'GET /apps/third')).status).toBe(404)
  })

  test('reset-after-effect: the connection is reset, and the request had its effect', async () => {
    const rack = await startRack()
    rack.failNext(/POST/, { kind: 'reset-after-effect' })
    await expect(ask(rack, 'POST /apps', [formType], 'name=third')).rejects.toThrow(
      'closed in the middle of a response',
    )
    expect((await ask(rack, 'GET /apps/third')).status).toBe(200)
  })

  test('cut: the response announces its length and ends early', async () => {
    const rack = await startRack()
    rack.failNext('GET /apps', { kind: 'cut', after: 10 })
    await expect(ask(rack, 'GET /apps')).rejects.toThrow('closed in the middle of a response')
  })

  test('stall: the response waits in the middle', async () => {
    const rack = await startRack()
    const fault = rack.failNext('GET /apps', { kind: 'stall', after: 10 })
    const peer = await connectTo(rack)
    peer.send(get)
    const response = peer.nextMessage()
    let settled = false
    void response.then(() => {
      settled = true
    })
    await fault.reached
    await ask(rack, 'GET /system')
    expect(settled).toBe(false)
    fault.release()
    expect(JSON.parse((await response).body)).toHaveLength(2)
  })

  test('extra: more bytes follow the response on its connection', async () => {
    const rack = await startRack()
    rack.failNext('GET /apps', { kind: 'extra', bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison' })
    const peer = await connectTo(rack)
    peer.send(get)
    expect(JSON.parse((await peer.nextMessage()).body)).toHaveLength(2)
    expect(await peer.nextMessage()).toMatchObject({ body: 'poison' })
  })

  test('gzip: the usual response, compressed', async () => {
    const rack = await startRack()
    rack.failNext('GET /apps', { kind: 'gzip' })
    const response = await ask(rack, 'GET /apps')
    expect(response.headers).toContainEqual(['Content-Encoding', 'gzip'])
    expect(JSON.parse(gunzipSync(Buffer.from(response.body, 'latin1')).toString())).toHaveLength(2)
  })

  test('answer: headers are sent as they are given', async () => {
    const rack = await startRack()
    const headers = [
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
      ['Location', 'http://internal.test'],
    ] as const
    rack.failNext('GET /apps', { kind: 'answer', status: 302, headers })
    expect((await ask(rack, 'GET /apps')).headers).toEqual(expect.arrayContaining(headers.map((pair) => [...pair])))
  })
})

describe('a fault of a websocket', () => {
  test('answer: the handshake is refused', async () => {
    const rack = await startRack()
    rack.failNext(/exec/, { kind: 'answer', status: 403, body: 'no' })
    expect((await open(rack, '/apps/myapp/processes/web/exec')).response).toMatchObject({ status: 403, body: 'no' })
  })

  test('hang: the handshake waits', async () => {
    const rack = await startRack()
    const fault = rack.failNext(/exec/, { kind: 'hang' })
    const opening = open(rack, '/apps/myapp/processes/web/exec', [credentials, 'Command: echo hi'])
    await fault.reached
    expect(rack.received[0]?.status).toBeNull()
    fault.release()
    expect(await (await opening).end()).toContain('hi\n')
  })

  test('reset: there is no handshake', async () => {
    const rack = await startRack()
    rack.failNext(/exec/, { kind: 'reset' })
    await expect(open(rack, '/apps/myapp/processes/web/exec')).rejects.toThrow('closed in the middle of a response')
  })

  test('cut: the stream ends without an exit marker', async () => {
    const rack = await startRack()
    rack.failNext(/exec/, { kind: 'cut', after: 2 })
    const socket = await open(rack, '/apps/myapp/processes/web/exec', [credentials, 'Command: echo hello'])
    await until(() => socket.peer.closed)
    expect(socket.text()).toBe('he')
  })

  test('stall: the stream waits in the middle', async () => {
    const rack = await startRack()
    const fault = rack.failNext(/exec/, { kind: 'stall', after: 2 })
    const socket = await open(rack, '/apps/myapp/processes/web/exec', [credentials, 'Command: echo hello'])
    await until(() => socket.text() === 'he')
    fault.release()
    expect(await socket.end()).toMatch(/^hello\n/)
  })
})
