import { randomUUID } from 'node:crypto'
import { type Endpoint, endpoints, isPrincipalEndpoint } from '@rack-gateway/gateway-api'
import { managementApi as prefix } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from '../support/login/browser.ts'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'

const all: readonly Endpoint[] = Object.values(endpoints)
const broken = '{"broken'
const changes = all.filter(({ method }) => method !== 'GET')

describe('an administrator’s cookie', () => {
  let at: LoginSystem
  let browser: Browser
  let csrfToken: string
  beforeAll(async () => {
    at = await startLoginSystem()
    browser = (await at.login('admin')).browser
    csrfToken = JSON.parse((await at.visit(browser, `${prefix}/me`)).body).csrfToken
  })
  afterAll(() => at.stop())

  const send = async ({ method, path }: Endpoint, headers: Record<string, string>) => {
    const target = `${prefix}${path.replace('{id}', randomUUID())}`
    const { status, body } = await at.visit(browser, target, {
      method,
      json: broken,
      headers: { ...headers, 'content-length': `${broken.length}` },
    })
    return [status, JSON.parse(body).code]
  }

  test.each(changes.filter(isPrincipalEndpoint))('alone does nothing: $method $path', async (endpoint) => {
    expect(await send(endpoint, {})).toEqual([403, 'RGW_CSRF_REFUSED'])
    const read = endpoint.discardsBody ? [200, undefined] : [400, 'RGW_BAD_REQUEST']
    const next = endpoint.rejectedCookieRemedy === undefined ? read : [403, 'RGW_NOT_PERMITTED']
    expect(await send(endpoint, { 'x-csrf-token': csrfToken })).toEqual(next)
  })

  test.each(changes.filter(({ authentication }) => authentication === 'job'))(
    'is rejected by endpoints for jobs: $method $path',
    async (endpoint) => {
      expect(await send(endpoint, { 'x-csrf-token': csrfToken })).toEqual([401, 'RGW_UNAUTHENTICATED'])
    },
  )

  const withToken = changes
    .filter(isPrincipalEndpoint)
    .filter(({ response }) => JSON.stringify(response).includes('"token":{'))
  test.each(withToken.filter(({ cookieRequires }) => cookieRequires === undefined))(
    'gets no token: $method $path',
    async ({ method, path }) => {
      const target = `${prefix}${path.replace('{id}', randomUUID())}`
      const headers = { 'x-csrf-token': csrfToken }
      const { status, body } = await at.visit(browser, target, { method, json: '{}', headers })
      expect([status, JSON.parse(body).rule]).toEqual([403, 'cookie-credential'])
    },
  )
  test('gets a token from no endpoint, or only after a fresh login', () => {
    expect(withToken.map(({ path, cookieRequires = 'never' }) => [path, cookieRequires])).toEqual([
      ['/session/renewal', 'never'],
      ['/session/convox', 'never'],
      ['/tokens', 'fresh-login'],
      ['/tokens/{id}/rotate', 'fresh-login'],
    ])
  })

  test('makes a trust, as any session does', async () => {
    const template = { provider: 'github', repositoryId: '74', repositoryOwnerId: '65' }
    const json = JSON.stringify({ name: 'deploys', template, role: 'ci' })
    const made = await at.visit(browser, `${prefix}/trusts`, { json, headers: { 'x-csrf-token': csrfToken } })
    expect([made.status, JSON.parse(made.body)]).toMatchObject([201, { name: 'deploys', revokedAt: null }])
  })
})
