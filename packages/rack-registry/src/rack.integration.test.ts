import { getEventListeners } from 'node:events'
import { inspect } from 'node:util'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { selfSignedIdentity } from '@rack-gateway/testing/certificates'
import { expect, test } from 'vitest'
import { tlsWarning } from './rack.ts'
import { get, httpPeer, httpsPeer, neverAborted, rackAt, rawPeer, token, waitForClose } from './testing/peer.ts'

const body = async (rack: ReturnType<typeof rackAt>, target?: string) =>
  (await (await rack.send(get(target), neverAborted)).collect(1e6)).toString()

test('the rack receives the target and header values byte for byte, with its credential and host', async () => {
  let head = ''
  const peer = await rawPeer((socket, received) => {
    head = received
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  })
  const target = "/registries/https://index.docker.io/v1/%C3%A4%FF;x='{}?a=%zz&b=%2F?"
  const utf8 = Buffer.from('echo grüße').toString('latin1')
  const response = await rackAt(peer.port).send(
    get(target, ['Command', utf8, 'User-Agent', 'convox.go/dev']),
    neverAborted,
  )
  expect((await response.collect(10)).toString()).toBe('ok')
  expect(head.split('\r\n')).toEqual([
    `GET ${target} HTTP/1.1`,
    `host: 127.0.0.1:${peer.port}`,
    'connection: keep-alive',
    `Command: ${utf8}`,
    'User-Agent: convox.go/dev',
    `Authorization: ${basicAuthorization(token)}`,
  ])
})

test('sequential calls share a connection, and concurrent calls never do', async () => {
  const peer = await httpPeer((_request, response) => void response.end('ok'))
  const rack = rackAt(peer.port)
  for (let i = 0; i < 5; i++) expect(await body(rack)).toBe('ok')
  // A connection is free one turn of the event loop after its response.
  expect(peer.connections).toBeLessThanOrEqual(2)
  await Promise.all(Array.from({ length: 8 }, () => body(rack)))
  expect(peer.connections).toBeGreaterThan(4)
  expect(peer.connections).toBeLessThanOrEqual(9)
})

