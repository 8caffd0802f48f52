import { getEventListeners } from 'node:events'
import { inspect } from 'node:util'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { selfSignedIdentity } from '@rack-gateway/testing/certificates'
import { expect, test } from 'vitest'
import { tlsWarning } from './rack.ts'
import { closeOf, get, httpPeer, httpsPeer, never, rackAt, rawPeer, token } from './testing/peer.ts'

const body = async (rack: ReturnType<typeof rackAt>, target?: string) =>
  (await (await rack.send(get(target), never)).collect(1e6)).toString()

test('the rack gets the target and the header values byte for byte, with its credential and its own host', async () => {
  let head = ''
  const peer = await rawPeer((socket, received) => {
    head = received
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  })
  const target = "/registries/https://index.docker.io/v1/%C3%A4%FF;x='{}?a=%zz&b=%2F?"
  const utf8 = Buffer.from('echo grüße').toString('latin1')
  const answer = await rackAt(peer.port).send(get(target, ['Command', utf8, 'User-Agent', 'convox.go/dev']), never)
  expect((await answer.collect(10)).toString()).toBe('ok')
  expect(head.split('\r\n')).toEqual([
    `GET ${target} HTTP/1.1`,
    `host: 127.0.0.1:${peer.port}`,
    'connection: keep-alive',
    `Command: ${utf8}`,
    'User-Agent: convox.go/dev',
    `Authorization: ${basicAuthorization(token)}`,
  ])
})

test('calls one after the other share a connection; calls at the same time never do', async () => {
  const peer = await httpPeer((_request, response) => void response.end('ok'))
  const rack = rackAt(peer.port)
  for (let i = 0; i < 5; i++) expect(await body(rack)).toBe('ok')
  // a connection is free again one turn of the event loop after its answer
  expect(peer.connections).toBeLessThanOrEqual(2)
  await Promise.all(Array.from({ length: 8 }, () => body(rack)))
  expect(peer.connections).toBeGreaterThan(4)
  expect(peer.connections).toBeLessThanOrEqual(9)
})

test('a request is sent once, also when a used connection is reset under it', async () => {
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
    await expect(rack.send({ ...get(), method }, never)).rejects.toMatchObject({
      code: 'RGW_RACK_BROKEN',
      statusCode: 502,
      message: expect.stringMatching(/^the rack staging did not answer in full: it closed the connection$/),
    })
    expect(requests, method).toBe(1)
  }
})

