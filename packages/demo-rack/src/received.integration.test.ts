import { createHash } from 'node:crypto'
import { writeRequest } from '@rack-gateway/testing/http'
import { describe, expect, test } from 'vitest'
import { createReceivedLog } from './received.ts'
import { answered, ask, connectTo, credentials, formType, open, startRack, until } from './testing/client.ts'

describe('the record of received requests', () => {
  test('has the bytes of the target and the headers as they were sent, in order and case', async () => {
    const rack = await startRack()
    await ask(rack, 'GET /apps/caf%C3%A9?x=%zz&&', ['X-Odd: \xff', 'x-odd: again'])
    const [received] = rack.received
    expect(received).toMatchObject({ method: 'GET', target: '/apps/caf%C3%A9?x=%zz&&', app: 'café', status: 404 })
    expect(received?.rawHeaders.slice(-4)).toEqual(['X-Odd', '\xff', 'x-odd', 'again'])
  })

  test('has the body, its length and its digest', async () => {
    const rack = await startRack()
    await ask(rack, 'POST /apps', [formType], 'name=third')
    expect(rack.received[0]).toMatchObject({
      route: 'POST /apps',
      parameters: { name: 'third' },
      body: {
        bytes: Buffer.from('name=third'),
        length: 10,
        sha256: createHash('sha256').update('name=third').digest('hex'),
      },
    })
  })

  test('keeps the first MiB of a larger body and the digest of all of it', async () => {
    const rack = await startRack()
    const body = 'z'.repeat(3 * 1024 * 1024)
    await ask(rack, 'POST /apps/myapp/objects/tmp/big.tgz', [], body)
    const received = rack.received[0]?.body
    expect(received).toMatchObject({ length: body.length, sha256: createHash('sha256').update(body).digest('hex') })
    expect(received?.bytes.length).toBe(1024 * 1024)
    const response = await ask(rack, 'GET /apps/myapp/objects/tmp/big.tgz')
    expect(response.body === body).toBe(true)
  })

  test('has the body of a refused request too', async () => {
    const rack = await startRack()
    const peer = await connectTo(rack)
    peer.send(writeRequest('POST /nosuch', [formType], 'a=1'))
    expect(answered(await peer.nextMessage()).status).toBe(404)
    await until(() => rack.received[0]?.body.sha256 !== null)
    expect(rack.received[0]).toMatchObject({ route: null, body: { length: 3 }, authenticated: false })
  })

  test('has chunked bodies without their framing', async () => {
    const rack = await startRack()
    const peer = await connectTo(rack)
    peer.send(writeRequest('POST /apps', [credentials, formType, 'Transfer-Encoding: chunked']))
    peer.send('7\r\nname=th\r\n3\r\nird\r\n0\r\n\r\n')
    expect(answered(await peer.nextMessage()).status).toBe(200)
    expect(rack.received[0]?.body.bytes.toString()).toBe('name=third')
  })

  test('has websockets, and what the handler understood', async () => {
    const rack = await startRack()
    const headers = [credentials, 'Command: echo hi', 'Tty: false', 'Entrypoint: true', 'Unknown: x']
    await (await open(rack, '/apps/myapp/processes/web/exec', headers)).end()
    expect(rack.received).toMatchObject([
      {
        method: 'GET',
        route: 'WS /apps/{app}/processes/{process}/exec',
        variables: { app: 'myapp', process: 'web' },
        app: 'myapp',
        process: 'web',
        command: 'echo hi',
        parameters: { command: 'echo hi', Tty: 'false', Entrypoint: 'true' },
        status: 101,
        authenticated: true,
      },
    ])
    expect(rack.received[0]?.parameters).not.toHaveProperty('Unknown')
  })

  test('can be cleared, and has at most 10,000 entries', async () => {
    const rack = await startRack()
    await ask(rack, 'GET /apps')
    rack.clearReceived()
    expect(rack.received).toEqual([])
    const log = createReceivedLog()
    for (let count = 0; count < 10_005; count += 1) log.open('GET', `/${count}`, [])
    expect(log.requests).toHaveLength(10_000)
    expect(log.requests[0]?.target).toBe('/5')
  })
})

test('connections are counted and destroyed when the rack closes', async () => {
  const rack = await startRack()
  const peers = [await connectTo(rack), await connectTo(rack)]
  await until(() => rack.connections === 2)
  await rack.close()
  await until(() => peers.every(({ closed }) => closed))
})

test('a rack that does not listen yet has no address', async () => {
  const { createDemoRack } = await import('./rack.ts')
  expect(() => createDemoRack({ name: 'r', token: 't' }).url).toThrow('before listen()')
})
