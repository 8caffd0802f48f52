import { afterEach, expect, test, vi } from 'vitest'
import { get, pathOf, post, setCsrfToken } from './client.ts'
import { ApiError, NoResponse } from './errors/api-error.ts'

afterEach(() => setCsrfToken(undefined))

function respond(status: number, body: string): ReturnType<typeof vi.fn> {
  const fetched = vi.fn(async () => new Response(body, { status }))
  vi.stubGlobal('fetch', fetched)
  return fetched
}

const denial = { error: 'Only administrators can list users.', code: 'RGW_NOT_PERMITTED', reason: 'r', next: 'n' }

test('the path has the ID and the query, each encoded', () => {
  expect(pathOf('/users/{id}', { id: 'a/b?' })).toBe('/gateway/api/v1/users/a%2Fb%3F')
  expect(pathOf('/users', { query: { group: 'a&b', cursor: undefined, limit: 5 } })).toBe(
    '/gateway/api/v1/users?group=a%26b&limit=5',
  )
})

test('a change sends the CSRF token, and a read does not', async () => {
  setCsrfToken('the token')
  const fetched = respond(200, '{}')
  await get('/me', {})
  await post('/users/{id}/unlock', { id: 'x', action: 'Unlock x' })
  const headers = fetched.mock.calls.map(([, init]) => init.headers)
  expect(headers[0]).not.toHaveProperty('x-csrf-token')
  expect(headers[1]).toHaveProperty('x-csrf-token', 'the token')
})

test('an error has the message of the gateway', async () => {
  respond(403, JSON.stringify(denial))
  const error = await get('/users', {}).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ApiError)
  expect(error).toMatchObject({ status: 403, message: denial.error, body: denial })
})

test.each([
  ['a page of a proxy', 502, '<html>Bad gateway</html>'],
  ['a success that is no JSON', 200, 'ok'],
  ['an error without a message', 500, '{}'],
])('%s is no response of the gateway', async (_, status, body) => {
  respond(status, body)
  await expect(get('/me', {})).rejects.toThrow(NoResponse)
})

test('a network that fails is no response of the gateway', async () => {
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('Failed to fetch')
  })
  await expect(get('/me', {})).rejects.toThrow(NoResponse)
})
