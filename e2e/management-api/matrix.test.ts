import { randomUUID } from 'node:crypto'
import { rawJwt } from '@rack-gateway/auth/testing'
import {
  type Endpoint,
  endpointId,
  endpoints,
  isPrincipalEndpoint,
  type Me,
  type PrincipalEndpoint,
} from '@rack-gateway/gateway-api'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'
import { type CallerKind, createUser, credential, kinds, roles } from './callers.ts'
import { type Pipelines, startPipelines } from './pipelines.ts'

type Who =
  | 'anyone'
  | 'everyone'
  | 'everyone with a role'
  | 'people'
  | 'people, and admins’ tokens'
  | 'admins'
  | 'people who are admins'
  | 'admins and auditors'
  | 'admins, auditors, and ops'

/** Transcribed by hand from the rules: everyone has what concerns themselves, the rest is for admins; tokens make no tokens and change no bindings. */
const allowedCallers: Readonly<Record<string, Who>> = {
  'GET /me': 'everyone',
  'GET /notices': 'people',
  'GET /version': 'everyone',
  'GET /connection': 'everyone',
  'POST /connection': 'everyone',
  'GET /rack-statuses': 'everyone',
  'GET /rack-activity': 'everyone',
  'GET /health': 'admins, auditors, and ops',
  'GET /sessions': 'people, and admins’ tokens',
  'DELETE /sessions/{id}': 'everyone',
  'POST /users/{id}/sessions/end': 'everyone',
  'POST /session/renewal': 'people',
  'POST /session/convox': 'people',
  'POST /cli-logins/loopback': 'anyone',
  'POST /cli-logins/loopback/redemption': 'anyone',
  'POST /cli-logins/device': 'anyone',
  'POST /cli-logins/device/poll': 'anyone',
  'GET /users': 'admins',
  'GET /groups': 'admins',
  'GET /policy/granters': 'admins',
  'GET /users/{id}': 'admins',
  'POST /users/{id}/lock': 'admins',
  'POST /users/{id}/unlock': 'people who are admins',
  'GET /second-factors': 'people',
  'GET /second-factors/settings': 'people',
  'POST /second-factors/enrollments': 'people',
  'POST /second-factors': 'people',
  'POST /second-factors/{id}/name': 'people',
  'DELETE /second-factors/{id}': 'people',
  'GET /second-factors/backup-codes': 'people',
  'POST /second-factors/backup-codes': 'people',
  'POST /users/{id}/second-factors/reset': 'people who are admins',
  'POST /step-ups': 'people',
  'GET /step-ups/{id}': 'people',
  'POST /step-ups/{id}/passkey-options': 'people',
  'POST /step-ups/{id}/proof': 'people',
  'POST /step-ups/{id}/redemption': 'people',
  'DELETE /step-ups/{id}': 'people',
  'GET /invitations': 'admins',
  'POST /invitations': 'people who are admins',
  'GET /invitations/{id}': 'admins',
  'DELETE /invitations/{id}': 'admins',
  'GET /service-accounts': 'admins',
  'POST /service-accounts': 'people who are admins',
  'GET /service-accounts/{id}': 'admins',
  'POST /service-accounts/{id}/disable': 'admins',
  'POST /service-accounts/{id}/enable': 'people who are admins',
  'GET /bindings': 'admins',
  'POST /bindings': 'people who are admins',
  'DELETE /bindings/{id}': 'people who are admins',
  'GET /access-review': 'admins and auditors',
  'GET /app-access': 'admins and auditors',
  'GET /users/{id}/access': 'admins and auditors',
  'GET /access-review/export': 'admins and auditors',
  'GET /access-requests/options': 'people',
  'POST /access-requests/preview': 'people',
  'POST /access-requests': 'people',
  'GET /access-requests': 'people',
  'GET /access-requests/{id}': 'people',
  'GET /access-requests/{id}/events': 'people',
  'POST /access-requests/{id}/approve': 'people',
  'POST /access-requests/{id}/deny': 'people',
  'POST /access-requests/{id}/cancel': 'people',
  'POST /access-requests/{id}/revoke': 'people',
  'GET /tokens': 'people, and admins’ tokens',
  'POST /tokens': 'people',
  'GET /tokens/{id}': 'everyone',
  'DELETE /tokens/{id}': 'everyone',
  'POST /tokens/{id}/rotate': 'people',
  'POST /tokens/{id}/owner': 'people who are admins',
  'GET /policy': 'everyone',
  'GET /policy/effective': 'everyone',
  'GET /policy/matrix': 'everyone',
  'POST /policy/decisions': 'everyone',
  'POST /policy/stopped-calls': 'everyone',
  'POST /policy/check': 'everyone with a role',
  'POST /policy/impact': 'admins and auditors',
  'POST /policy/suggestion': 'admins and auditors',
  'GET /policy/would-be': 'admins and auditors',
  'GET /trusts': 'admins',
  'POST /trusts': 'people who are admins',
  'POST /trusts/test': 'admins',
  'GET /trusts/{id}': 'admins',
  'DELETE /trusts/{id}': 'admins',
  'GET /workload-sessions': 'admins',
  'DELETE /workload-sessions/{id}': 'everyone',
  'GET /audit/keys': 'anyone',
  'GET /audit/log': 'admins and auditors',
  'GET /audit/events/{id}/proof': 'admins and auditors',
  'GET /recordings': 'admins and auditors',
  'GET /recordings/{id}': 'admins and auditors',
  'GET /recordings/{id}/live': 'admins and auditors',
  'POST /recordings/{id}/end': 'admins',
  'GET /setup-steps': 'admins',
  'GET /live-calls': 'everyone',
  'POST /live-calls/{id}/end': 'everyone',
  'GET /last-changes': 'everyone',
  'GET /app-changes': 'everyone',
  'GET /own-changes': 'everyone',
  'GET /own-apps': 'everyone',
  'GET /audit/alarms': 'admins and auditors',
  'POST /audit/alarms/{id}/acknowledge': 'people who are admins',
  'GET /audit/events': 'admins and auditors',
  'GET /audit/events/{id}': 'admins and auditors',
  'GET /audit/histogram': 'admins and auditors',
  'GET /audit/checkpoint': 'admins and auditors',
  'GET /audit/events/stream': 'admins and auditors',
  'GET /audit/export': 'admins and auditors',
}

