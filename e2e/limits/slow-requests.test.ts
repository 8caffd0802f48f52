import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { connectRaw, type RawConnection, readResponse } from '@rack-gateway/testing/http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'

describe('an incomplete request', () => {
  let system: System
  let admin: string
  beforeAll(async () => {
    system = await startSystem({ limits: { requestTimeout: 400 } })
    admin = await system.token('admin')
  })
  afterAll(() => system.stop())

  async function open(text: string): Promise<RawConnection> {
    const connection = await connectRaw(system.url)
    connection.send(text)
    return connection
  }
  const json = (line: string, ...headers: string[]) =>
    `${[`${line} HTTP/1.1`, 'Host: gateway', 'Content-Type: application/json', ...headers].join('\r\n')}\r\n`

  test.each([
    'POST /gateway/api/v1/tokens',
    'POST /gateway/api/v1/cli-logins',
    'POST /gateway/api/v1/cli-logins/tokens',
    'POST /gateway/api/v1/workload-sessions',
    'PUT /gateway/api/v1/nowhere',
    'POST /gateway/auth/logout',
    'POST /check',
    'POST /apps',
    'POST /apps/myapp/builds/import',
  ])('%s without a credential: the connection is closed', async (line) => {
    for (const length of ['Content-Length: 1000', 'Transfer-Encoding: chunked']) {
      const connection = await open(`${json(line, length)}\r\n1\r\n{`)
      await connection.ended
      connection.end()
    }
  })

  test('with a body for the management API and a credential: the response is a 408 with the reason', async () => {
    const authorization = `Authorization: ${basicAuthorization(admin)}`
    const connection = await open(`${json('POST /gateway/api/v1/tokens', authorization, 'Content-Length: 1000')}\r\n{`)
    expect(await readResponse(connection)).toMatchObject({
      status: 408,
      json: expect.objectContaining({ code: 'RGW_BODY_TOO_SLOW', reason: expect.stringContaining('within 0.4 s') }),
    })
    await connection.ended
    expect(await system.lastEvent()).toMatchObject({ status: 408 })
  })

  test('a body in pieces is read if it ends before the timeout', async () => {
    const authorization = `Authorization: ${basicAuthorization(admin)}`
    const body = JSON.stringify({ name: 'pieces', role: 'viewer' })
    const connection = await open(json('POST /gateway/api/v1/tokens', authorization, `Content-Length: ${body.length}`))
    connection.send('\r\n')
    for (const character of body) connection.send(character)
    expect((await readResponse(connection)).status).toBeLessThan(300)
    connection.end()
  })

  test.each([
    ['the first', ''],
    ['a later', 'GET /check HTTP/1.1\r\nHost: gateway\r\n\r\n'],
  ])('the head of %s request of a connection: it is rejected, and the connection closed', async (_which, before) => {
    const connection = await open(`${before}GET /apps HTTP/1.1\r\nHost:`)
    await connection.ended
    expect(connection.received).toMatch(/HTTP\/1\.1 408 .*"rule":"http-timeout".*within 0\.4 s/s)
  })

  test('a connection without any data is closed', async () => {
    await (await open('')).ended
  })
})
