import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { PassThrough, Readable, Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { closeOf, get, httpPeer, never, type Peer, rackAt, rawPeer, standstill } from './testing/peer.ts'
import { createTokenVeil } from './token-veil.ts'
import type { Rack } from './types.ts'

const MiB = 1024 * 1024

/** A gateway in its smallest form: each request goes to the rack, its answer to the caller. */
function forwarderTo(rack: Rack, failures: unknown[] = []): Promise<Peer> {
  return httpPeer(async (request, response) => {
    const abort = new AbortController()
    response.on('close', () => abort.abort())
    const { method = 'GET', url: target = '/', headers } = request
    const declared = headers['content-length']
    const body = method === 'GET' ? null : request
    const length = declared === undefined ? null : Number(declared)
    try {
      const answer = await rack.send({ method, target, headers: [], body, length }, abort.signal)
      const size = answer.length === null ? [] : ['Content-Length', String(answer.length)]
      response.writeHead(answer.status, [...answer.headers, ...size])
      await answer.pipe(response)
    } catch (error) {
      failures.push(error)
      response.destroy()
    }
  })
}

function patternOf(size: number): Readable {
  const piece = Buffer.alloc(64 * 1024, 'convox')
  let left = size
  return new Readable({
    read() {
      if (left === 0) this.push(null)
      else {
        const length = Math.min(left, piece.length)
        left -= length
        this.push(piece.subarray(0, length))
      }
    },
  })
}

async function sizeOf(stream: Readable): Promise<number> {
  let size = 0
  for await (const chunk of stream) size += chunk.length
  return size
}

test('a small answer is complete before it is asked for, and its connection free again', async () => {
  const peer = await httpPeer((_request, response) => void response.end('{"name":"web"}'))
  const rack = rackAt(peer.port, { connections: { calls: 1 } })
  const first = await rack.send(get(), never)
  const second = await rack.send(get(), never)
  expect((await second.collect(100)).toString()).toBe('{"name":"web"}')
  expect((await first.collect(100)).toString()).toBe('{"name":"web"}')
})

test('an answer that nobody takes yet stops at 64 KiB, and goes on when it is taken', async () => {
  let written = 0
  const peer = await httpPeer((_request, response) => {
    const body = patternOf(64 * MiB)
    body.on('data', (chunk) => {
      written += chunk.length
    })
    body.pipe(response)
  })
  const answer = await rackAt(peer.port).send(get(), never)
  expect(await standstill(() => written)).toBeLessThan(16 * MiB)
  const sink = new PassThrough()
  const [bytes, size] = await Promise.all([answer.pipe(sink), sizeOf(sink)])
  expect([bytes, size]).toEqual([64 * MiB, 64 * MiB])
})

test('a caller that does not read stops the rack, and memory stays flat', async () => {
  let written = 0
  const upstream = await httpPeer((_request, response) => {
    const body = patternOf(256 * MiB)
    body.on('data', (chunk) => {
      written += chunk.length
    })
    body.pipe(response)
  })
  const gateway = await forwarderTo(rackAt(upstream.port))
  const before = process.memoryUsage().arrayBuffers
  const caller = net.connect(gateway.port, '127.0.0.1').pause()
  caller.write('GET /big HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n')
  expect(await standstill(() => written)).toBeLessThan(32 * MiB)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * MiB)
  const size = sizeOf(caller)
  await expect.poll(() => written).toBe(256 * MiB)
  // The gateway closes: a caller that hung up as soon as the rack had written all would be cut before the last of it.
  expect(await size).toBeGreaterThan(256 * MiB)
})

test('a rack that does not read stops the caller, and the whole upload arrives once it reads', async () => {
  const rackSide: http.IncomingMessage[] = []
  let received = 0
  const upstream = await httpPeer((request, response) => {
    rackSide.push(request)
    request.on('data', (chunk) => {
      received += chunk.length
    })
    request.pause()
    request.on('end', () => response.end('ok'))
  })
  const gateway = await forwarderTo(rackAt(upstream.port))
  let sent = 0
  const body = patternOf(64 * MiB)
  body.on('data', (chunk) => {
    sent += chunk.length
  })
  const upload = http.request({ port: gateway.port, host: '127.0.0.1', method: 'POST', path: '/import' })
  body.pipe(upload)
  expect(await standstill(() => sent)).toBeLessThan(32 * MiB)
  const answered = once(upload, 'response')
  rackSide[0]?.resume()
  const [response] = await answered
  expect(response.statusCode).toBe(200)
  expect(received).toBe(64 * MiB)
})