test('a request is sent once, also when a reused connection is reset', async () => {
  let requests = 0
  const peer = await rawPeer((socket, head) => {
    if (head.startsWith('GET /warm')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    else {
      requests += 1
      socket.resetAndDestroy()
    }
  })
  const rack = rackAt(peer.port)
  for (const method of ['GET', 'HEAD', 'DELETE', 'POST', 'PUT']) {
    requests = 0
    expect(await body(rack, '/warm')).toBe('ok')
    await expect(rack.send({ ...get(), method }, neverAborted)).rejects.toMatchObject({
      code: 'RGW_RACK_BROKEN',
      statusCode: 502,
      message: expect.stringMatching(/^The rack staging did not answer completely: it closed the connection\.$/),
    })
    expect(requests, method).toBe(1)
  }
})

test('bytes after a response are not read as the next response', async () => {
  const poison = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison'
  let count = 0
  const peer = await rawPeer((socket) => {
    count += 1
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n${String(count).padStart(2, '0')}${poison}`)
  })
  const rack = rackAt(peer.port)
  for (let i = 1; i <= 5; i++) expect(await body(rack)).toBe(String(i).padStart(2, '0'))
  expect(peer.connections).toBe(5)
})

test('bytes on an idle connection are not read as the next response', async () => {
  const sent: Promise<void>[] = []
  const peer = await rawPeer((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nreal', () =>
      sent.push(
        new Promise((resolve) =>
          setImmediate(() => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison', () => resolve())),
        ),
      ),
    )
  })
  const rack = rackAt(peer.port)
  for (let i = 0; i < 5; i++) {
    expect(await body(rack)).toBe('real')
    await expect.poll(() => sent.length).toBe(i + 1)
    await sent[i]
  }
})

test.each([
  ['shorter than its length', 'Content-Length: 10\r\n\r\nshort'],
  ['chunked without an end', 'Transfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n'],
  ['cut in the middle of a chunk', 'Transfer-Encoding: chunked\r\n\r\nff\r\nshort'],
])('a response that is %s is an error', async (_name, rest) => {
  const peer = await rawPeer((socket) => void socket.end(`HTTP/1.1 200 OK\r\n${rest}`))
  const response = await rackAt(peer.port).send(get(), neverAborted)
  await expect(response.collect(1000)).rejects.toMatchObject({ code: 'RGW_RACK_BROKEN' })
})

test.each([
  ['two lengths', 'Content-Length: 2\r\nContent-Length: 3\r\n\r\nok!'],
  ['a length and chunks', 'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n'],
  ['a bare line feed', 'X-A: b\nContent-Length: 2\r\n\r\nok'],
  ['an upgrade that was not asked for', 'Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n', '101 Switching Protocols'],
  ['headers without end', `${'X-A: b\r\n'.repeat(20_000)}\r\n`],
])('a response with %s is rejected', async (_name, rest, status = '200 OK') => {
  const peer = await rawPeer((socket) => void socket.write(`HTTP/1.1 ${status}\r\n${rest}`))
  const sent = rackAt(peer.port)
    .send(get(), neverAborted)
    .then((response) => response.collect(1000))
  await expect(sent).rejects.toMatchObject({ code: 'RGW_RACK_BROKEN' })
})

test('an informational response is skipped', async () => {
  const peer = await rawPeer(
    (socket) =>
      void socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
  )
  expect(await body(rackAt(peer.port))).toBe('ok')
})

test('HEAD, 204, and 304 have no body, and keep their Content-Length', async () => {
  const peer = await httpPeer((request, response) => {
    if (request.method === 'HEAD') response.writeHead(200, { 'Content-Length': 1234 }).end()
    else response.writeHead(Number(request.url?.slice(1))).end()
  })
  const rack = rackAt(peer.port)
  const head = await rack.send({ ...get(), method: 'HEAD' }, neverAborted)
  expect(head.length).toBe(1234)
  expect(await head.collect(10)).toHaveLength(0)
  for (const status of [204, 304]) {
    const response = await rack.send(get(`/${status}`), neverAborted)
    expect([response.status, (await response.collect(10)).length]).toEqual([status, 0])
  }
})

test('an invalid status text is removed', async () => {
  const peer = await rawPeer((socket) => void socket.write('HTTP/1.1 200 gr\u00fc\u00dfe\r\nContent-Length: 0\r\n\r\n'))
  expect(await rackAt(peer.port).send(get(), neverAborted)).toMatchObject({ status: 200, statusText: '' })
})

test('a redirect is not followed, and its Location is removed', async () => {
  let requests = 0
  const peer = await httpPeer((_request, response) => {
    requests += 1
    response.writeHead(307, { Location: 'http://internal/' }).end()
  })
  const response = await rackAt(peer.port).send(get(), neverAborted)
  expect([response.status, response.header('location'), requests]).toEqual([307, undefined, 1])
})

test('compressed bytes stay unchanged', async () => {
  const bomb = Buffer.from('not really gzip')
  const peer = await httpPeer(
    (_request, response) => void response.writeHead(200, { 'Content-Encoding': 'gzip, gzip, gzip' }).end(bomb),
  )
  const response = await rackAt(peer.port).send(get(), neverAborted)
  expect(response.header('content-encoding')).toBe('gzip, gzip, gzip')
  expect(await response.collect(100)).toEqual(bomb)
})

test('the error of a refused connection names the rack and the reason', async () => {
  const peer = await httpPeer(() => {})
  const rack = rackAt(peer.port)
  const gone = rackAt(1)
  await expect(gone.send(get(), neverAborted)).rejects.toMatchObject({
    code: 'RGW_RACK_UNREACHABLE',
    statusCode: 502,
    message: 'The rack staging cannot be reached: nothing listens at its address.',
  })
  await rack.close()
  await expect(rack.send(get(), neverAborted)).rejects.toMatchObject({ code: 'RGW_RACK_UNREACHABLE' })
})

test('the error of a rack that does not speak HTTP names the rack and the reason', async () => {
  const peer = await rawPeer((socket) => void socket.end('SSH-2.0-OpenSSH_9.9\r\n'))
  await expect(rackAt(peer.port).send(get(), neverAborted)).rejects.toMatchObject({
    code: 'RGW_RACK_BROKEN',
    message: 'The rack staging did not answer completely: it does not speak HTTP.',
  })
})

test('a rack that accepts a connection but never speaks TLS times out', async () => {
  const peer = await rawPeer(() => {})
  const rack = rackAt(peer.port, { scheme: 'https', connectTimeout: 100 })
  await expect(rack.send(get(), neverAborted)).rejects.toMatchObject({
    message: 'The rack staging cannot be reached: its address does not answer.',
  })
})

test('a self-signed certificate is rejected with an explanation, unless it is configured', async () => {
  const peer = await httpsPeer((_request, response) => void response.end('ok'))
  await expect(rackAt(peer.port, { scheme: 'https' }).send(get(), neverAborted)).rejects.toMatchObject({
    code: 'RGW_RACK_UNREACHABLE',
    message: expect.stringContaining('RACK_TLS_INSECURE_STAGING=true'),
  })
  expect(await body(rackAt(peer.port, { scheme: 'https', tlsInsecure: true }))).toBe('ok')
  expect(await body(rackAt(peer.port, { scheme: 'https', tlsCa: selfSignedIdentity.cert }))).toBe('ok')
})

test('https to an http port has its own error', async () => {
  const peer = await httpPeer(() => {})
  await expect(rackAt(peer.port, { scheme: 'https' }).send(get(), neverAborted)).rejects.toMatchObject({
    message: expect.stringContaining('should its URL begin with http?'),
  })
})

test('errors, JSON, and logs do not contain the token', async () => {
  const rack = rackAt(1)
  const error: unknown = await rack.send(get(), neverAborted).catch((caught: unknown) => caught)
  const shown = [inspect(error, { depth: 9 }), JSON.stringify(rack), inspect(rack), JSON.stringify({ ...rack })].join()
  expect(shown).not.toContain(token)
  expect(shown).not.toContain(basicAuthorization(token).slice('Basic '.length))
  expect(rack.token).toBe(token)
})

test('a caller that disconnects before the response closes the connection to the rack', async () => {
  let closed: Promise<void> | null = null
  const peer = await httpPeer((request) => {
    closed = waitForClose(request.socket)
    abort.abort()
  })
  const abort = new AbortController()
  await expect(rackAt(peer.port).send(get(), abort.signal)).rejects.toMatchObject({ code: 'RGW_CALLER_GONE' })
  await closed
})

test('a caller that disconnects during a response closes the connection to the rack', async () => {
  let closed: Promise<void> | null = null
  const peer = await httpPeer((request, response) => {
    closed = waitForClose(request.socket)
    response.write('begin')
  })
  const abort = new AbortController()
  const response = await rackAt(peer.port).send(get(), abort.signal)
  const collected = response.collect(100)
  abort.abort()
  await expect(collected).rejects.toMatchObject({ code: 'RGW_CALLER_GONE' })
  await closed
})

test('a request that is aborted before it has a connection is never sent', async () => {
  const targets: (string | undefined)[] = []
  let resume = () => {}
  const peer = await httpPeer((request, response) => {
    targets.push(request.url)
    if (request.url === '/first') resume = () => response.end('ok')
    else response.end('ok')
  })
  const rack = rackAt(peer.port, { connections: { calls: 1 } })
  const abort = new AbortController()
  const first = rack.send(get('/first'), neverAborted)
  await expect.poll(() => targets).toEqual(['/first'])
  const second = rack.send({ ...get('/second'), method: 'DELETE' }, abort.signal)
  const third = rack.send(get('/third'), neverAborted)
  abort.abort()
  await expect(second).rejects.toMatchObject({ code: 'RGW_CALLER_GONE' })
  await expect(rack.send(get('/fourth'), abort.signal)).rejects.toMatchObject({ code: 'RGW_CALLER_GONE' })
  resume()
  await (await first).collect(10)
  await (await third).collect(10)
  expect(targets).toEqual(['/first', '/third'])
})

test('a signal does not keep a reference to a finished call', async () => {
  const peer = await httpPeer((_request, response) => void response.end('ok'))
  const { signal } = new AbortController()
  const rack = rackAt(peer.port)
  await (await rack.send(get(), signal)).collect(10)
  await expect(rackAt(1).send(get(), signal)).rejects.toThrow()
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})

test('header values with line breaks are not sent', async () => {
  const peer = await httpPeer(() => {})
  for (const value of ['a\r\nX: y', 'a\nb', 'a\0b', 'grün😀']) {
    await expect(rackAt(peer.port).send(get('/apps', ['Command', value]), neverAborted)).rejects.toMatchObject({
      statusCode: 502,
    })
  }
  await expect(rackAt(peer.port).send(get('/a b HTTP/1.1\r\nX: y'), neverAborted)).rejects.toThrow()
  expect(peer.connections).toBe(0)
})

test('an unprotected connection to a rack has a warning', () => {
  const warn = (url: string, tlsInsecure: boolean) => tlsWarning({ name: 'staging', url: new URL(url), tlsInsecure })
  expect(warn('https://rack', false)).toBeNull()
  expect(tlsWarning({ name: 'a', url: new URL('https://rack'), tlsInsecure: true, tlsPins: ['sha256/a'] })).toBeNull()
  expect(warn('https://rack', true)).toMatch(/certificate of the rack staging is not verified/)
  expect(warn('http://rack', false)).toMatch(/plain http/)
})
