import { afterEach, expect, test, vi } from 'vitest'
import { setCsrfToken } from '../client.ts'
import { ApiError, NoResponse } from '../errors/api-error.ts'
import { openRackStream, postToRack, rackGet, sendRackChange } from './client.ts'
import { RackError, UnreadableResponse } from './errors.ts'
import { InvalidName, rackPath } from './rack-path.ts'
import { readApp, readApps, readRelease } from './readers.ts'

afterEach(() => {
  setCsrfToken(undefined)
  vi.unstubAllGlobals()
})

function respond(status: number, body: string, headers: Record<string, string> = { 'answered-by': 'rack' }) {
  const fetched = vi.fn(async (_address: string, _init: RequestInit) => new Response(body, { status, headers }))
  vi.stubGlobal('fetch', fetched)
  return fetched
}

test('a call goes to the rack API below the management API, and only a change has the CSRF token', async () => {
  setCsrfToken('the token')
  const fetched = respond(200, '{"name":"web"}')
  await rackGet('staging', rackPath`/apps/${'web'}`, readApp, { headers: { 'reveal-key': 'A' } })
  await sendRackChange('PUT', 'staging', rackPath`/apps/${'web'}/services/${'web'}`, {
    action: 'Scale web',
    form: { count: 3 },
  })
  const [[address, read], [, change]] = fetched.mock.calls as [[string, RequestInit], [string, RequestInit]]
  expect(address).toBe('/gateway/api/v1/racks/staging/apps/web')
  expect(read.headers).toEqual({ accept: 'application/json', 'reveal-key': 'A' })
  expect(change).toMatchObject({ method: 'PUT', headers: { 'x-csrf-token': 'the token' } })
  expect(`${change.body}`).toBe('count=3')
})

test.each(['..', '.', '', 'a/b', 'a?b', 'a#b', '%2e%2e', 'a\\b', 'a\nb', 'a b'])(
  '%j cannot be part of a path',
  (name) => {
    expect(() => rackPath`/apps/${name}/services`).toThrow(InvalidName)
  },
)

test('the name of a rack cannot lead to another path', async () => {
  const fetched = respond(200, '[]')
  await expect(rackGet('..', rackPath`/users`, readApps)).rejects.toThrow(InvalidName)
  expect(fetched).not.toHaveBeenCalled()
})

test.each([
  ['app not found: web\n', 'Rack staging answered with 404: app not found: web'],
  ['{"error":"app not found: web"}', 'Rack staging answered with 404: app not found: web'],
  ['', 'Rack staging answered with 404.'],
])('the error %j of the rack is shown in its own words', async (body, message) => {
  respond(404, body)
  const error = await rackGet('staging', rackPath`/apps/${'web'}`, readApp).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(RackError)
  expect(error).toMatchObject({ rack: 'staging', status: 404, message })
})

test('a 401 of the rack is not the end of the session, and one of the gateway is', async () => {
  respond(401, '{"error":"invalid authentication"}')
  await expect(rackGet('staging', rackPath`/apps`, readApps)).rejects.toThrow(RackError)
  respond(401, '{"error":"Your session has expired.","code":"RGW_UNAUTHENTICATED"}', {})
  await expect(rackGet('staging', rackPath`/apps`, readApps)).rejects.toThrow(ApiError)
})

test.each([
  '<html>',
  '',
  '{}',
  '"apps"',
  '7',
  '[null]',
  '[[]]',
  '[{}]',
  '[{"name":7}]',
  '[{"name":""}]',
  '{"name":"web"}',
])('%j is no list of apps', async (body) => {
  respond(200, body)
  const error = await rackGet('staging', rackPath`/apps`, readApps).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(UnreadableResponse)
  expect(error).toMatchObject({ rack: 'staging' })
})

test('a network that fails is no response of the gateway, and a call that was stopped stays stopped', async () => {
  vi.stubGlobal('fetch', async (_address: string, { signal }: RequestInit) => {
    signal?.throwIfAborted()
    throw new TypeError('Failed to fetch')
  })
  await expect(rackGet('staging', rackPath`/apps`, readApps)).rejects.toThrow(NoResponse)
  const signal = AbortSignal.abort()
  await expect(rackGet('staging', rackPath`/apps`, readApps, { signal })).rejects.toBe(signal.reason)
})

test('a change can have a response', async () => {
  const fetched = respond(200, '{"id":"R1","env":"A=1"}')
  const release = await postToRack('staging', rackPath`/apps/${'web'}/releases`, {
    action: 'Create a release',
    form: { env: 'A=1\nB=2' },
    read: readRelease,
  })
  expect(release).toMatchObject({ id: 'R1', env: 'A=1' })
  expect(`${fetched.mock.calls[0]?.[1].body}`).toBe('env=A%3D1%0AB%3D2')
})

test('a stream has the options of the rack API as headers', async () => {
  const fetched = respond(200, 'a line\n')
  const { signal } = new AbortController()
  const stream = await openRackStream('staging', rackPath`/apps/${'web'}/logs`, { headers: { since: '10m' }, signal })
  expect(await new Response(stream).text()).toBe('a line\n')
  expect(fetched.mock.calls[0]?.[1].headers).toEqual({ accept: 'text/plain', since: '10m' })
})