function may(who: Who, role: string, kind: CallerKind | 'job'): boolean {
  const isPerson = kind === 'session'
  const isAdmin = role === 'admin'
  switch (who) {
    case 'anyone':
    case 'everyone':
      return true
    case 'everyone with a role':
      return role !== 'nothing'
    case 'people':
      return isPerson
    case 'people, and admins’ tokens':
      return isPerson || isAdmin
    case 'admins':
      return isAdmin
    case 'admins and auditors':
      return isAdmin || role === 'auditor'
    case 'admins, auditors, and ops':
      return isAdmin || role === 'auditor' || role === 'ops'
    case 'people who are admins':
      return isPerson && isAdmin
  }
}

function permissionsOf({ permission, additionalPermission = permission }: PrincipalEndpoint): string[] {
  return [permission, additionalPermission]
}

/** Without them, even an allowed request is 400. */
const requiredQueries: Readonly<Record<string, string>> = {
  '/last-changes': '?rack=staging&app=myapp',
  '/policy/granters': '?role=viewer',
  '/policy/would-be': '?since=1h',
  '/app-changes': '?rack=staging&app=myapp',
  '/app-access': '?rack=staging&app=myapp',
}

const all: readonly Endpoint[] = Object.values(endpoints)
const ofJobs = all.filter(({ authentication }) => authentication === 'job')
const table = all.filter(({ authentication }) => authentication !== 'job')
const callers = roles.flatMap((role) => [...kinds, 'job' as const].map((kind) => ({ role, kind })))
const principalKinds = { session: 'user', job: 'workload' } as const

