import { type RawResponse, sendRaw } from '@rack-gateway/testing/http'
import { managementApi } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'
import { createUser } from './callers.ts'

const tooDeep = 'The request body cannot be read, because it is nested deeper than 16 levels.'
const tooMany = 'The request body cannot be read, because it has more than 4096 members and items.'
const members = (count: number) => Array.from({ length: count }, (_, at) => `"${at.toString(36)}":1`).join()

describe('a JSON body', () => {
  let system: System
  let token: string
  beforeAll(async () => {
    system = await startSystem()
    token = (await createUser(system, 'admin')).token
  })
  afterAll(() => system.stop())

  function post(path: string, body: string): Promise<RawResponse> {
    const head = [
      `POST ${managementApi}${path} HTTP/1.1`,
      'Host: gateway',
      `Authorization: Bearer ${token}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
    ]
    return sendRaw(system.url, Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`))
  }

  test.each([
    ['/policy/decisions', 'nested lists', '['.repeat(60_000), tooDeep],
    ['/policy/decisions', 'nested objects', `${'{"a":'.repeat(17)}1${'}'.repeat(17)}`, tooDeep],
    ['/policy/decisions', 'nested claims in a list', `{"calls":[${'['.repeat(15)}${']'.repeat(15)}]}`, tooDeep],
    ['/trusts/test', 'nested claims', `{"claims":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`, tooDeep],
    ['/trusts/test', 'many claims', `{"claims":{${members(4_100)}}}`, tooMany],
    ['/tokens', 'many members', `{${members(4_100)}}`, tooMany],
    ['/policy/decisions', 'many items', `{"calls":[${'1,'.repeat(30_000)}1]}`, tooMany],
    ['/policy/decisions', 'many empty lists', `{"calls":[${'[],'.repeat(15_000)}[]]}`, tooMany],
    ['/policy/check', 'a nested document', `{"document":${'['.repeat(500_000)}`, tooDeep],
    ['/policy/impact', 'a wide document', `{"document":[${'1,'.repeat(200_000)}1]}`, tooMany],
  ])('of %s is rejected before it is parsed: %s', async (path, _what, body, reason) => {
    const { status, json } = await post(path, body)
    expect(json).toMatchObject({
      code: 'RGW_INVALID_REQUEST',
      rule: 'schema',
      reason,
      next: 'See /gateway/api/v1/docs.',
    })
    expect(status).toBe(400)
    await expect.poll(() => system.lastEvent()).toMatchObject({ decision: { effect: 'deny', reason } })
  })

  test.each([
    ['/policy/decisions', 64 * 1024],
    ['/tokens', 64 * 1024],
    ['/trusts/test', 64 * 1024],
    ['/policy/check', 512 * 1024],
    ['/policy/impact', 512 * 1024],
  ])('of %s has at most %i bytes', async (path, limit) => {
    const bodyOf = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`
    expect((await post(path, bodyOf(limit + 1))).status).toBe(413)
    expect((await post(path, bodyOf(limit))).status).toBe(400)
  })

  test.each([
    ['in ASCII', `#${'x'.repeat(262_143)}`],
    ['in letters of two bytes', `#${'é'.repeat(262_100)}`],
    ['in quotes', `#${'"'.repeat(262_100)}`],
  ])('has room for the longest document %s', async (_what, document) => {
    const { status, json } = await post('/policy/check', JSON.stringify({ document }))
    expect([status, json]).toEqual([200, expect.objectContaining({ valid: false })])
  })

  test('has room for 100 calls, and for 4,000 names', async () => {
    const call = { route: 'GET /apps', parameters: { query: [], form: [], headers: [] } }
    const calls = Array.from({ length: 100 }, () => call)
    const names = Array.from({ length: 1_000 }, (_, at) => `NAME_${at}`)
    const wide = { route: 'GET /apps', parameters: { query: names, form: names, headers: names } }
    for (const planned of [calls, [wide]])
      expect((await post('/policy/decisions', JSON.stringify({ calls: planned, rack: 'staging' }))).status).toBe(200)
  })
})
