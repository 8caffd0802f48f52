import Fastify from 'fastify'
import { expect, test } from 'vitest'
import plugin from './plugin.ts'
import { get, httpPeer, neverAborted, waitForClose } from './testing/peer.ts'

const rack = (name: string, url: string, tlsInsecure = false) => ({
  name,
  url: new URL(url),
  token: 's3cret',
  tlsInsecure,
})

test('an app has its racks, and closing it closes their connections', async () => {
  let closed: Promise<void> | null = null
  const peer = await httpPeer((request, response) => {
    closed = waitForClose(request.socket)
    response.end('ok')
  })
  const app = Fastify()
  await app.register(plugin, { racks: [rack('staging', `http://127.0.0.1:${peer.port}`)] })
  expect(app.racks.names).toEqual(['staging'])
  const response = await app.racks.get('staging')?.send(get(), neverAborted)
  expect((await response?.collect(10))?.toString()).toBe('ok')
  await app.close()
  await closed
})

test('the start logs a warning about an unprotected rack, without its token', async () => {
  const lines: string[] = []
  const app = Fastify({ logger: { level: 'warn', stream: { write: (line: string) => void lines.push(line) } } })
  const racks = [rack('a', 'https://a', true), rack('b', 'https://b'), rack('c', 'http://c')]
  await app.register(plugin, { racks })
  await app.ready()
  expect(lines.map((line) => JSON.parse(line).rack)).toEqual(['a', 'c'])
  expect(lines.join()).not.toContain('s3cret')
  await app.close()
})
