import { freePort } from '@rack-gateway/demo/free-port'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { sendRaw, writeRequest } from '@rack-gateway/testing/http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'

let at: LoginSystem
let metricsUrl: string
let credentials: Readonly<Record<'none' | 'admin' | 'cookie', readonly string[]>>
beforeAll(async () => {
  const port = await freePort()
  metricsUrl = `http://127.0.0.1:${port}`
  at = await startLoginSystem({}, { metrics: { host: '127.0.0.1', port } })
  const { browser } = await at.login('admin')
  credentials = {
    none: [],
    admin: [`Authorization: ${basicAuthorization(await at.system.token('admin'))}`],
    cookie: [
      `Cookie: rack_gateway=${browser.cookies.get('rack_gateway')}`,
      'Accept: text/html',
      'Sec-Fetch-Site: none',
    ],
  }
})
afterAll(() => at.stop())

const host = () => `Host: ${new URL(at.system.url).host}`

describe('no browser guesses the media type of a response', () => {
  test.each<[number, string, keyof typeof credentials, ...string[]]>([
    [200, 'GET /check', 'none'],
    [200, 'GET /gateway/health/live', 'none'],
    [200, 'GET /gateway/health/ready', 'none'],
    [200, 'GET /gateway/api/v1/openapi.json', 'none'],
    [200, 'GET /gateway/api/v1/docs', 'none'],
    [200, 'GET /gateway/api/v1/me', 'admin'],
    [200, 'GET /gateway/api/v1/audit/export?format=ndjson', 'admin'],
    [201, 'POST /gateway/api/v1/service-accounts', 'admin', '{"name":"ci"}'],
    [200, 'GET /gateway/api/v1/racks/staging/apps', 'admin'],
    [400, 'POST /gateway/api/v1/service-accounts', 'admin', '{}'],
    [401, 'GET /gateway/api/v1/me', 'none'],
    [404, 'GET /gateway/api/v1/nothing', 'admin'],
    [404, 'GET /gateway/nothing', 'none'],
    [404, 'OPTIONS /gateway/api/v1/me', 'none'],
    [401, 'OPTIONS /apps', 'none'],
    [404, 'HEAD /gateway/health/live', 'none'],
    [400, 'GET /gateway/%zz', 'none'],
    [400, `GET /gateway/api/v1/me?x=${'x'.repeat(60_000)}`, 'none'],
    [414, `GET /gateway/api/v1/users/${'x'.repeat(101)}`, 'none'],
    [417, 'GET /gateway/api/v1/me', 'none', 'Expect: tea'],
    [303, 'GET /gateway/', 'none', 'Accept: text/html'],
    [303, 'GET /', 'none', 'Accept: text/html'],
    [303, 'GET /gateway/auth/login', 'none'],
    [400, 'GET /gateway/auth/callback?code=x&state=y', 'none'],
    [404, 'GET /gateway/assets/none.js', 'none'],
    [303, 'GET /gateway/nothing', 'none', 'Accept: text/html'],
    [200, 'GET /apps', 'admin'],
    [404, 'GET /apps/none', 'admin'],
    [401, 'GET /apps', 'none'],
    [404, 'GET /nothing', 'admin'],
    [404, 'GET /machines', 'admin'],
    [200, 'GET /racks', 'admin', 'Session: '],
    [405, 'CONNECT gateway:443', 'none'],
    [400, 'GET /\u0000', 'none'],
    [400, 'GET /apps', 'none', 'Transfer-Encoding: gzip, chunked'],
  ])('%i to %s with the credential %s', async (status, start, credential, more = '') => {
    const body = more.startsWith('{') ? more : ''
    const headers = [host(), ...credentials[credential], ...(body === '' ? [] : ['Content-Type: application/json'])]
    if (more !== '' && body === '') headers.push(more)
    const response = await at.system.raw(writeRequest(start, headers, body))
    expect([response.status, response.headers.get('x-content-type-options')]).toEqual([status, 'nosniff'])
  })

  test.each([
    [200, 'GET /metrics'],
    [404, 'GET /'],
    [405, 'POST /metrics'],
  ])('%i to %s at the port of metrics', async (status, start) => {
    const response = await sendRaw(metricsUrl, writeRequest(start, ['Host: metrics']))
    expect([response.status, response.headers.get('x-content-type-options')]).toEqual([status, 'nosniff'])
  })
})