test('a body keeps its framing: a length stays a length, chunks stay chunks', async () => {
  const framings: (string | undefined)[][] = []
  const upstream = await httpPeer((request, response) => {
    framings.push([request.headers['content-length'], request.headers['transfer-encoding']])
    request.resume().on('end', () => response.end('ok'))
  })
  const rack = rackAt(upstream.port)
  const post = { method: 'POST', target: '/', headers: [] }
  await rack.send({ ...post, body: Readable.from([Buffer.from('12345')]), length: 5 }, never)
  await rack.send({ ...post, body: Readable.from([Buffer.from('12345')]), length: null }, never)
  await rack.send({ ...post, body: Buffer.from('a=b'), length: 3 }, never)
  await rack.send({ ...post, body: null, length: null }, never)
  expect(framings).toEqual([
    ['5', undefined],
    [undefined, 'chunked'],
    ['3', undefined],
    ['0', undefined],
  ])
})

test('an upload that breaks off reaches the rack as a cut, never as a whole', async () => {
  const ends: string[] = []
  const upstream = await httpPeer((request) => {
    request.on('end', () => ends.push('end')).on('error', () => ends.push('cut'))
    request.once('data', () => caller.destroy())
  })
  const failures: unknown[] = []
  const gateway = await forwarderTo(rackAt(upstream.port), failures)
  const caller = net.connect(gateway.port, '127.0.0.1')
  caller.write('POST /import HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n')
  await expect.poll(() => ends).toEqual(['cut'])
  await expect.poll(() => failures).toMatchObject([{ code: 'RGW_CALLER_GONE' }])
})

test('an answer that breaks off reaches the caller as a cut, never as a whole', async () => {
  const upstream = await rawPeer((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n', () => socket.destroy())
  })
  const failures: unknown[] = []
  const gateway = await forwarderTo(rackAt(upstream.port), failures)
  const caller = net.connect(gateway.port, '127.0.0.1')
  caller.write('GET / HTTP/1.1\r\nHost: gateway\r\n\r\n')
  caller.on('error', () => {})
  let received = ''
  caller.on('data', (chunk) => {
    received += chunk
  })
  await once(caller, 'close')
  expect(received).not.toContain('\r\n0\r\n\r\n')
  expect(failures).toMatchObject([{ code: 'RGW_RACK_BROKEN' }])
})

test('a caller that hangs up in the middle of a download cuts the rack', async () => {
  let closed: Promise<void> | null = null
  const upstream = await httpPeer((request, response) => {
    closed = closeOf(request.socket)
    patternOf(256 * MiB)
      .on('error', () => {})
      .pipe(response)
  })
  const failures: unknown[] = []
  const gateway = await forwarderTo(rackAt(upstream.port), failures)
  const caller = net.connect(gateway.port, '127.0.0.1')
  caller.write('GET / HTTP/1.1\r\nHost: gateway\r\n\r\n')
  await once(caller, 'data')
  caller.destroy()
  await expect.poll(() => failures).toMatchObject([{ code: 'RGW_CALLER_GONE' }])
  await closed
})

test('a rack that refuses an upload early is heard, though the body is not through', async () => {
  const upstream = await rawPeer(
    (socket) => void socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 9\r\n\r\ntoo large'),
  )
  const gateway = await forwarderTo(rackAt(upstream.port))
  const caller = net.connect(gateway.port, '127.0.0.1')
  caller.write('POST /import HTTP/1.1\r\nHost: gateway\r\nContent-Length: 1000\r\n\r\nbegin')
  const [chunk] = await once(caller, 'data')
  expect(String(chunk)).toMatch(/^HTTP\/1.1 413 .*\r\n\r\ntoo large$/s)
})

test('a caller whose upload the rack breaks off can still be told', async () => {
  const upstream = await httpPeer((request) => void request.once('data', () => request.socket.destroy()))
  const rack = rackAt(upstream.port)
  const gateway = await httpPeer(async (request, response) => {
    const sent = rack.send({ method: 'POST', target: '/', headers: [], body: request, length: 1000 }, never)
    await sent.catch((error: Error) => response.writeHead(502).end(error.message))
  })
  const caller = net.connect(gateway.port, '127.0.0.1')
  caller.write('POST /import HTTP/1.1\r\nHost: gateway\r\nContent-Length: 1000\r\n\r\nbegin')
  const [chunk] = await once(caller, 'data')
  expect(String(chunk)).toMatch(/^HTTP\/1.1 502 .*the rack staging did not answer in full/s)
})

