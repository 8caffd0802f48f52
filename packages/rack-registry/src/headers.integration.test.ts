import { sendRaw } from '@rack-gateway/testing/http'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { actorValue, requestHeaders, responseHead } from './headers.ts'
import { httpPeer } from './testing/peer.ts'

const exec = new Set(['command', 'tty', 'height', 'width'])
const rules = { allowed: exec, encoding: 'as-requested', actor: 'ada@example.com' } as const
const actor = ['Convox-Actor', 'ada@example.com']

/** The headers that Node parses from a request head, which are the only input of requestHeaders. */
async function received(head: string): Promise<string[]> {
  let raw: string[] = []
  const server = await httpPeer((request, response) => {
    raw = request.rawHeaders
    response.end()
  })
  await sendRaw(
    `http://127.0.0.1:${server.port}`,
    Buffer.from(`GET / HTTP/1.1\r\nHost: gateway\r\n${head}\r\n\r\n`, 'latin1'),
  )
  return raw
}

test('headers of the stock CLI are forwarded in order, with the actor', () => {
  const raw = [
    ...['Host', 'gateway', 'User-Agent', 'convox.go/dev', 'Accept', '*/*', 'Authorization', 'Basic eDp5'],
    ...['Command', 'rake db:migrate', 'Content-Type', 'application/octet-stream', 'Tty', 'true', 'Version', 'dev'],
    ...['Accept-Encoding', 'gzip'],
  ]
  expect(requestHeaders(raw, rules)).toEqual([
    ...['User-Agent', 'convox.go/dev', 'Accept', '*/*', 'Command', 'rake db:migrate'],
    ...['Content-Type', 'application/octet-stream', 'Tty', 'true', 'Version', 'dev', 'Accept-Encoding', 'gzip'],
    ...actor,
  ])
})

test.each([
  'Authorization: Basic eDp5',
  'Cookie: session=1',
  'Proxy-Authorization: Basic eDp5',
  'Connection: keep-alive, X-Drop',
  'Keep-Alive: timeout=5',
  'TE: trailers',
  'Upgrade: h2c',
  'Expect: nothing',
  'Forwarded: for=1.2.3.4;proto=https',
  'X-Forwarded-For: 1.2.3.4',
  'X-Forwarded-Host: evil',
  'X-Forwarded-Uri: /apps',
  'X-Real-IP: 1.2.3.4',
  'X-Original-URL: /system',
  'X-Rewrite-URL: /system',
  'X-HTTP-Method-Override: DELETE',
  'Convox-Actor: root',
  'X-Convox-Actor: root',
  'Convox-TID: t',
  'X-Convox-TID: t',
  'X_Forwarded_User: root',
  'Convox_Actor: root',
  'Com_mand: sh',
  'Image: evil',
  'Privileged: true',
  'Name: parameter-by-header',
  'Origin: https://evil.example',
  'Sec-Fetch-Site: cross-site',
  'Sec-WebSocket-Protocol: x',
  'Rack: org/name',
  'Session: id',
])('%s never reaches a rack', async (line) => {
  expect(requestHeaders(await received(line), rules)).toEqual(actor)
})

test.each([
  ...['authorization', 'convox-actor', 'cookie', 'x-forwarded-for', 'transfer-encoding', 'host', 'sec-anything'],
  ...['rack', 'session'],
])('no route can allow %s', (name) => {
  expect(requestHeaders([name, 'x'], { ...rules, allowed: new Set([name]) })).toEqual(actor)
})

test.each([
  ['Command: rake\r\nCommand: sh', 'Command was sent more than once'],
  ['Command: rake\r\ncOMMAND: sh', 'cOMMAND was sent more than once'],
  ['Command:\r\nCommand: sh', 'Command was sent more than once'],
  ['Content-Type: text/plain\r\nContent-Type: multipart/form-data', 'Content-Type was sent more than once'],
  ['Command: rake\r\nConnection: command', 'command is named in Connection'],
  ['Connection: close\r\nCommand: rake\r\nConnection: x , COMMAND', 'COMMAND is named in Connection'],
  ['Content-Type: text/plain\r\nConnection: content-type', 'content-type is named in Connection'],
])('%j is rejected, because the rack would read another value', async (head, problem) => {
  const raw = await received(head)
  expect(() => requestHeaders(raw, rules)).toThrow(problem)
})

