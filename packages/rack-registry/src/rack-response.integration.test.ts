import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { PassThrough, Readable, Writable } from 'node:stream'
import { type RawResponse, sendRaw } from '@rack-gateway/testing/http'
import { waitUntilStable } from '@rack-gateway/testing/wait-until-stable'
import { expect, test } from 'vitest'
import { get, httpPeer, neverAborted, type Peer, rackAt, rawPeer, waitForClose } from './testing/peer.ts'
import { createTokenRedactor } from './token-redactor.ts'
import type { Rack } from './types.ts'

const MiB = 1024 * 1024

/** A minimal gateway that forwards each request to the rack. */
function forwarderTo(rack: Rack, failures: unknown[] = []): Promise<Peer> {
  return httpPeer(async (request, response) => {
    const abort = new AbortController()
    response.on('close', () => abort.abort())
    const { method = 'GET', url: target = '/', headers } = request
    const declared = headers['content-length']
    const body = method === 'GET' ? null : request
    const length = declared === undefined ? null : Number(declared)
    try {
      const upstream = await rack.send({ method, target, headers: [], body, length }, abort.signal)
      const size = upstream.length === null ? [] : ['Content-Length', String(upstream.length)]
      response.writeHead(upstream.status, [...upstream.headers, ...size])
      await upstream.pipe(response)
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

test('a small response is read completely before it is consumed, which frees its connection', async () => {
  const peer = await httpPeer((_request, response) => void response.end('{"name":"web"}'))
  const rack = rackAt(peer.port, { connections: { calls: 1 } })
  const first = await rack.send(get(), neverAborted)
  const second = await rack.send(get(), neverAborted)
  expect((await second.collect(100)).toString()).toBe('{"name":"web"}')
  expect((await first.collect(100)).toString()).toBe('{"name":"web"}')
})

test('a response that is not consumed yet pauses at 64 KiB, and resumes when it is consumed', async () => {
  let written = 0
  const peer = await httpPeer((_request, response) => {
    const body = patternOf(64 * MiB)
    body.on('data', (chunk) => {
      written += chunk.length
    })
    body.pipe(response)
  })
  const response = await rackAt(peer.port).send(get(), neverAborted)
  expect(await waitUntilStable(() => written)).toBeLessThan(16 * MiB)
  const sink = new PassThrough()
  const [bytes, size] = await Promise.all([response.pipe(sink), sizeOf(sink)])
  expect([bytes, size]).toEqual([64 * MiB, 64 * MiB])
})

test('a caller that does not read pauses the rack, and memory stays flat', async () => {
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
  expect(await waitUntilStable(() => written)).toBeLessThan(32 * MiB)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * MiB)
  const size = sizeOf(caller)
  await expect.poll(() => written).toBe(256 * MiB)
  // The gateway closes, because a caller that disconnects after the rack's last write would lose the last bytes.
  expect(await size).toBeGreaterThan(256 * MiB)
})

test('a rack that does not read pauses the caller, and the whole upload arrives when it reads', async () => {
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
  // Before the request arrives at the rack, `sent` would be stable, too.
  await expect.poll(() => rackSide).toHaveLength(1)
  expect(await waitUntilStable(() => sent)).toBeLessThan(32 * MiB)
  const answered = once(upload, 'response')
  rackSide[0]?.resume()
  const [response] = await answered
  expect(response.statusCode).toBe(200)
  expect(received).toBe(64 * MiB)
})

test('a body keeps its framing: Content-Length or chunked', async () => {
  const framings: (string | undefined)[][] = []
  const upstream = await httpPeer((request, response) => {
    framings.push([request.headers['content-length'], request.headers['transfer-encoding']])
    request.resume().on('end', () => response.end('ok'))
  })
  const rack = rackAt(upstream.port)
  const post = { method: 'POST', target: '/', headers: [] }
  await rack.send({ ...post, body: Readable.from([Buffer.from('12345')]), length: 5 }, neverAborted)
  await rack.send({ ...post, body: Readable.from([Buffer.from('12345')]), length: null }, neverAborted)
  await rack.send({ ...post, body: Buffer.from('a=b'), length: 3 }, neverAborted)
  await rack.send({ ...post, body: null, length: null }, neverAborted)
  expect(framings).toEqual([
    ['5', undefined],
    [undefined, 'chunked'],
    ['3', undefined],
    ['0', undefined],
  ])
})

test('an upload that breaks off never looks complete to the rack', async () => {
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

test('a response that breaks off never looks complete to the caller', async () => {
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

test('a caller that disconnects during a download aborts the call to the rack', async () => {
  let closed: Promise<void> | null = null
  const upstream = await httpPeer((request, response) => {
    closed = waitForClose(request.socket)
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

/** Sends the beginning of an upload, and reads the response. */
function beginImport({ port }: Peer): Promise<RawResponse> {
  const head = 'POST /import HTTP/1.1\r\nHost: gateway\r\nContent-Length: 1000\r\n\r\n'
  return sendRaw(`http://127.0.0.1:${port}`, `${head}begin`)
}

test('a response before the end of an upload reaches the caller', async () => {
  const upstream = await rawPeer(
    (socket) => void socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 9\r\n\r\ntoo large'),
  )
  const gateway = await forwarderTo(rackAt(upstream.port))
  expect(await beginImport(gateway)).toMatchObject({ status: 413, body: 'too large' })
})

test('a caller receives a response even if the rack disconnects during the upload', async () => {
  const upstream = await httpPeer((request) => void request.once('data', () => request.socket.destroy()))
  const rack = rackAt(upstream.port)
  const gateway = await httpPeer(async (request, response) => {
    const sent = rack.send({ method: 'POST', target: '/', headers: [], body: request, length: 1000 }, neverAborted)
    await sent.catch((error: Error) => response.writeHead(502).end(error.message))
  })
  const body = expect.stringContaining('The rack staging did not answer completely')
  expect(await beginImport(gateway)).toMatchObject({ status: 502, body })
})

test('a body that is shorter or longer than its length never looks complete', async () => {
  const upstream = await httpPeer((request, response) => void request.resume().on('end', () => response.end('ok')))
  for (const length of [4, 6]) {
    const body = Readable.from([Buffer.from('12345')])
    const sent = rackAt(upstream.port).send({ method: 'POST', target: '/', headers: [], body, length }, neverAborted)
    await expect(sent).rejects.toMatchObject({ code: 'RGW_RACK_BROKEN' })
  }
})

test('a sink that is closed or fails is an error and aborts the call to the rack', async () => {
  const closed: Promise<void>[] = []
  const upstream = await httpPeer((request, response) => {
    closed.push(waitForClose(request.socket))
    response.write('begin')
  })
  const rack = rackAt(upstream.port)
  const gone = new PassThrough()
  gone.destroy()
  const failing = new Writable({ write: (_chunk, _encoding, done) => done(new Error('full')) })
  for (const sink of [gone, failing]) {
    const response = await rack.send(get(), neverAborted)
    await expect(response.pipe(sink)).rejects.toMatchObject({ code: 'RGW_CALLER_GONE' })
  }
  await Promise.all(closed)
})

test('a sink that closes during the body is an error and aborts the call to the rack', async () => {
  const closed: Promise<void>[] = []
  const upstream = await httpPeer((request, response) => {
    closed.push(waitForClose(request.socket))
    response.write('begin')
  })
  const response = await rackAt(upstream.port).send(get(), neverAborted)
  const sink = new PassThrough()
  const piped = response.pipe(sink)
  sink.once('data', () => sink.destroy())
  await expect(piped).rejects.toMatchObject({ code: 'RGW_CALLER_GONE' })
  await Promise.all(closed)
})

test('a response above the limit is an error, a response of exactly the limit is complete', async () => {
  const upstream = await httpPeer((_request, response) => void response.end('x'.repeat(1000)))
  const rack = rackAt(upstream.port)
  expect(await (await rack.send(get(), neverAborted)).collect(1000)).toHaveLength(1000)
  await expect((await rack.send(get(), neverAborted)).collect(999)).rejects.toMatchObject({
    code: 'RGW_ANSWER_TOO_LARGE',
    statusCode: 502,
  })
})

test('an endless response is aborted at the limit', async () => {
  const upstream = await httpPeer((_request, response) => void patternOf(1024 * MiB).pipe(response))
  const response = await rackAt(upstream.port).send(get(), neverAborted)
  await expect(response.collect(MiB)).rejects.toMatchObject({ code: 'RGW_ANSWER_TOO_LARGE' })
})

test('a body can be consumed only once', async () => {
  const upstream = await httpPeer((_request, response) => void response.end('ok'))
  const response = await rackAt(upstream.port).send(get(), neverAborted)
  await response.collect(10)
  await expect(response.collect(10)).rejects.toMatchObject({ code: 'RGW_BODY_ALREADY_TAKEN' })
  await expect(response.pipe(new PassThrough())).rejects.toMatchObject({ code: 'RGW_BODY_ALREADY_TAKEN' })
})

test('discarding a small body keeps the connection, discarding an endless body closes it', async () => {
  let closed: Promise<void> | null = null
  const upstream = await httpPeer((request, response) => {
    if (request.url === '/small') response.end('small')
    else {
      closed = waitForClose(request.socket)
      patternOf(1024 * MiB).pipe(response)
    }
  })
  const rack = rackAt(upstream.port)
  for (let i = 0; i < 4; i++) (await rack.send(get('/small'), neverAborted)).discard()
  expect(upstream.connections).toBeLessThanOrEqual(2)
  const endless = await rack.send(get('/endless'), neverAborted)
  endless.discard()
  await closed
})

test("the rack's token is redacted in a streamed response, across chunks, and the length stays", async () => {
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
  const response = await rackAt(peer.port).send(get(), neverAborted)
  const sink = new PassThrough()
  const [bytes, text] = await Promise.all([response.pipe(sink, createTokenRedactor(token)), textOf(sink)])
  expect(text).toBe('one [rack token]******* two ab[rack token]******* abc')
  expect(bytes).toBe(response.length)
})

async function textOf(stream: Readable): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += chunk
  return text
}
