import { once } from 'node:events'
import { connect } from 'node:net'
import { writeRequest } from '@rack-gateway/testing/http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { largeLength } from './fixed-responses.ts'
import { ask, credentials, masked, open, read, startRack, until, upload } from './testing/client.ts'
import { opcode } from './wire/frames.ts'

const fixed = () => startRack({ fixedResponses: true })

describe('fixed responses', () => {
  test.each(['/apps/app-0/releases?', '/apps/app-0/releases?limit=1', '/apps/app-0/releases'])(
    '%s is a list whose newest release shows 50 variables',
    async (target) => {
      const list = await read(await fixed(), target)
      expect(list).toHaveLength(10)
      expect(list[0].env.split('\n')).toHaveLength(50)
      expect(list.slice(1).every(({ env }: { env: string }) => env === '')).toBe(true)
      expect(new Set(list.map(({ id }: { id: string }) => id)).size).toBe(10)
    },
  )

  test.each(['/apps/app-0/releases/RAAAAAAAAAA?', '/apps/app-0/releases/RAAAAAAAAAA'])(
    '%s is one release with 50 variables, ten of them passwords',
    async (target) => {
      const { env } = await read(await fixed(), target)
      expect(env.split('\n')).toHaveLength(50)
      expect(env.match(/PASSWORD=/g)).toHaveLength(10)
    },
  )

  test('the path of a change selects its response', async () => {
    const rack = await fixed()
    const kinds = async (start: string) => Object.keys(JSON.parse((await upload(rack, start, 'x'.repeat(99_999))).body))
    expect(await kinds('POST /apps/a/releases?')).toContain('env')
    expect(await kinds('POST /apps/a/objects/tmp/x.tgz?')).toEqual(['Url'])
    expect(await kinds('POST /apps/a/builds?')).toContain('repository')
    expect(await kinds('POST /apps/a/builds/import?')).toContain('repository')
    expect((await upload(rack, 'PUT /apps/a/resources/r/data?', 'x')).body).toBe('ok\n')
  })

  test.each(['/apps/a/builds/B.tgz?', '/apps/a/objects/x?', '/apps/a/resources/r/data?'])(
    '%s is 100 MB in chunks',
    async (target) => {
      const rack = await fixed()
      const socket = connect({ port: Number(new URL(rack.url).port), host: '127.0.0.1' })
      onTestFinished(() => void socket.destroy())
      socket.write(writeRequest(`GET ${target}`, [credentials, 'Connection: close']))
      let length = 0
      let start = ''
      for await (const chunk of socket) {
        if (start === '') start = chunk.toString('latin1', 0, 400)
        length += chunk.length
      }
      expect(start).toContain('Transfer-Encoding: chunked')
      expect(length).toBeGreaterThan(largeLength)
      expect(length).toBeLessThan(largeLength * 1.01)
    },
  )

  test('the archive of the build B{n} has n bytes', async () => {
    const response = await ask(await fixed(), 'GET /apps/a/builds/B70001.tgz?')
    expect(response.body).toHaveLength(70_001)
  })

  test('the description of an imported build has the number of received bytes', async () => {
    const { body } = await upload(await fixed(), 'POST /apps/a/builds/import?', 'x'.repeat(99_999))
    expect(JSON.parse(body).description).toBe('99999 bytes')
  })

  test('an upload of 100 MB is read and answered', async () => {
    const rack = await fixed()
    const socket = connect({ port: Number(new URL(rack.url).port), host: '127.0.0.1' })
    onTestFinished(() => void socket.destroy())
    const head = ['POST /apps/a/builds/import? HTTP/1.1', 'Host: a', credentials, `Content-Length: ${largeLength}`]
    socket.write(`${head.join('\r\n')}\r\n\r\n`)
    const chunk = Buffer.alloc(100_000)
    for (let sent = 0; sent < largeLength; sent += chunk.length) if (!socket.write(chunk)) await once(socket, 'drain')
    const [response] = await once(socket, 'data')
    expect(response.toString()).toContain('HTTP/1.1 200 OK')
  })

  test('a frame in several pieces, an empty one and a ping in between come back in order', async () => {
    const socket = await open(await fixed(), '/proxy/h/1')
    const frame = masked(opcode.text, 'in pieces')
    for (const byte of frame) socket.peer.send(Buffer.of(byte))
    socket.sendPing('p')
    socket.sendEnd()
    await until(() => socket.frames.length === 3)
    expect(socket.frames.map(({ opcode: code, payload }) => [code, payload.toString()])).toEqual([
      [opcode.text, 'in pieces'],
      [opcode.pong, 'p'],
      [opcode.binary, ''],
    ])
  })

  test('an invalid frame closes only its own connection', async () => {
    const rack = await fixed()
    const socket = await open(rack, '/proxy/h/1')
    socket.peer.send('\x81\x01x')
    await until(() => socket.peer.closed)
    expect((await ask(rack, 'GET /apps?')).status).toBe(200)
  })
})
