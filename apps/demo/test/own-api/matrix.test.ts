import { randomUUID } from 'node:crypto'
import { type Endpoint, endpoints } from '@rack-gateway/gateway/own-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../support/system.ts'
import { type CallerKind, call, credential, kinds, roles } from './callers.ts'

type Who = 'everyone' | 'people' | 'people, and admins’ tokens' | 'admins' | 'people who are admins'

/** Transcribed by hand from the rules: everyone has what concerns themselves, the rest is for admins; tokens make no tokens and change no bindings. */
const whoMay: Readonly<Record<string, Who>> = {
  'GET /me': 'everyone',
  'GET /sessions': 'people, and admins’ tokens',
  'DELETE /sessions/{id}': 'everyone',
  'POST /session/renewal': 'people',
  'GET /users': 'admins',
  'GET /users/{id}': 'admins',
  'POST /users/{id}/lock': 'admins',
  'POST /users/{id}/unlock': 'people who are admins',
  'GET /service-accounts': 'admins',
  'POST /service-accounts': 'people who are admins',
  'GET /service-accounts/{id}': 'admins',
  'POST /service-accounts/{id}/disable': 'admins',
  'POST /service-accounts/{id}/enable': 'people who are admins',
  'GET /bindings': 'admins',
  'POST /bindings': 'people who are admins',
  'DELETE /bindings/{id}': 'people who are admins',
  'GET /tokens': 'people, and admins’ tokens',
  'POST /tokens': 'people',
  'GET /tokens/{id}': 'everyone',
  'DELETE /tokens/{id}': 'everyone',
  'POST /tokens/{id}/rotate': 'people',
  'POST /tokens/{id}/owner': 'people who are admins',
  'GET /policy': 'everyone',
  'GET /policy/effective': 'everyone',
  'POST /policy/decisions': 'everyone',
}

function may(who: Who, role: string, kind: CallerKind): boolean {
  const isPerson = kind === 'session'
  const isAdmin = role === 'admin'
  switch (who) {
    case 'everyone':
      return true
    case 'people':
      return isPerson
    case 'people, and admins’ tokens':
      return isPerson || isAdmin
    case 'admins':
      return isAdmin
    case 'people who are admins':
      return isPerson && isAdmin
  }
}

const table: readonly Endpoint[] = Object.values(endpoints)
const callers = roles.flatMap((role) => kinds.map((kind) => ({ role, kind })))

describe('who may call the gateway’s own API', () => {
  let system: System
  beforeAll(async () => {
    system = await startSystem()
  })
  afterAll(() => system.stop())

  test('is said of each endpoint', () => {
    expect(table.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(Object.keys(whoMay).sort())
  })

  describe.each(callers)('$role, $kind', ({ role, kind }) => {
    let token: string
    beforeAll(async () => {
      token = await credential(system, role, kind)
    })

    // The body is broken and the id is nobody's: whoever may not call hears of neither.
    test.each(table)('$method $path', async ({ method, path, body }) => {
      const target = path.replace('{id}', randomUUID())
      const answer = await call(system, token, method, target, method === 'GET' ? undefined : '{"broken')
      const allowed = may(whoMay[`${method} ${path}`] ?? 'admins', role, kind)
      if (!allowed) {
        expect([answer.status, answer.json]).toEqual([
          403,
          expect.objectContaining({
            code: 'RGW_NOT_PERMITTED',
            rule: expect.stringMatching(/^(no-permission|people-only)$/),
          }),
        ])
        expect(await system.lastEvent()).toMatchObject({
          kind: 'call',
          status: 403,
          route: `${method} /gateway/api/v1${path}`,
          decision: { effect: 'deny', rule: answer.text('rule') },
          principal: { kind: kind === 'session' ? 'user' : 'api-token' },
        })
        return
      }
      const expected = method !== 'GET' ? 400 : path.includes('{id}') ? 404 : 200
      expect([answer.status, body !== undefined]).toEqual([expected, body !== undefined])
    })
  })

  test.each(table)('nobody: $method $path', async ({ method, path }) => {
    const answer = await system.raw(
      `${method} /gateway/api/v1${path.replace('{id}', randomUUID())} HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{"broke`,
    )
    expect([answer.status, answer.json]).toEqual([401, expect.objectContaining({ rule: 'no-credential' })])
  })
})
