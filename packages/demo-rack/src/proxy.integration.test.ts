import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isProxyHost } from './process/proxy-host.ts'
import { ask, open, startRack, until } from './testing/client.ts'
import { opcode } from './wire/frames.ts'

describe('proxy', () => {
  test.each(['db.internal/5432', '10.2.3.4/1', 'resource-database.rack1-myapp.svc.cluster.local/65535'])(
    '%s echoes at once, and ends when the caller does',
    async (place) => {
      const socket = await open(await startRack(), `/proxy/${place}`)
      socket.sendText('SELECT 1;')
      await until(() => socket.text() === 'SELECT 1;')
      socket.sendText('\x00\x01 any bytes')
      socket.sendEnd()
      expect(await socket.end()).toBe('SELECT 1;\x00\x01 any bytes')
      expect(socket.frames.at(-1)).toMatchObject({ opcode: opcode.binary, payload: Buffer.alloc(0) })
      expect(socket.frames.slice(0, -1).every(({ opcode: code }) => code === opcode.text)).toBe(true)
    },
  )

  test('the echo of many frames is all that was sent, in frames of at most 32 KiB', async () => {
    const socket = await open(await startRack(), '/proxy/db.internal/5432')
    for (let count = 0; count < 2000; count += 1) socket.sendText(`${count};`.padEnd(100, '.'))
    socket.sendEnd()
    const echoed = await socket.end()
    expect(echoed).toBe(Array.from({ length: 2000 }, (_, count) => `${count};`.padEnd(100, '.')).join(''))
    expect(Math.max(...socket.frames.map(({ payload }) => payload.length))).toBeLessThanOrEqual(32 * 1024)
  })

  test.each([
    'localhost',
    'LOCALHOST',
    'localhost.',
    'db.localhost',
    '127.0.0.1',
    '127.1.2.3',
    '127.1',
    '0177.0.0.1',
    '0x7f.0.0.1',
    '0x7f000001',
    '2130706433',
    '0',
    '0.0.0.0',
    '169.254.169.254',
    '%5B::1%5D',
    '::1',
    '::',
    'fe80::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '0:0:0:0:0:ffff:a9fe:a9fe',
  ])('%s is refused', async (host) => {
    const socket = await open(await startRack(), `/proxy/${host}/80`)
    expect(await socket.end()).toBe('ERROR: invalid proxy host\n')
  })

  test.each(['0', '65536', '-1', 'http', '80x', '0x50', '99999'])('port %s is refused', async (port) => {
    const socket = await open(await startRack(), `/proxy/db.internal/${port}`)
    expect(await socket.end()).toBe('ERROR: invalid proxy port\n')
  })

  test('every address in 127.0.0.0/8 is rejected, in any notation of its four numbers', () => {
    const part = fc.integer({ min: 0, max: 255 })
    const written = fc.constantFrom(
      (value: number) => String(value),
      (value: number) => `0x${value.toString(16)}`,
      (value: number) => `0${value.toString(8)}`,
    )
    fc.assert(
      fc.property(fc.tuple(part, part, part), fc.array(written, { minLength: 4, maxLength: 4 }), (parts, writers) => {
        const host = [127, ...parts].map((value, at) => writers[at]?.(value)).join('.')
        expect(isProxyHost(host)).toBe(false)
      }),
    )
  })

  test.each(['db', 'db.internal', '1db.test', 'a-1.0x', '192.168.0.1', '10.0.0.1', '2001:db8::1', 'xn--80ak.test'])(
    '%s is a host',
    (host) => expect(isProxyHost(host)).toBe(true),
  )
})

describe('other routes into the cluster', () => {
  test('the registry names its API version, and has no images', async () => {
    const rack = await startRack()
    const root = await ask(rack, 'GET /v2/')
    expect(root.headers).toContainEqual(['Docker-Distribution-Api-Version', 'registry/2.0'])
    expect((await ask(rack, 'PUT /v2/myapp/manifests/x', [], 'any body')).body).toContain('NAME_UNKNOWN')
    expect((await ask(rack, 'GET /v2/nosuch/tags/list')).body).toBe('app not found: nosuch\n')
  })

  test.each([
    ['web.rack1-myapp.svc.cluster.local', 200],
    ['web.myapp.rack1.local', 200],
    ['svc.cluster.local', 400],
    ['cluster.local', 400],
    ['evil.test', 400],
    ['evil.test#.local', 400],
    ['a/../b.local', 400],
    ['.local', 400],
    ['', 400],
  ])('a request to %j is %i', async (host, status) => {
    const response = await ask(
      await startRack(),
      'PATCH /custom/http/proxy/a/b',
      [`X-Host: ${host}`, 'X-Port: 80'],
      'body',
    )
    expect(response.status).toBe(status)
    if (status === 200) expect(JSON.parse(response.body)).toEqual({ method: 'PATCH', host, port: '80', path: 'a/b' })
  })
})
