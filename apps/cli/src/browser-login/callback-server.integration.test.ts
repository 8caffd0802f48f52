import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type CallbackServer, openCallbackServer } from './callback-server.ts'

const code = 'c'.repeat(43)
let place: CallbackServer
let given: unknown[]
let stop: AbortController
let waiting: Promise<void>
beforeEach(async () => {
  place = await openCallbackServer()
  given = []
  stop = new AbortController()
  waiting = place.answer(stop.signal).then(
    (answer) => void given.push(answer),
    () => undefined,
  )
})
afterEach(async () => {
  stop.abort()
  await waiting
  await place.close()
})

async function get(
  target: string,
  { method = 'GET', host = `127.0.0.1:${place.port}` }: { method?: string; host?: string } = {},
): Promise<{ status: number; body: string; headers: NodeJS.Dict<string | string[]> }> {
  const asked = request({ port: place.port, host: '127.0.0.1', path: target, method, headers: { host } })
  asked.end()
  const [answer] = await once(asked, 'response')
  return { status: answer.statusCode, body: await text(answer), headers: answer.headers }
}

const good = () => `/${place.path}?code=${code}&state=${place.state}`

test('takes the code that comes to its path with its state, and says that the terminal goes on', async () => {
  const { status, body, headers } = await get(good())
  await waiting
  expect([status, given]).toEqual([200, [{ kind: 'code', code }]])
  expect(body).toContain('Go back to the terminal')
  expect(body).not.toMatch(new RegExp(`<script|${code}`))
  expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
})

test('hears that it was denied', async () => {
  await get(`/${place.path}?error=access_denied&state=${place.state}`)
  await waiting
  expect(given).toEqual([{ kind: 'denied' }])
})

test.each<[string, () => Promise<{ status: number }>]>([
  ['another state', () => get(`/${place.path}?code=${code}&state=${'s'.repeat(32)}`)],
  ['no state', () => get(`/${place.path}?code=${code}`)],
  ['a denial without the state', () => get(`/${place.path}?error=access_denied`)],
  ['another path', () => get(`/${'p'.repeat(32)}?code=${code}&state=${place.state}`)],
  ['a path below it', () => get(`/${place.path}/x?code=${code}&state=${place.state}`)],
  ['no path', () => get(`/?code=${code}&state=${place.state}`)],
  ['another host, which a page can make a name of this machine', () => get(good(), { host: 'evil.example' })],
  ['the host localhost', () => get(good(), { host: `localhost:${place.port}` })],
  ['another method', () => get(good(), { method: 'POST' })],
  ['a code that is none', () => get(`/${place.path}?code=%0a&state=${place.state}`)],
])('is deaf to %s, and goes on waiting', async (_, ask) => {
  expect((await ask()).status).toBe(404)
  expect(given).toEqual([])
  await get(good())
  await waiting
  expect(given).toEqual([{ kind: 'code', code }])
})

test('listens on this machine alone, and has a path and a state of its own each time', async () => {
  const other = await openCallbackServer()
  expect(other.path).not.toBe(place.path)
  expect(other.state).not.toBe(place.state)
  expect(other.path).toMatch(/^[\w-]{32}$/)
  await other.close()
})

test('is closed also when somebody holds a connection to it', async () => {
  const other = await openCallbackServer()
  const socket = connect(other.port, '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write('GET / HTTP/1.1\r\n')
  await other.close()
  socket.destroy()
})