describe('permissions for the management API', () => {
  let system: System
  let pipelines: Pipelines
  beforeAll(async () => {
    system = await startSystem({ publicUrl: 'own' })
    pipelines = await startPipelines(system)
  })
  afterAll(async () => {
    await pipelines.stop()
    await system.stop()
  })

  test('are declared for each endpoint', () => {
    expect(table.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(Object.keys(allowedCallers).sort())
  })

  /** Of a response that may never end. */
  async function statusOf(path: string, token: string): Promise<number> {
    const response = await fetch(`${system.url}/gateway/api/v1${path}`, {
      headers: { authorization: `Bearer ${token}` },
    })
    await response.body?.cancel()
    return response.status
  }

  describe.each(callers)('$role, $kind', ({ role, kind }) => {
    let token: string
    beforeAll(async () => {
      token =
        kind === 'job'
          ? (await pipelines.job(role === 'nothing' ? null : role)).token
          : await credential(system, role, kind)
    })

    test('are reported equally by /me and by decisions', async () => {
      const held = (await call(system, token, 'GET', '/me')).json as Me
      const asked = table.filter(isPrincipalEndpoint)
      const calls = asked.map((endpoint) => ({ route: endpointId(endpoint) }))
      // One request has at most 100 calls.
      const halves = [calls.slice(0, 60), calls.slice(60)]
      const responses = await Promise.all(
        halves.map((half) => call(system, token, 'POST', '/policy/decisions', { calls: half })),
      )
      const effects = responses.flatMap(({ json }) =>
        (json as { decisions: { decision: { effect: string } }[] }).decisions.map(({ decision }) => decision.effect),
      )
      const needed = asked.flatMap((endpoint) => [
        ...(endpoint.scope === 'gateway' ? permissionsOf(endpoint) : []),
        endpoint.permissionForOthers,
      ])
      expect(needed).toEqual(expect.arrayContaining(held.permissions ?? []))
      for (const [at, endpoint] of asked.entries()) {
        const { method, path, scope } = endpoint
        if (scope !== 'gateway') continue
        const allowed = may(allowedCallers[`${method} ${path}`] ?? 'admins', role, kind)
        const shown = permissionsOf(endpoint).every((one) => held.permissions?.includes(one))
        const isRightKind = kind === 'session' || endpoint.principalKinds.length > 1
        expect([endpoint.path, shown && isRightKind]).toEqual([endpoint.path, allowed])
        expect([endpoint.path, effects[at]]).toEqual([endpoint.path, allowed ? 'allow' : 'deny'])
      }
    })

    // The body or query is invalid and the ID is unknown. A caller without the permission gets an error about neither.
    test.each(table)('$method $path', async (endpoint) => {
      const { method, path } = endpoint
      const ofAll = isPrincipalEndpoint(endpoint) && endpoint.scope === 'gateway'
      const target = `${path.replace('{id}', randomUUID())}${requiredQueries[path] ?? ''}`
      const allowed = may(allowedCallers[`${method} ${path}`] ?? 'admins', role, kind)
      // The query names the owner, so the query of a list of own items is validated first.
      const asked = method === 'GET' && ofAll && !allowed ? `${target}?limit=many` : target
      // Requests about missing items are answered without delay, too.
      if (allowed && endpoint.mediaTypes !== undefined && !path.includes('{id}'))
        return expect(await statusOf(path, token)).toBe(200)
      const response = await call(system, token, method, asked, method === 'GET' ? undefined : '{"broken')
      if (!allowed) {
        expect([response.status, response.json]).toEqual([
          403,
          expect.objectContaining({
            code: 'RGW_NOT_PERMITTED',
            rule: expect.stringMatching(/^(no-permission|people-only)$/),
            policy: system.app.policy.hash,
          }),
        ])
        // What unauthenticated callers are denied is counted, and written up to a second later.
        const [last] = await system.sql<{ canonical: string }[]>`select canonical from audit.events
          where kind <> 'refused' and request = ${response.text('requestId')}`
        expect(JSON.parse(last?.canonical ?? '')).toMatchObject({
          kind: 'call',
          status: 403,
          route: `${method} /gateway/api/v1${path}`,
          decision: { effect: 'deny', rule: response.text('rule'), policy: system.app.policy.hash },
          principal: { kind: kind === 'session' || kind === 'job' ? principalKinds[kind] : 'api-token' },
        })
        return
      }
      const readsBody = method !== 'GET' && !endpoint.discardsBody
      const expected = readsBody ? 400 : path.includes('{id}') ? 404 : 200
      expect(response.status).toBe(expected)
    })
  })

  test.each(ofJobs)('a caller without a verified JWT is rejected: $method $path', async ({ method, path }) => {
    const forged = rawJwt({ alg: 'RS256', kid: 'x' }, { iss: pipelines.issuer.url, aud: system.url })
    for (const token of [(await createUser(system, 'admin')).token, forged]) {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const url = `${system.url}/gateway/api/v1${path}`
      expect((await fetch(url, { method, headers, body: '{"broken' })).status).toBe(401)
    }
    const response = await system.send(method, `/gateway/api/v1${path}`, await pipelines.issuer.jwt(), '{"broken')
    expect([response.status, response.json]).toEqual([401, expect.objectContaining({ rule: 'no-credential' })])
  })

  test.each(all)('from the page of another site: $method $path', async ({ method, path }) => {
    const target = path.replace('{id}', randomUUID())
    const { token } = await createUser(system, 'admin')
    const response = await call(system, token, method, target, undefined, ['Sec-Fetch-Site: cross-site'])
    expect([response.status, response.json]).toEqual([403, expect.objectContaining({ rule: 'other-site' })])
  })

  test.each(all)('without a credential: $method $path', async ({ method, path }) => {
    const response = await system.raw(
      `${method} /gateway/api/v1${path.replace('{id}', randomUUID())} HTTP/1.1\r\nHost: 127.0.0.1:${system.port}\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{"broke`,
    )
    const refused = [401, expect.objectContaining({ rule: 'no-credential' })]
    // What is asked with GET has no body to be read.
    const heard =
      method === 'GET' ? [200, expect.anything()] : [400, expect.objectContaining({ code: 'RGW_BAD_REQUEST' })]
    expect([response.status, response.json]).toEqual(allowedCallers[`${method} ${path}`] === 'anyone' ? heard : refused)
  })

  test('each decision names the policy hash, allowed ones too', async () => {
    const { token } = await createUser(system, 'admin')
    expect((await call(system, token, 'POST', '/tokens', { name: 'nightly', role: 'viewer' })).status).toBe(201)
    expect((await call(system, token, 'POST', '/service-accounts', { name: 'nightly' })).status).toBe(201)
    const decisions = (await system.events()).flatMap(({ kind, decision }) => (decision ? [{ kind, decision }] : []))
    const nameless = decisions.filter(({ decision }) => decision.policy !== system.app.policy.hash)
    expect(nameless).toEqual([])
    const allowed = (kind: string) => decisions.findLast((one) => one.kind === kind)?.decision
    expect(allowed('token.issued')).toMatchObject({ effect: 'allow', rule: 'own-data', source: 'gateway' })
    expect(allowed('service-account.created')).toMatchObject({
      effect: 'allow',
      rule: 'role:admin',
      source: expect.stringMatching(/^built-in:\d+$/),
      reason: 'The role admin grants gateway:service-account:write.',
    })
    expect(new Set(decisions.map(({ decision }) => decision.effect))).toEqual(new Set(['allow', 'deny']))
  })
})
