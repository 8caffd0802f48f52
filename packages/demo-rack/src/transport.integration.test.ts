import { selfSignedIdentity } from '@rack-gateway/testing/certificates'
import { writeRequest } from '@rack-gateway/testing/http'
import { describe, expect, test } from 'vitest'
import { answered, ask, connectTo, credentials, open, startRack, until } from './testing/client.ts'
import { opcode } from './wire/frames.ts'

describe('TLS', () => {
  test('serves HTTP and websockets', async () => {
    const rack = await startRack({ tls: selfSignedIdentity })
    expect(rack.url).toMatch(/^https:/)
    expect((await ask(rack, 'GET /apps')).status).toBe(200)
    const socket = await open(rack, '/apps/myapp/processes/web/exec', [credentials, 'Command: echo hi'])
    expect(await socket.end()).toContain('hi\n')
  })
})

describe('invalid HTTP is rejected', () => {
  test.each([
    'GET /apps HTTP/1.1\r\n\r\n',
    'nonsense\r\n\r\n',
    'GET /apps HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
  ])('%j', async (bytes) => {
    const rack = await startRack()
    const peer = await connectTo(rack)
    peer.send(bytes)
    expect(answered(await peer.nextMessage()).status).toBe(400)
    expect(rack.received).toEqual([])
  })

  test('100-continue is answered before the body', async () => {
    const peer = await connectTo(await startRack())
    peer.send('POST /apps HTTP/1.1\r\nHost: a\r\n')
    peer.send(
      `${credentials}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n`,
    )
    expect(answered(await peer.nextMessage()).status).toBe(100)
    peer.send('name=third')
    expect(answered(await peer.nextMessage()).status).toBe(200)
  })

  test('a header of 200 KB is fine, as on a Go server', async () => {
    expect((await ask(await startRack(), 'GET /apps', [`X-Long: ${'x'.repeat(200_000)}`])).status).toBe(200)
  })
})

describe('fixed responses', () => {
  test('every GET returns the same list of about 2 KB, and is not recorded', async () => {
    const rack = await startRack({ fixedResponses: true })
    const response = await ask(rack, 'GET /apps')
    expect(response.status).toBe(200)
    expect(response.body.length).toBeGreaterThan(1800)
    expect(response.body.length).toBeLessThan(2300)
    expect(JSON.parse(response.body)).toHaveLength(10)
    expect(rack.received).toEqual([])
  })

  test('a release for every change, on a connection that stays', async () => {
    const peer = await connectTo(await startRack({ fixedResponses: true }))
    for (let count = 0; count < 3; count += 1) {
      peer.send(writeRequest('POST /apps/x/releases', [credentials], 'env=A%3D1'))
      expect(JSON.parse((await peer.nextMessage()).body)).toMatchObject({ id: 'RAAAAAAAAAA' })
    }
  })

  test('an echo on a websocket', async () => {
    const socket = await open(await startRack({ fixedResponses: true }), '/apps/x/processes/p/exec')
    socket.sendText('hello')
    socket.sendPing('p')
    await until(() => socket.frames.length === 2)
    expect(socket.frames.map(({ opcode: code, payload }) => [code, payload.toString()])).toEqual([
      [opcode.text, 'hello'],
      [opcode.pong, 'p'],
    ])
  })

  test('the password is still asked for', async () => {
    const rack = await startRack({ fixedResponses: true })
    const peer = await connectTo(rack)
    peer.send(writeRequest('GET /apps'))
    expect(answered(await peer.nextMessage()).status).toBe(401)
    await expect(open(rack, '/apps/x/processes/p/exec', [])).rejects.toThrow('closed in the middle of a response')
  })
})