test('bytes behind an answer are not taken for the next one', async () => {
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

test('bytes that come later on an idle connection are not taken for the next answer', async () => {
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
])('an answer that is %s is an error, not an answer', async (_name, rest) => {
  const peer = await rawPeer((socket) => void socket.end(`HTTP/1.1 200 OK\r\n${rest}`))
  const answer = await rackAt(peer.port).send(get(), never)
  await expect(answer.collect(1000)).rejects.toMatchObject({ code: 'RGW_RACK_BROKEN' })
})

test.each([
  ['two lengths', 'Content-Length: 2\r\nContent-Length: 3\r\n\r\nok!'],
  ['a length and chunks', 'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n'],
  ['a bare line feed', 'X-A: b\nContent-Length: 2\r\n\r\nok'],
  ['an upgrade that was not asked for', 'Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n', '101 Switching Protocols'],
  ['headers without end', `${'X-A: b\r\n'.repeat(20_000)}\r\n`],
])('an answer with %s is refused', async (_name, rest, status = '200 OK') => {
  const peer = await rawPeer((socket) => void socket.write(`HTTP/1.1 ${status}\r\n${rest}`))
  const sent = rackAt(peer.port)
    .send(get(), never)
    .then((answer) => answer.collect(1000))
  await expect(sent).rejects.toMatchObject({ code: 'RGW_RACK_BROKEN' })
})

test('an informational answer before the real one is passed over', async () => {
  const peer = await rawPeer(
    (socket) =>
      void socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
  )
  expect(await body(rackAt(peer.port))).toBe('ok')
})

test('HEAD, 204 and 304 have no body, and a length that is only announced is kept', async () => {
  const peer = await httpPeer((request, response) => {
    if (request.method === 'HEAD') response.writeHead(200, { 'Content-Length': 1234 }).end()
    else response.writeHead(Number(request.url?.slice(1))).end()
  })
  const rack = rackAt(peer.port)
  const head = await rack.send({ ...get(), method: 'HEAD' }, never)
  expect(head.length).toBe(1234)
  expect(await head.collect(10)).toHaveLength(0)
  for (const status of [204, 304]) {
    const answer = await rack.send(get(`/${status}`), never)
    expect([answer.status, (await answer.collect(10)).length]).toEqual([status, 0])
  }
})

test('a status text that could not be sent on is left out', async () => {
  const peer = await rawPeer((socket) => void socket.write('HTTP/1.1 200 gr\u00fc\u00dfe\r\nContent-Length: 0\r\n\r\n'))
  expect(await rackAt(peer.port).send(get(), never)).toMatchObject({ status: 200, statusText: '' })
})

test('a redirect is not followed, and its Location is not shown', async () => {
  let requests = 0
  const peer = await httpPeer((_request, response) => {
    requests += 1
    response.writeHead(307, { Location: 'http://internal/' }).end()
  })
  const answer = await rackAt(peer.port).send(get(), never)
  expect([answer.status, answer.header('location'), requests]).toEqual([307, undefined, 1])
})

test('compressed bytes pass as they are', async () => {
  const bomb = Buffer.from('not really gzip')
  const peer = await httpPeer(
    (_request, response) => void response.writeHead(200, { 'Content-Encoding': 'gzip, gzip, gzip' }).end(bomb),
  )
  const answer = await rackAt(peer.port).send(get(), never)
  expect(answer.header('content-encoding')).toBe('gzip, gzip, gzip')
  expect(await answer.collect(100)).toEqual(bomb)
})

test('a rack that refuses the connection is named, with the reason', async () => {
  const peer = await httpPeer(() => {})
  const rack = rackAt(peer.port)
  const gone = rackAt(1)
  await expect(gone.send(get(), never)).rejects.toMatchObject({
    code: 'RGW_RACK_UNREACHABLE',
    statusCode: 502,
    message: "the rack staging can't be reached: nothing listens at its address",
  })
  await rack.close()
  await expect(rack.send(get(), never)).rejects.toMatchObject({ code: 'RGW_RACK_UNREACHABLE' })
})

test('a rack that does not speak HTTP is named, with the reason', async () => {
  const peer = await rawPeer((socket) => void socket.end('SSH-2.0-OpenSSH_9.9\r\n'))
  await expect(rackAt(peer.port).send(get(), never)).rejects.toMatchObject({
    code: 'RGW_RACK_BROKEN',
    message: 'the rack staging did not answer in full: it does not speak HTTP',
  })
})

test('a rack that accepts and never speaks TLS is given up after the connect timeout', async () => {
  const peer = await rawPeer(() => {})
  const rack = rackAt(peer.port, { scheme: 'https', connectTimeout: 100 })
  await expect(rack.send(get(), never)).rejects.toMatchObject({
    message: "the rack staging can't be reached: its address does not answer",
  })
})

test('a certificate that nobody signed is refused and explained, unless the rack is configured so', async () => {
  const peer = await httpsPeer((_request, response) => void response.end('ok'))
  await expect(rackAt(peer.port, { scheme: 'https' }).send(get(), never)).rejects.toMatchObject({
    code: 'RGW_RACK_UNREACHABLE',
    message: expect.stringContaining('RACK_TLS_INSECURE_STAGING=true'),
  })
  expect(await body(rackAt(peer.port, { scheme: 'https', tlsInsecure: true }))).toBe('ok')
  expect(await body(rackAt(peer.port, { scheme: 'https', tlsCa: selfSignedIdentity.cert }))).toBe('ok')
})

test('https to a port that speaks http says so', async () => {
  const peer = await httpPeer(() => {})
  await expect(rackAt(peer.port, { scheme: 'https' }).send(get(), never)).rejects.toMatchObject({
    message: expect.stringContaining('is its address http instead of https?'),
  })
})

test('the token is in no error, no JSON and no log of the rack', async () => {
  const rack = rackAt(1)
  const error: unknown = await rack.send(get(), never).catch((caught: unknown) => caught)
  const shown = [inspect(error, { depth: 9 }), JSON.stringify(rack), inspect(rack), JSON.stringify({ ...rack })].join()
  expect(shown).not.toContain(token)
  expect(shown).not.toContain(basicAuthorization(token).slice('Basic '.length))
  expect(rack.token).toBe(token)
})

test('a caller that gives up while waiting for the head cuts the connection to the rack', async () => {
  let closed: Promise<void> | null = null
  const peer = await httpPeer((request) => {
    closed = closeOf(request.socket)
    abort.abort()
  })
  const abort = new AbortController()
  await expect(rackAt(peer.port).send(get(), abort.signal)).rejects.toMatchObject({ code: 'RGW_CALLER_GONE' })
  await closed
})

test('a caller that gives up in the middle of an answer cuts the connection to the rack', async () => {
  let closed: Promise<void> | null = null
  const peer = await httpPeer((request, response) => {
    closed = closeOf(request.socket)
    response.write('begin')
  })
  const abort = new AbortController()
  const answer = await rackAt(peer.port).send(get(), abort.signal)
  const collected = answer.collect(100)
  abort.abort()
  await expect(collected).rejects.toMatchObject({ code: 'RGW_CALLER_GONE' })
  await closed
})

test('a request that is given up while it waits for a connection is never sent', async () => {
  const targets: (string | undefined)[] = []
  let release = () => {}
  const peer = await httpPeer((request, response) => {
    targets.push(request.url)
    if (request.url === '/first') release = () => response.end('ok')
    else response.end('ok')
  })
  const rack = rackAt(peer.port, { connections: { calls: 1 } })
  const abort = new AbortController()
  const first = rack.send(get('/first'), never)
  await expect.poll(() => targets).toEqual(['/first'])
  const second = rack.send({ ...get('/second'), method: 'DELETE' }, abort.signal)
  const third = rack.send(get('/third'), never)
  abort.abort()
  await expect(second).rejects.toMatchObject({ code: 'RGW_CALLER_GONE' })
  await expect(rack.send(get('/fourth'), abort.signal)).rejects.toMatchObject({ code: 'RGW_CALLER_GONE' })
  release()
  await (await first).collect(10)
  await (await third).collect(10)
  expect(targets).toEqual(['/first', '/third'])
})

test('a signal that outlives its call keeps nothing of it', async () => {
  const peer = await httpPeer((_request, response) => void response.end('ok'))
  const { signal } = new AbortController()
  const rack = rackAt(peer.port)
  await (await rack.send(get(), signal)).collect(10)
  await expect(rackAt(1).send(get(), signal)).rejects.toThrow()
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})

test('header values that could begin another line are not sent', async () => {
  const peer = await httpPeer(() => {})
  for (const value of ['a\r\nX: y', 'a\nb', 'a\0b', 'grün😀']) {
    await expect(rackAt(peer.port).send(get('/apps', ['Command', value]), never)).rejects.toMatchObject({
      statusCode: 502,
    })
  }
  await expect(rackAt(peer.port).send(get('/a b HTTP/1.1\r\nX: y'), never)).rejects.toThrow()
  expect(peer.connections).toBe(0)
})

test('an unprotected way to a rack is warned about', () => {
  const warn = (url: string, tlsInsecure: boolean) => tlsWarning({ name: 'staging', url: new URL(url), tlsInsecure })
  expect(warn('https://rack', false)).toBeNull()
  expect(tlsWarning({ name: 'a', url: new URL('https://rack'), tlsInsecure: true, tlsPins: ['sha256/a'] })).toBeNull()
  expect(warn('https://rack', true)).toMatch(/certificate of the rack staging is not verified/)
  expect(warn('http://rack', false)).toMatch(/plain http/)
})