test('non-ASCII bytes in a value stay unchanged', async () => {
  const value = Buffer.from('echo grüße €').toString('latin1')
  expect(requestHeaders(await received(`Command: ${value}`), rules)).toEqual(['Command', value, ...actor])
})

test('a response that will be masked is requested without compression', () => {
  const masked = { ...rules, encoding: 'identity' } as const
  expect(requestHeaders(['Accept-Encoding', 'gzip'], masked)).toEqual(['Accept-Encoding', 'identity', ...actor])
  expect(requestHeaders([], masked)).toEqual(['Accept-Encoding', 'identity', ...actor])
})

test('only known headers are forwarded, once each and byte for byte, for any input', () => {
  const name = fc.oneof(
    fc.constantFrom('Command', 'command', 'TTY', 'Accept', 'Connection', 'Authorization', 'X-Forwarded-For', 'Host'),
    fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/),
  )
  const headers = fc.array(fc.tuple(name, fc.stringMatching(/^[a-z ,]{0,12}$/)), { maxLength: 8 })
  fc.assert(
    fc.property(headers, (pairs) => {
      let out: string[]
      try {
        out = requestHeaders(pairs.flat(), rules)
      } catch (error) {
        expect(error).toMatchObject({ code: 'RGW_AMBIGUOUS_HEADER' })
        return
      }
      const names = out.filter((_, i) => i % 2 === 0).map((one) => one.toLowerCase())
      expect(new Set(names).size).toBe(names.length)
      for (const [i, one] of names.entries()) {
        if (one === 'convox-actor') continue
        expect(['accept', 'accept-encoding', 'content-type', 'user-agent', 'version', ...exec]).toContain(one)
        expect(pairs.some(([from, value]) => from.toLowerCase() === one && value === out[i * 2 + 1])).toBe(true)
      }
    }),
  )
})

test.each([
  ['ada@example.com', 'ada@example.com'],
  ['x\r\nImage: evil', 'x??Image: evil'],
  ['gr\u00fc\u00dfe \u{1f600}', 'gr??e ??'],
  ['\u0000\u007f', '??'],
  ['repo:acme/web:ref:refs/heads/$(RACK_URL)', 'repo:acme/web:ref:refs/heads/?(RACK_URL)'],
  ['$$(A)$B', '$?(A)$B'],
  ['   ', 'unnamed'],
  ['', 'unnamed'],
])('the actor %j is sent as %j', (name, shown) => {
  expect(actorValue(name)).toBe(shown)
})

test('an actor has at most 256 characters', () => {
  expect(actorValue('a'.repeat(1000))).toBe('a'.repeat(256))
})

test('a response keeps the order, spelling, and duplicates of its headers', () => {
  const raw = [
    'content-type',
    'application/json',
    'Request-Id',
    'r1',
    'X-Frame-Options',
    'DENY',
    'Link',
    'a',
    'Link',
    'b',
  ]
  expect(responseHead([...raw, 'Content-Length', '12'])).toEqual({ headers: raw, length: 12 })
  expect(responseHead(raw.map((one) => Buffer.from(one)))).toEqual({ headers: raw, length: null })
})

test.each([
  ...[
    'Connection',
    'Keep-Alive',
    'Transfer-Encoding',
    'Upgrade',
    'Trailer',
    'TE',
    'Proxy-Authenticate',
    'Proxy-Connection',
  ],
  ...['WWW-Authenticate', 'Authentication-Info', 'Set-Cookie', 'set-cookie2', 'Location', 'Refresh'],
  ...['Access-Control-Allow-Origin', 'access-control-allow-credentials', 'Alt-Svc', 'Strict-Transport-Security'],
  ...['Clear-Site-Data', 'X-Accel-Redirect', 'X-Sendfile', 'NEL', 'Report-To', 'Service-Worker-Allowed'],
])("a rack's %s is not shown", (name) => {
  expect(responseHead([name, 'x', 'X-Keep', 'y']).headers).toEqual(['X-Keep', 'y'])
})

test('headers that a response names in Connection are removed', () => {
  expect(responseHead(['X-A', '1', 'Connection', 'close, x-a', 'X-B', '2']).headers).toEqual(['X-B', '2'])
  expect(responseHead(['X-A', '1', 'Connection', 'keep-alive']).headers).toEqual(['X-A', '1'])
})
