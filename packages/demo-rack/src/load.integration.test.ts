import { writeRequest } from '@rack-gateway/testing/http'
import { describe, expect, test } from 'vitest'
import { ask, connectTo, credentials, formType, open, startRack, until } from './testing/client.ts'

const marker = 'F1E49A85-0AD7-4AEF-A618-C249C6E6568D:0\n'

describe('many at once', () => {
  test('two hundred streams keep their own commands and responses', async () => {
    const rack = await startRack()
    const numbers = Array.from({ length: 200 }, (_, index) => index)
    const outputs = await Promise.all(
      numbers.map(async (number) => {
        const socket = await open(rack, '/apps/myapp/processes/web/exec', [credentials, 'Command: cat'])
        socket.sendText(`I am ${number}\n`)
        socket.sendEnd()
        return socket.end()
      }),
    )
    expect(outputs).toEqual(numbers.map((number) => `I am ${number}\n${marker}`))
    expect(rack.received).toHaveLength(200)
  })

  test('one of a hundred calls creates the app, and the others fail', async () => {
    const rack = await startRack()
    const responses = await Promise.all(
      Array.from({ length: 100 }, () => ask(rack, 'POST /apps', [formType], 'name=third')),
    )
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(responses.filter(({ status }) => status === 409)).toHaveLength(99)
  })

  test('one of ten promotions succeeds, and the others fail', async () => {
    const rack = await startRack()
    const [, { id }] = JSON.parse((await ask(rack, 'GET /apps/myapp/releases')).body)
    const promote = () => ask(rack, `POST /apps/myapp/releases/${id}/promote`, [formType], 'force=false')
    const statuses = (await Promise.all(Array.from({ length: 10 }, promote))).map(({ status }) => status)
    expect(statuses.sort()).toEqual([200, ...Array.from({ length: 9 }, () => 403)])
  })
})

describe('callers that misbehave', () => {
  test('an aborted upload stores no object, and the rack continues', async () => {
    const rack = await startRack()
    const peer = await connectTo(rack)
    peer.send(`POST /apps/myapp/objects/half HTTP/1.1\r\nHost: a\r\n${credentials}\r\nContent-Length: 1000\r\n\r\nhalf`)
    await until(() => rack.received[0]?.body.length === 4)
    peer.end()
    await until(() => rack.connections === 0)
    expect((await ask(rack, 'GET /apps/myapp/objects/half')).status).toBe(404)
    expect(rack.received[0]?.body).toMatchObject({ length: 4, sha256: null })
  })

  test('a caller who disconnects during a response does not affect others', async () => {
    const rack = await startRack()
    await ask(rack, 'POST /apps/myapp/objects/big', [], 'x'.repeat(9 * 1024 * 1024))
    const peer = await connectTo(rack)
    peer.send(writeRequest('GET /apps/myapp/objects/big', [credentials]))
    await until(() => rack.received.at(-1)?.status === 200)
    peer.end()
    await until(() => rack.connections === 0)
    expect((await ask(rack, 'GET /apps')).status).toBe(200)
  })

  test('an object larger than the stored part is returned with its full length', async () => {
    const rack = await startRack()
    await ask(rack, 'POST /apps/myapp/objects/big', [], 'x'.repeat(9 * 1024 * 1024))
    const { body } = await ask(rack, 'GET /apps/myapp/objects/big')
    expect(body.length).toBe(9 * 1024 * 1024)
    expect(body.startsWith('xxx') && body.endsWith('\x00')).toBe(true)
  })

  test('a thousand requests in one go are answered in order', async () => {
    const rack = await startRack()
    const peer = await connectTo(rack)
    const paths = Array.from({ length: 1000 }, (_, index) => `/apps/app-${index}`)
    peer.send(paths.map((path) => writeRequest(`GET ${path}`, [credentials])).join(''))
    for (const path of paths) expect((await peer.nextMessage()).body).toBe(`app not found: ${path.slice(6)}\n`)
  })
})
