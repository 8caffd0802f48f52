import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { connectRaw, readResponse } from '@rack-gateway/testing/http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type System, startSystem } from '../../support/gateway/system.ts'

let system: System
beforeAll(async () => {
  system = await startSystem()
})
afterAll(() => system.stop())

const oneByteChunks = '1\r\nx\r\n'.repeat(65_000)

test.each([
  ['an endpoint without a credential', 'POST /gateway/api/v1/cli-logins/device', null, 'application/json'],
  ['a form', 'POST /apps/myapp/releases', 'admin', 'application/x-www-form-urlencoded'],
  ['an upload', 'POST /apps/myapp/objects/tmp/small.tgz', 'admin', 'application/octet-stream'],
  ['a body that is discarded after a denial', 'POST /apps/myapp/releases', null, 'application/x-www-form-urlencoded'],
] as const)('one-byte chunks are refused: %s', async (_title, line, role, type) => {
  const authorization = role === null ? [] : [`Authorization: ${basicAuthorization(await system.token(role))}`]
  const head = [
    `${line} HTTP/1.1`,
    'Host: gateway',
    `Content-Type: ${type}`,
    'Transfer-Encoding: chunked',
    ...authorization,
  ]
  const connection = await connectRaw(system.url)
  connection.send(`${head.join('\r\n')}\r\n\r\n${oneByteChunks}`)
  const response = await readResponse(connection)
  expect([400, 401]).toContain(response.status)
  if (role !== null) expect(response.json).toMatchObject({ rule: 'http-chunks' })
  await connection.ended
  expect((await fetch(new URL('/check', system.url))).status).toBe(200)
})
