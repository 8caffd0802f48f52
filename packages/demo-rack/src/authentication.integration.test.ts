import { basicAuthorization, basicAuthorizationOf } from '@rack-gateway/testing/authorization'
import { writeRequest } from '@rack-gateway/testing/http'
import { upgradeHeaders } from '@rack-gateway/testing/websocket'
import { describe, expect, test } from 'vitest'
import { answered, ask, connectTo, credentials, open, startRack, token } from './testing/client.ts'
import { opcode } from './wire/frames.ts'

function basic(pair: string): string {
  return `Authorization: ${basicAuthorizationOf(pair)}`
}

describe('the password', () => {
  test.each([
    ['any user name', basic(`anyone:${token}`), 200],
    ['no user name', basic(`:${token}`), 200],
    ['a scheme in capitals', basic(`convox:${token}`).replace('Basic', 'BASIC'), 200],
    ['a wrong password', basic('convox:wrong'), 401],
    ['the user jwt', basic(`jwt:${token}`), 401],
    ['no colon', basic(token), 401],
    ['no base64', 'Authorization: Basic ***', 401],
    ['base64 without its padding', `Authorization: ${basicAuthorization(`${token}1`, 'c').replaceAll('=', '')}x`, 401],
    ['a bearer', `Authorization: Bearer ${token}`, 401],
    ['nothing', 'X-Nothing: 1', 401],
  ])('%s', async (_, header, status) => {
    const peer = await connectTo(await startRack())
    peer.send(writeRequest('GET /apps', [header]))
    expect(answered(await peer.nextMessage()).status).toBe(status)
  })

  test('only the first Authorization header counts', async () => {
    const rack = await startRack()
    const peer = await connectTo(rack)
    peer.send(writeRequest('GET /apps', [basic('convox:wrong'), credentials]))
    expect(answered(await peer.nextMessage()).status).toBe(401)
    expect(rack.received[0]?.authenticated).toBe(false)
  })

  test('a refusal is plain text with the headers of every response, and JSON where JSON was asked for', async () => {
    const peer = await connectTo(await startRack())
    peer.send(writeRequest('GET /apps') + writeRequest('GET /apps', ['Accept: application/json']))
    const plain = await peer.nextMessage()
    expect(plain.body).toBe('invalid authentication\n')
    expect(plain.headers.map(([name]) => name)).toEqual(
      expect.arrayContaining(['Content-Type', 'Request-Id', 'X-Content-Type-Options', 'X-Frame-Options']),
    )
    expect((await peer.nextMessage()).body).toBe('{"error":"invalid authentication"}')
  })

  test('/check is for everybody, /auth is not', async () => {
    const peer = await connectTo(await startRack())
    peer.send(writeRequest('GET /check') + writeRequest('GET /auth'))
    expect(await peer.nextMessage()).toMatchObject({ body: 'ok\n' })
    expect(answered(await peer.nextMessage()).status).toBe(401)
  })

  test('an empty one is refused when the rack is made', async () => {
    await expect(startRack({ token: '' })).rejects.toThrow('needs a token')
  })
})

describe('a websocket', () => {
  test('is upgraded before it receives the error for a wrong password', async () => {
    const rack = await startRack()
    const socket = await open(rack, '/apps/myapp/processes/web/exec', [basic('convox:wrong'), 'Command: env'])
    expect(socket.response.status).toBe(101)
    expect(await socket.end()).toBe('ERROR: invalid authentication\n')
    expect(socket.frames.at(-1)).toMatchObject({ opcode: opcode.binary })
    expect(socket.peer.closed).toBe(false)
    expect(rack.received[0]).toMatchObject({ authenticated: false, command: 'env', status: 101 })
  })

  test.each([
    ['of another host', 'Origin: http://evil.test', 403],
    ['with another port', 'Origin: http://gateway:81', 403],
    ['that is null', 'Origin: null', 403],
    ['of its own host', 'Origin: http://gateway', 101],
    ['of its own host in capitals', 'Origin: https://GATEWAY', 101],
  ])('an Origin %s', async (_, origin, status) => {
    const { response } = await open(await startRack(), '/apps/myapp/logs', [credentials, origin])
    expect(response.status).toBe(status)
    if (status === 403) expect(response.body).toBe('Forbidden\n')
  })

  test.each([
    ['another version', 'Sec-WebSocket-Version', 'Sec-WebSocket-Version: 12'],
    ['no key', 'Sec-WebSocket-Key', 'X: y'],
  ])('%s is a bad request', async (_, name, instead) => {
    const lines = upgradeHeaders.filter((line) => !line.startsWith(`${name}:`))
    const response = await ask(await startRack(), 'GET /apps/myapp/logs', [...lines, instead])
    expect(response).toMatchObject({ status: 400, body: 'Bad Request\n' })
  })

  test('gets no extension and no subprotocol, and the accept key of RFC 6455', async () => {
    const offers = ['Sec-WebSocket-Extensions: permessage-deflate', 'Sec-WebSocket-Protocol: chat']
    const { response } = await open(await startRack(), '/apps/myapp/logs', [credentials, ...offers])
    expect(response.headers).toEqual([
      ['Upgrade', 'websocket'],
      ['Connection', 'Upgrade'],
      ['Sec-WebSocket-Accept', 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='],
    ])
  })

  test('is closed if it sends data before the response to the upgrade', async () => {
    const peer = await connectTo(await startRack())
    peer.send(`${writeRequest('GET /apps/myapp/logs', [credentials, ...upgradeHeaders])}early`)
    await expect(peer.nextMessage()).rejects.toThrow('closed in the middle of a response')
  })
})
