import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type LoginCallback, openLoginCallback } from './login-callback.ts'

const code = 'c'.repeat(43)
let callback: LoginCallback
let responses: unknown[]
let stop: AbortController
let waiting: Promise<void>
beforeEach(async () => {
  callback = await openLoginCallback()
  responses = []
  stop = new AbortController()
  waiting = callback.waitForResult(stop.signal).then(
    (response) => void responses.push(response),
    () => undefined,
  )
})
afterEach(async () => {
  stop.abort()
  await waiting
  await callback.close()
})

async function get(
  target: string,
  { method = 'GET', host = `127.0.0.1:${callback.port}` }: { method?: string; host?: string } = {},
): Promise<{ status: number; body: string; headers: NodeJS.Dict<string | string[]> }> {
  const asked = request({ port: callback.port, host: '127.0.0.1', path: target, method, headers: { host } })
  asked.end()
  const [response] = await once(asked, 'response')
  return { status: response.statusCode, body: await text(response), headers: response.headers }
}

const good = () => `/${callback.path}?code=${code}&state=${callback.state}`

test('accepts the code at its path with its state, and tells the user to go back to the terminal', async () => {
  const { status, body, headers } = await get(good())
  await waiting
  expect([status, responses]).toEqual([200, [{ kind: 'code', code }]])
  expect(body).toContain('Go back to the terminal')
  expect(body).not.toMatch(new RegExp(`<script|${code}`))
  expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
})

test('reports that the user denied the login', async () => {
  await get(`/${callback.path}?error=access_denied&state=${callback.state}`)
  await waiting
  expect(responses).toEqual([{ kind: 'denied' }])
})

test.each<[string, () => Promise<{ status: number }>]>([
  ['another state', () => get(`/${callback.path}?code=${code}&state=${'s'.repeat(32)}`)],
  ['no state', () => get(`/${callback.path}?code=${code}`)],
  ['a denial without the state', () => get(`/${callback.path}?error=access_denied`)],
  ['another path', () => get(`/${'p'.repeat(32)}?code=${code}&state=${callback.state}`)],
  ['a path below it', () => get(`/${callback.path}/x?code=${code}&state=${callback.state}`)],
  ['no path', () => get(`/?code=${code}&state=${callback.state}`)],
  ['another host, which a page can make a name of this machine', () => get(good(), { host: 'evil.example' })],
  ['the host localhost', () => get(good(), { host: `localhost:${callback.port}` })],
  ['another method', () => get(good(), { method: 'POST' })],
  ['a malformed code', () => get(`/${callback.path}?code=%0a&state=${callback.state}`)],
])('ignores %s and keeps waiting', async (_, ask) => {
  expect((await ask()).status).toBe(404)
  expect(responses).toEqual([])
  await get(good())
  await waiting
  expect(responses).toEqual([{ kind: 'code', code }])
})

test('has a new path and state each time', async () => {
  const other = await openLoginCallback()
  expect(other.path).not.toBe(callback.path)
  expect(other.state).not.toBe(callback.state)
  expect(other.path).toMatch(/^[\w-]{32}$/)
  await other.close()
})

test('closes even if a client keeps a connection open', async () => {
  const other = await openLoginCallback()
  const socket = connect(other.port, '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write('GET / HTTP/1.1\r\n')
  await other.close()
  socket.destroy()
})