test('a body that is shorter or longer than its length is not sent as if it were whole', async () => {
  const upstream = await httpPeer((request, response) => void request.resume().on('end', () => response.end('ok')))
  for (const length of [4, 6]) {
    const body = Readable.from([Buffer.from('12345')])
    const sent = rackAt(upstream.port).send({ method: 'POST', target: '/', headers: [], body, length }, never)
    await expect(sent).rejects.toMatchObject({ code: 'RGW_RACK_BROKEN' })
  }
})

test('a sink that is already gone, or fails, is an error and cuts the rack', async () => {
  const closed: Promise<void>[] = []
  const upstream = await httpPeer((request, response) => {
    closed.push(closeOf(request.socket))
    response.write('begin')
  })
  const rack = rackAt(upstream.port)
  const gone = new PassThrough()
  gone.destroy()
  const failing = new Writable({ write: (_chunk, _encoding, done) => done(new Error('full')) })
  for (const sink of [gone, failing]) {
    const answer = await rack.send(get(), never)
    await expect(answer.pipe(sink)).rejects.toMatchObject({ code: 'RGW_CALLER_GONE' })
  }
  await Promise.all(closed)
})

test('a sink that goes away in the middle is an error and cuts the rack, though nobody aborts the call', async () => {
  const closed: Promise<void>[] = []
  const upstream = await httpPeer((request, response) => {
    closed.push(closeOf(request.socket))
    response.write('begin')
  })
  const answer = await rackAt(upstream.port).send(get(), never)
  const sink = new PassThrough()
  const piped = answer.pipe(sink)
  sink.once('data', () => sink.destroy())
  await expect(piped).rejects.toMatchObject({ code: 'RGW_CALLER_GONE' })
  await Promise.all(closed)
})

test('an answer above the limit is refused and cut, at the limit it is whole', async () => {
  const upstream = await httpPeer((_request, response) => void response.end('x'.repeat(1000)))
  const rack = rackAt(upstream.port)
  expect(await (await rack.send(get(), never)).collect(1000)).toHaveLength(1000)
  await expect((await rack.send(get(), never)).collect(999)).rejects.toMatchObject({
    code: 'RGW_ANSWER_TOO_LARGE',
    statusCode: 502,
  })
})

test('an endless answer is refused at the limit, not collected', async () => {
  const upstream = await httpPeer((_request, response) => void patternOf(1024 * MiB).pipe(response))
  const answer = await rackAt(upstream.port).send(get(), never)
  await expect(answer.collect(MiB)).rejects.toMatchObject({ code: 'RGW_ANSWER_TOO_LARGE' })
})

test('a body is taken once', async () => {
  const upstream = await httpPeer((_request, response) => void response.end('ok'))
  const answer = await rackAt(upstream.port).send(get(), never)
  await answer.collect(10)
  await expect(answer.collect(10)).rejects.toMatchObject({ code: 'RGW_BODY_ALREADY_TAKEN' })
  await expect(answer.pipe(new PassThrough())).rejects.toMatchObject({ code: 'RGW_BODY_ALREADY_TAKEN' })
})

test('giving up a small body keeps the connection, giving up an endless one cuts it', async () => {
  let closed: Promise<void> | null = null
  const upstream = await httpPeer((request, response) => {
    if (request.url === '/small') response.end('small')
    else {
      closed = closeOf(request.socket)
      patternOf(1024 * MiB).pipe(response)
    }
  })
  const rack = rackAt(upstream.port)
  for (let i = 0; i < 4; i++) (await rack.send(get('/small'), never)).discard()
  expect(upstream.connections).toBeLessThanOrEqual(2)
  const endless = await rack.send(get('/endless'), never)
  endless.discard()
  await closed
})

test("the rack's token is covered as an answer passes, over any borders, and its length stays", async () => {
  const token = 'abcabd-secret-token'
  const pieces = ['one abca', 'bd-secret-token two ab', `${token} abc`]
  const peer = await httpPeer((_request, response) => {
    response.writeHead(200, { 'Content-Length': String(pieces.join('').length) })
    const [first, ...rest] = pieces
    response.write(first)
    setImmediate(() => {
      for (const piece of rest) response.write(piece)
      response.end()
    })
  })
  const answer = await rackAt(peer.port).send(get(), never)
  const sink = new PassThrough()
  const [bytes, text] = await Promise.all([answer.pipe(sink, createTokenVeil(token)), textOf(sink)])
  expect(text).toBe('one [rack token]******* two ab[rack token]******* abc')
  expect(bytes).toBe(answer.length)
})

async function textOf(stream: Readable): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += chunk
  return text
}
