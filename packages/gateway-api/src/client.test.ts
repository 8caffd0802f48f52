import { expect, expectTypeOf, test } from 'vitest'
import { createGatewayClient, type HttpRequest, readResponse, requestFor, UnexpectedResponse } from './client.ts'

const id = '01890a5d-ac96-774b-bcce-b302099a8057'
const versions = { gateway: '1.4.0', cli: { minimum: null, newest: '1.4.0' } }

function clientThatReceives(value: unknown) {
  const requests: HttpRequest[] = []
  const client = createGatewayClient<{ readonly deadline: number }>({
    async request(request, options) {
      requests.push(request)
      if (options?.deadline === 0) throw new Error('too late')
      return value
    },
  })
  return { client, requests }
}

test('a request has the path, the query, and the body of its operation', async () => {
  expect(requestFor('lockUser', { id, body: { reason: 'left' } })).toEqual({
    method: 'POST',
    path: `/gateway/api/v1/users/${id}/lock`,
    body: { reason: 'left' },
  })
  expect(requestFor('listTokens', { query: { owner: 'ann@example.com', limit: 2, cursor: undefined } })).toEqual({
    method: 'GET',
    path: '/gateway/api/v1/tokens?owner=ann%40example.com&limit=2',
  })
})

test('a list in the query repeats its parameter', () => {
  const query = { notKind: ['audit.read', 'call'], notApp: [] } as const
  expect(requestFor('searchAudit', { query }).path).toBe('/gateway/api/v1/audit/events?notKind=audit.read&notKind=call')
})

test('an ID cannot change the path', () => {
  expect(requestFor('getToken', { id: '../users?x' }).path).toBe('/gateway/api/v1/tokens/..%2Fusers%3Fx')
})

test('a response that matches its schema is returned with members that a newer gateway added', async () => {
  const newer = { ...versions, region: 'eu' }
  const { client, requests } = clientThatReceives(newer)
  const response = await client.call('versions', {})
  expect(response).toEqual(newer)
  expectTypeOf(response.cli.minimum).toEqualTypeOf<string | null>()
  expect(requests).toEqual([{ method: 'GET', path: '/gateway/api/v1/version' }])
})

test.each([[null], ['text'], [{ ...versions, gateway: 7 }], [{ gateway: '1.4.0' }]])(
  '%j is not accepted as a response',
  async (value) => {
    expect(readResponse('versions', value)).toBeNull()
    await expect(clientThatReceives(value).client.call('versions', {})).rejects.toThrow(UnexpectedResponse)
  },
)

test('the options of a call reach the request, and its error the caller', async () => {
  await expect(clientThatReceives(versions).client.call('versions', {}, { deadline: 0 })).rejects.toThrow('too late')
})

test('the types of a call come from the table', () => {
  const { client } = clientThatReceives(versions)
  // @ts-expect-error: a path with {id} requires one
  void (() => client.call('getToken', {}))
  // @ts-expect-error: the body has no member of that name
  void (() => client.call('createToken', { body: { name: 'ci', roles: 'ci' } }))
  // @ts-expect-error: a stream is no JSON response
  void (() => client.call('readAuditLog', {}))
})
