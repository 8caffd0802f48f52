import { createHmac, createPublicKey } from 'node:crypto'
import { githubClaims, rawJwt, startTestIssuer, type TestIssuer } from '@rack-gateway/auth/testing'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { callManagementApi } from '@rack-gateway/testing/management-api'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type StatementCounter, startStatementCounter } from '../support/gateway/statement-counter.ts'
import { changesApplied, type System, startSystem } from '../support/gateway/system.ts'

// Issuers over plain http are trusted by a gateway on this machine alone.
const publicUrl = 'http://localhost:4180'
const conditions = [
  { claim: 'repository_id', equals: '74' },
  { claim: 'event_name', oneOf: ['push'] },
]
/** Of the gateway's log. */
const lines: string[] = []
let system: System
let statementCounter: StatementCounter
let issuer: TestIssuer
let admin: string
beforeAll(async () => {
  system = await startSystem({
    rackNames: ['production', 'staging'],
    publicUrl,
    log: (line) => lines.push(line),
    // A flood of denials is few events.
    tuning: { denialInterval: 1_000 },
    async databaseProxy(url) {
      statementCounter = await startStatementCounter(url)
      return statementCounter.url
    },
  })
  admin = await system.token('admin')
})
afterAll(async () => {
  await system.stop()
  statementCounter.close()
})
beforeEach(async () => {
  issuer = await startTestIssuer({ audience: publicUrl })
})
afterEach(() => issuer.stop())

let named = 0
async function trust(changes: Record<string, unknown> = {}, token = admin) {
  const request = { name: `trust-${++named}`, issuer: issuer.url, conditions, role: 'ci', racks: 'staging', ...changes }
  const received = await api('POST', '/trusts', token, request)
  return { ...received, id: String(received.body.id), name: request.name }
}

async function api(method: string, path: string, token: string, body?: unknown, url = system.url) {
  const gateway = { url, host: new URL(publicUrl).host }
  const response = await callManagementApi(gateway, token, method, path, body, ['User-Agent: a pipeline'])
  return { status: response.status, body: response.body === '' ? {} : JSON.parse(response.body) }
}

const exchange = (jwt: string, body?: unknown, url?: string) => api('POST', '/workload-sessions', jwt, body, url)

async function rack(token: string, path = '/apps', url = system.url, name = 'staging') {
  const authorization = basicAuthorization(token)
  const received = await fetch(`${url}/rack/${name}${path}`, { headers: { authorization } })
  return { status: received.status, body: await received.json() }
}

async function eventsOf(kind: string) {
  return (await system.events()).filter((event) => event.kind === kind)
}

describe('a job', () => {
  test('exchanges its JWT for RACK_URL, and events show its repository, workflow, run, and commit', async () => {
    const { id, name } = await trust()
    const { status, body } = await exchange(await issuer.jwt())
    expect(status).toBe(201)
    expect(body).toEqual({
      token: expect.stringMatching(/^rgw_/),
      expiresAt: expect.any(String),
      trust: name,
      racks: [{ name: 'staging', rackUrl: `http://convox:${body.token}@localhost:4180/rack/staging` }],
    })
    expect(Date.parse(body.expiresAt) - Date.now()).toBeGreaterThan(3_500_000)
    expect((await rack(body.token)).status).toBe(200)
    expect((await rack(body.token, '/apps', system.url, 'production')).status).toBe(403)
    const job = { repository: 'acme/app', run: '9001', commit: githubClaims.sha, workflow: githubClaims.workflow_ref }
    expect((await eventsOf('workload.issued')).at(-1)).toMatchObject({
      request: expect.any(String),
      source: { address: '127.0.0.1', client: 'a pipeline' },
      principal: { kind: 'workload', name: 'acme/app run 9001', job },
      detail: { trust: id, trustName: name, issuer: issuer.url, subject: githubClaims.sub },
    })
    const calls = (await eventsOf('call')).filter(({ principal }) => principal?.kind === 'workload')
    expect(calls.find(({ decision }) => decision?.effect === 'allow')).toMatchObject({
      rack: 'staging',
      principal: { job },
    })
  })

  test('can read its own identity, but neither create nor list trusts', async () => {
    await trust({ role: 'admin' })
    const { token } = (await exchange(await issuer.jwt())).body
    expect((await api('GET', '/me', token)).body).toMatchObject({
      kind: 'workload',
      roles: ['admin'],
      racks: ['staging'],
    })
    expect((await trust({ racks: 'staging' }, token)).body).toMatchObject({ rule: 'people-only' })
    expect((await api('GET', '/trusts', token)).body).toMatchObject({ rule: 'no-permission' })
  })

  test('gets a token that expires at the trust’s maximum age', async () => {
    await trust({ maxAgeSeconds: 60 })
    const { body } = await exchange(await issuer.jwt())
    expect(Date.parse(body.expiresAt) - Date.now()).toBeLessThanOrEqual(60_000)
  })

  test('with control characters in its claims has plain text in headers and events', async () => {
    await trust()
    const odd = { repository: 'acme/\r\nX-Evil: 1\u202e', workflow_ref: '%s\u0000', actor: '"><script>' }
    const { token } = (await exchange(await issuer.jwt(odd))).body
    expect((await rack(token)).status).toBe(200)
    const sent = system.racks.staging?.received.at(-1)?.rawHeaders ?? []
    expect(sent.flat().join(' ')).toContain('acme/__X-Evil:_1_')
    expect((await eventsOf('workload.issued')).at(-1)?.principal?.job).toMatchObject({
      repository: 'acme/__X-Evil:_1_',
      workflow: '_s_',
    })
  })
})

describe('a process that a job started', () => {
  const command = 'bin/pre_release'
  const send = (method: string, path: string, token: string, headers: readonly string[] = []) =>
    system.send(method, `/rack/staging/apps/myapp${path}`, token, '', headers)
  const start = async (token: string) => {
    const { status, body } = await send('POST', '/services/command/processes', token, [`Command: ${command}`])
    expect([status, body]).toEqual([200, expect.stringContaining('"id"')])
    return String(JSON.parse(body).id)
  }
  const exec = (process: string, token: string) =>
    openWebSocket(`${system.url}/rack/staging/apps/myapp/processes/${process}/exec`, token, { Command: command })

  test.each([
    ['another run of the same workflow', { run_id: '9002' }],
    ['another attempt at the same run', { run_attempt: '2' }],
  ])('only the job itself can exec into it or stop it, not %s', async (_, other) => {
    await trust()
    const [own, foreign] = [
      (await exchange(await issuer.jwt())).body.token,
      (await exchange(await issuer.jwt(other))).body.token,
    ]
    const process = await start(own)
    const refused = await exec(process, foreign)
    expect((await refused.readToEnd()).join('')).toMatch(/^ERROR: process:exec-any on myapp needs the role admin/)
    expect((await send('DELETE', `/processes/${process}?`, foreign)).status).toBe(403)
    const entered = await exec(process, own)
    expect(entered.status).toBe(101)
    entered.close()
    expect((await send('DELETE', `/processes/${process}?`, own)).status).toBe(200)
  })
})

describe('a JWT can be used once', () => {
  test('even on two replicas at the same time', async () => {
    await trust()
    const other = await system.replica()
    const jwt = await issuer.jwt()
    const urls = Array.from({ length: 10 }, (_, at) => (at % 2 === 0 ? system.url : other.url))
    const responses = await Promise.all(urls.map((url) => exchange(jwt, undefined, url)))
    expect(responses.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 9 }, () => 401)])
    expect(responses.find(({ status }) => status === 401)?.body).toMatchObject({ rule: 'used-jwt' })
    await other.stop()
  })

  test('by its jti, whatever the other claims are', async () => {
    await trust()
    expect((await exchange(await issuer.jwt({ jti: 'same' }))).status).toBe(201)
    expect((await exchange(await issuer.jwt({ jti: 'same', run_id: '2' }))).body).toMatchObject({ rule: 'used-jwt' })
  })

  test('by the signed text if it has no jti, because an ECDSA signature can be rewritten', async () => {
    const other = await startTestIssuer({ audience: publicUrl, alg: 'ES256' })
    await trust({ issuer: other.url })
    const jwt = await other.jwt({ jti: undefined })
    expect((await exchange(jwt)).status).toBe(201)
    expect((await exchange(withOtherSignature(jwt))).body).toMatchObject({ rule: 'used-jwt' })
    await other.stop()
  })

  test('and either for an exchange or as a password, but not for both', async () => {
    await trust()
    const exchanged = await issuer.jwt()
    await exchange(exchanged)
    expect((await rack(exchanged)).body).toMatchObject({ rule: 'used-jwt' })
    const password = await issuer.jwt()
    expect((await rack(password)).status).toBe(200)
    expect((await exchange(password)).body).toMatchObject({ rule: 'used-jwt' })
  })

  test('expired entries are deleted', async () => {
    await trust()
    await system.sql`insert into gateway.used_jwts values (${Buffer.alloc(32, 1)}, now() - interval '1 second')`
    await exchange(await issuer.jwt())
    expect(await system.sql`select 1 from gateway.used_jwts where expires_at < now()`).toHaveLength(0)
  })
})

describe('a JWT as the password', () => {
  test('works on each replica, as the same session, and causes no query after its first use', async () => {
    await trust()
    const other = await system.replica()
    const jwt = await issuer.jwt()
    const responses = await Promise.all([
      rack(jwt),
      rack(jwt),
      rack(jwt, '/apps', other.url),
      rack(jwt, '/apps', other.url),
    ])
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(await system.sql`select 1 from gateway.credentials where hash = sha256(${jwt}::text::bytea)`).toHaveLength(1)
    await other.stop()
    await changesApplied(system)
    await rack(jwt)
    const asked = issuer.asked.length
    await expectNoQueries(async () => {
      for (let call = 0; call < 5; call++) expect((await rack(jwt)).status).toBe(200)
    })
    expect(issuer.asked).toHaveLength(asked)
  })

  test('is denied at every call after it has expired', async () => {
    await trust()
    const now = Math.floor(Date.now() / 1000)
    const jwt = await issuer.jwt({ exp: now + 2, iat: now - 10 })
    expect((await rack(jwt)).status).toBe(200)
    await expect.poll(async () => (await rack(jwt)).body).toMatchObject({ rule: 'expired-jwt' })
  })

  test('is denied after the trust’s maximum age', async () => {
    await trust({ maxAgeSeconds: 60 })
    const now = Math.floor(Date.now() / 1000)
    expect((await rack(await issuer.jwt({ iat: now - 61, exp: now + 600 }))).body).toMatchObject({
      rule: 'expired-jwt',
    })
  })

  test('an invalid JWT causes no query and no request to the issuer', async () => {
    await trust()
    const jwt = await issuer.jwt()
    expect((await rack(jwt)).status).toBe(200)
    await changesApplied(system)
    const [head, , signature] = jwt.split('.')
    const claims = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())
    const unknownKey = rawJwt({ alg: 'RS256', kid: 'made-up' }, claims, signature)
    const garbage = [
      'eyJ.a.b',
      rawJwt({ alg: 'none' }, claims, ''),
      rawJwt({ alg: 'RS256', kid: issuer.jwk().kid }, { ...claims, jti: 'x' }, signature),
      unknownKey,
      `${head}.eyJ.${signature}`,
      `eyJ${'a'.repeat(5_000)}.a.a`,
    ]
    const asked = issuer.asked.length
    await expectNoQueries(() => rack(garbage[2] ?? ''))
    await expectNoQueries(async () => {
      for (const text of garbage) expect((await rack(text)).status).toBe(text === unknownKey ? 503 : 401)
    })
    expect(issuer.asked).toHaveLength(asked)
  })

  test('with the rack’s own user name for JWTs is denied', async () => {
    await trust()
    const authorization = basicAuthorization(await issuer.jwt(), 'jwt')
    const received = await fetch(`${system.url}/rack/staging/apps`, { headers: { authorization } })
    expect(await received.json()).toMatchObject({ rule: 'rack-jwt' })
  })
})

describe('a revoked trust', () => {
  test('ends its sessions and live streams on every replica, with the reason', async () => {
    const { id } = await trust({ role: 'admin' })
    const other = await system.replica()
    const { token } = (await exchange(await issuer.jwt())).body
    const password = await issuer.jwt()
    for (const credential of [token, password])
      for (const url of [system.url, other.url]) expect((await rack(credential, '/apps', url)).status).toBe(200)
    const stream = await openWebSocket(`${other.url}/rack/staging/apps/myapp/processes/web/exec`, token, {
      Command: 'sleep 600',
    })
    expect(stream.status).toBe(101)
    const said = stream.readToEnd()
    expect((await api('DELETE', `/trusts/${id}`, admin)).body).toMatchObject({ id, revokedAt: expect.any(String) })
    await stream.closed()
    await expect.poll(async () => (await rack(token, '/apps', other.url)).status).toBe(401)
    expect((await said).join('')).toMatch(/ERROR: .*trust .*revoked/)
    for (const credential of [token, password])
      for (const url of [system.url, other.url])
        expect((await rack(credential, '/apps', url)).body).toMatchObject({ rule: 'revoked-trust' })
    expect((await exchange(await issuer.jwt(), undefined, other.url)).body).toMatchObject({ rule: 'no-trust' })
    expect((await eventsOf('trust.revoked')).at(-1)).toMatchObject({
      request: expect.any(String),
      source: { address: '127.0.0.1' },
      principal: { kind: 'user', credential: expect.any(String) },
      detail: { trust: id },
    })
    await other.stop()
  })

  test.each(['nonsense', '00000000-0000-4000-8000-000000000000'])('an unknown ID, %s, is a 404', async (id) => {
    expect(await api('DELETE', `/trusts/${id}`, admin)).toMatchObject({
      status: 404,
      body: { code: 'RGW_IDENTITY_NOT_FOUND' },
    })
  })

  test('its name can be used again, and a second revocation has no effect', async () => {
    const { id, name } = await trust()
    expect((await trust({ name })).body).toMatchObject({ code: 'RGW_TRUST_NAME_TAKEN' })
    for (let time = 0; time < 2; time++) expect((await api('DELETE', `/trusts/${id}`, admin)).status).toBe(200)
    expect((await trust({ name })).status).toBe(201)
  })

  test('a removed binding leaves the job without a role', async () => {
    const { id } = await trust()
    const { token } = (await exchange(await issuer.jwt())).body
    expect((await rack(token)).status).toBe(200)
    const [binding] = await system.sql<{ id: string }[]>`select id from gateway.bindings where subject_id = ${id}`
    await system.issuer.removeBinding(binding?.id ?? '')
    await expect.poll(async () => (await rack(token)).status).toBe(403)
  })
})

describe('a trust cannot be created', () => {
  test.each(['viewer', 'ops', 'deployer', 'ci', 'auditor'])('by a %s', async (role) => {
    const token = await system.token(role)
    expect((await trust({}, token)).status).toBe(403)
    expect((await api('GET', '/trusts', token)).status).toBe(403)
    expect((await api('DELETE', '/trusts/x', token)).status).toBe(403)
  })

  test('by an API token, and authorization precedes the validation of the body', async () => {
    const viewer = await system.token('viewer')
    expect((await api('POST', '/trusts', viewer, { nonsense: 1 })).status).toBe(403)
    expect((await trust({}, await system.pipelineToken())).status).toBe(403)
    expect((await api('POST', '/trusts', 'rgs_nonsense', { nonsense: 1 })).status).toBe(401)
  })

  test('by an administrator of one rack, or with a session for one rack', async () => {
    const email = 'staging-admin@example.com'
    const issued = await system.issuer.issueSession({
      email,
      device: 'x',
      role: 'admin',
      rack: 'staging',
      expiresAt: Date.now() + 60_000,
    })
    const { id } = await system.issuer.user('one-rack@example.com')
    await system.issuer.addBinding({ kind: 'user', id }, { role: 'admin', racks: 'staging' })
    const expiresAt = Date.now() + 60_000
    const other = await system.issuer.issueSession({ email: 'one-rack@example.com', device: 'x', expiresAt })
    const { id: made } = await trust()
    for (const { token } of [issued, other]) {
      expect((await trust({ racks: 'staging' }, token)).body).toMatchObject({ rule: 'no-permission' })
      expect((await api('DELETE', `/trusts/${made}`, token)).status).toBe(403)
    }
  })

  test('without an expiry by an administrator whose role expires', async () => {
    const { id } = await system.issuer.user('for-a-while@example.com')
    await system.issuer.addBinding({ kind: 'user', id }, { role: 'admin', expiresAt: new Date(Date.now() + 60_000) })
    const session = await system.issuer.issueSession({
      email: 'for-a-while@example.com',
      device: 'x',
      expiresAt: Date.now() + 60_000,
    })
    expect((await trust({}, session.token)).body).toMatchObject({ code: 'RGW_INSUFFICIENT_AUTHORITY' })
  })

  test.each([
    ['an unknown role', { role: 'root' }, 'RGW_INVALID_REQUEST'],
    ['an issuer over plain http', { issuer: 'http://ci.example.com' }, 'RGW_INVALID_TRUST'],
    ['no conditions', { conditions: [] }, 'RGW_INVALID_REQUEST'],
    ['an invalid name', { name: '\n' }, 'RGW_INVALID_NAME'],
    ['an unknown field', { condition: 1 }, 'RGW_INVALID_REQUEST'],
  ])('with %s', async (_, changes, code) => {
    const { status, body } = await trust(changes)
    expect(body).toMatchObject({ code })
    expect(status).toBeLessThan(500)
  })

  test('the list and the event show every field of a trust', async () => {
    const { id, name } = await trust({ racks: 'staging', apps: 'my*', maxAgeSeconds: 120 })
    const said = {
      name,
      issuer: issuer.url,
      audience: publicUrl,
      conditions,
      role: 'ci',
      racks: 'staging',
      apps: 'my*',
      maxAgeSeconds: 120,
      revokedAt: null,
    }
    expect((await api('GET', `/trusts/${id}`, admin)).body).toMatchObject(said)
    expect((await api('GET', '/trusts?limit=1', admin)).body.items).toMatchObject([said])
    expect((await eventsOf('trust.created')).at(-1)).toMatchObject({
      request: expect.any(String),
      source: { address: '127.0.0.1' },
      principal: { kind: 'user', credential: expect.any(String) },
      detail: { trust: id, conditions: JSON.stringify(conditions) },
    })
  })
})

describe('a denied exchange', () => {
  test('hides the trusts from the caller, and shows the operator which condition failed', async () => {
    const { name } = await trust()
    const { status, body } = await exchange(await issuer.jwt({ repository_id: '75' }))
    expect(status).toBe(401)
    expect(body).toMatchObject({ code: 'RGW_UNAUTHENTICATED', rule: 'no-trust' })
    expect(JSON.stringify({ ...body, requestId: '', policy: '' })).not.toMatch(/74|repository_id|trust-/)
    const refused = async () => (await eventsOf('refused')).map(({ decision }) => decision?.reason).join('\n')
    await expect.poll(refused).toContain(`${name}: repository_id must be "74"`)
  })

  test('for no credential, two credentials, Basic, and a token of the gateway', async () => {
    const post = (headers: readonly string[]) =>
      system.raw(
        `POST /gateway/api/v1/workload-sessions HTTP/1.1\r\nHost: localhost:4180\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`,
      )
    expect((await post([])).status).toBe(401)
    const jwt = await issuer.jwt()
    expect((await post([`Authorization: Bearer ${jwt}`, `Authorization: Bearer ${jwt}`])).status).toBe(401)
    expect((await post([`Authorization: ${basicAuthorization(jwt)}`])).status).toBe(401)
    expect((await exchange(admin)).body).toMatchObject({ rule: 'malformed-jwt' })
    expect((await exchange('x'.repeat(9_000))).body).toMatchObject({ rule: 'oversized-credential' })
  })

  test.each([
    ['text', 'text/plain', '{}', [400, 415]],
    ['a form', 'application/x-www-form-urlencoded', 'trust=x', [400, 415]],
    ['broken JSON', 'application/json', '{', [400]],
    ['a list', 'application/json', '[]', [400]],
    ['too large', 'application/json', JSON.stringify({ trust: 'x'.repeat(100_000) }), [413]],
  ])('a body that is %s does not use up the JWT', async (_, type, body, statuses) => {
    await trust()
    const jwt = await issuer.jwt()
    const gateway = { url: system.url, host: new URL(publicUrl).host }
    const received = await callManagementApi(gateway, jwt, 'POST', '/workload-sessions', body, [
      `Content-Type: ${type}`,
    ])
    expect(statuses).toContain(received.status)
    expect((await exchange(jwt, {})).status).toBe(201)
  })

  test('an issuer that is down is a 503, and the JWT is not used up', async () => {
    await trust()
    issuer.response = (_path, response) => {
      response.writeHead(500).end()
      return true
    }
    const jwt = await issuer.jwt()
    const seconds = stopwatch()
    for (let time = 0; time < 20; time++) {
      const { status, body } = await exchange(jwt)
      expect({ status, code: body.code }).toEqual({ status: 503, code: 'RGW_ISSUER_UNREACHABLE' })
    }
    const refused = async () => (await eventsOf('refused')).map(({ decision }) => decision?.rule)
    await expect.poll(refused).toContain('RGW_ISSUER_UNREACHABLE')
    const failed = lines.filter((line) => line.includes('call.failed') && line.includes('RGW_ISSUER_UNREACHABLE'))
    // One line for each window of ten seconds, and a window can end at any time.
    expect(failed.length).toBeLessThanOrEqual(2 + seconds() / 10)
    expect(issuer.asked).toHaveLength(1)
  })

  test('a new key of the issuer is a 503 with Retry-After', async () => {
    await trust()
    expect((await exchange(await issuer.jwt())).status).toBe(201)
    await issuer.rotate()
    const received = await system.raw(
      `POST /gateway/api/v1/workload-sessions HTTP/1.1\r\nHost: localhost:4180\r\nAuthorization: Bearer ${await issuer.jwt()}\r\n\r\n`,
    )
    expect([received.status, received.json]).toEqual([503, expect.objectContaining({ code: 'RGW_KEY_NOT_KNOWN_YET' })])
    expect(Number(received.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(Number(received.headers.get('retry-after'))).toBeLessThanOrEqual(30)
    expect(received.error).toContain(`in ${received.headers.get('retry-after')} s`)
  })

  test('a flood of unknown keys or used JWTs causes no queries, no requests to the issuer, and few events', async () => {
    const seconds = stopwatch()
    const { length: linesBefore } = lines
    await trust()
    const used = await issuer.jwt()
    expect((await exchange(used)).status).toBe(201)
    const forged = await Promise.all(Array.from({ length: 50 }, (_, at) => issuer.jwt({}, { kid: `made-up-${at}` })))
    await changesApplied(system)
    await expectNoQueries(() => exchange(forged[0] ?? ''))
    const asked = issuer.asked.length
    const before = (await system.events()).length
    for (const jwt of forged) expect((await exchange(jwt)).status).toBe(503)
    for (const _ of forged) expect((await exchange(used)).body).toMatchObject({ rule: 'used-jwt' })
    // None each: late news of a change may have the trusts read once more.
    expect(identityStatements(statementCounter.take())).toBeLessThan(forged.length / 10)
    expect(issuer.asked).toHaveLength(asked)
    const counted = async () => {
      const refused = (await eventsOf('refused')).map(({ decision, count }) => ({ rule: decision?.rule, count }))
      const sum = (rule: string) =>
        refused.reduce((total, one) => total + (one.rule === rule ? (one.count ?? 0) : 0), 0)
      return [sum('RGW_KEY_NOT_KNOWN_YET') >= 50, sum('used-jwt') >= 50]
    }
    await expect.poll(counted).toEqual([true, true])
    expect((await system.events()).length - before).toBeLessThan(5 + 2 * seconds())
    const failed = lines
      .slice(linesBefore)
      .filter((line) => line.includes('RGW_KEY_NOT_KNOWN_YET') && line.includes('call.failed'))
    expect(failed.length).toBeLessThanOrEqual(2 + seconds() / 10)
  })

  test('no part of the credential is in events', async () => {
    await trust()
    const jwts = [await issuer.jwt(), await issuer.jwt({ repository_id: '1' })]
    const { token } = (await exchange(jwts[0] ?? '')).body
    await exchange(jwts[1] ?? '')
    await rack(await issuer.jwt())
    const kept = JSON.stringify(await system.events())
    for (const secret of [token, ...jwts]) expect(kept).not.toContain(secret.slice(-40))
  })
})

/** Forged, replayed, and malformed JWTs. */
describe('a JWT at the exchange', () => {
  const github = () => ({ provider: 'github', issuer: issuer.url, repositoryId: '74', repositoryOwnerId: '65' })
  const byTemplate = { issuer: undefined, conditions: undefined }
  /** What CircleCI's template asks of its own issuer. */
  const circle = {
    conditions: [
      { claim: 'oidc.circleci.com/project-id', equals: 'p' },
      { claim: 'sub', equals: githubClaims.sub },
      { claim: 'oidc.circleci.com/ssh-rerun', equals: false },
    ],
  }
  const ofCircle = { 'oidc.circleci.com/project-id': 'p', 'oidc.circleci.com/ssh-rerun': false }
  const anyBranch = {
    conditions: [
      { claim: 'repository_owner_id', equals: '65' },
      { claim: 'sub', pattern: 'repo:acme/*:ref:refs/heads/main' },
    ],
  }
  const seconds = () => Math.floor(Date.now() / 1000)
  const unsigned = async (header: Record<string, unknown>, sign: (signed: string) => string) => {
    const [, claims = ''] = (await issuer.jwt()).split('.')
    const kid = issuer.jwk().kid
    const head = Buffer.from(JSON.stringify({ typ: 'JWT', kid, ...header })).toString('base64url')
    return `${head}.${claims}.${sign(`${head}.${claims}`)}`
  }
  const byPublicKey = (form: 'pem' | 'jwk') => (signed: string) => {
    const jwk = issuer.jwk()
    const key = createPublicKey({ key: jwk, format: 'jwk' })
    const secret = form === 'jwk' ? JSON.stringify(jwk) : key.export({ type: 'spki', format: 'pem' })
    return createHmac('sha256', secret).update(signed).digest('base64url')
  }

  test.each<[string, string, Record<string, unknown>, Record<string, unknown>, () => Promise<string>]>([
    ['for another audience', 'wrong-audience', byTemplate, {}, () => issuer.jwt({ aud: 'https://other.example' })],
    [
      'for the gateway and another audience',
      'wrong-audience',
      byTemplate,
      {},
      () => issuer.jwt({ aud: [publicUrl, 'https://x.example'] }),
    ],
    [
      'of another issuer',
      'no-trust',
      byTemplate,
      {},
      () => issuer.jwt({ iss: 'https://token.actions.githubusercontent.com' }),
    ],
    ['that nobody signed', 'jwt-algorithm', byTemplate, {}, () => unsigned({ alg: 'none' }, () => 'AAAA')],
    [
      'that nobody signed, without a third part',
      'malformed-jwt',
      byTemplate,
      {},
      () => unsigned({ alg: 'none' }, () => ''),
    ],
    [
      'by the public key as a secret',
      'jwt-algorithm',
      byTemplate,
      {},
      () => unsigned({ alg: 'HS256' }, byPublicKey('pem')),
    ],
    ['by its JWK as a secret', 'jwt-algorithm', byTemplate, {}, () => unsigned({ alg: 'HS256' }, byPublicKey('jwk'))],
    [
      'that says RS256 over such a secret',
      'no-trust',
      byTemplate,
      {},
      () => unsigned({ alg: 'RS256' }, byPublicKey('pem')),
    ],
    ['that has expired a second ago', 'expired-jwt', byTemplate, {}, () => issuer.jwt({ exp: seconds() - 1 })],
    ['that expires now', 'expired-jwt', byTemplate, {}, () => issuer.jwt({ exp: seconds() })],
    [
      'of a repository that has the name of another',
      'no-trust',
      byTemplate,
      {},
      () => issuer.jwt({ repository_id: '75' }),
    ],
    [
      'of an owner who has the name of another',
      'no-trust',
      byTemplate,
      {},
      () => issuer.jwt({ repository_owner_id: '66' }),
    ],
    ['whose id is a number', 'no-trust', byTemplate, {}, () => issuer.jwt({ repository_id: 74 })],
    ['of a pull request', 'no-trust', byTemplate, {}, () => issuer.jwt({ event_name: 'pull_request', head_ref: 'x' })],
    [
      'of a pull request that runs the target',
      'no-trust',
      byTemplate,
      {},
      () => issuer.jwt({ event_name: 'pull_request_target' }),
    ],
    ['of a push with a head branch', 'no-trust', byTemplate, {}, () => issuer.jwt({ head_ref: 'x' })],
    [
      'whose subject reaches over a separator',
      'no-trust',
      anyBranch,
      {},
      () => issuer.jwt({ sub: 'repo:acme/app:x:ref:refs/heads/main' }),
    ],
    ['whose subject is a star', 'no-trust', anyBranch, {}, () => issuer.jwt({ sub: '*' })],
    [
      'of a re-run with SSH',
      'no-trust',
      circle,
      ofCircle,
      () => issuer.jwt({ ...ofCircle, 'oidc.circleci.com/ssh-rerun': true }),
    ],
    [
      'without the claim about SSH',
      'no-trust',
      circle,
      ofCircle,
      () => issuer.jwt({ 'oidc.circleci.com/project-id': 'p' }),
    ],
    [
      'that says no to SSH in words',
      'no-trust',
      circle,
      ofCircle,
      () => issuer.jwt({ ...ofCircle, 'oidc.circleci.com/ssh-rerun': 'false' }),
    ],
  ])('%s is denied (%s), and gets no session', async (_what, rule, changes, good, bad) => {
    const { id, status } = await trust({ ...(changes === byTemplate && { template: github() }), ...changes })
    expect(status).toBe(201)
    const sessions = () => system.sql`select 1 from gateway.workload_sessions where trust_id = ${id}`
    expect((await exchange(await issuer.jwt(good))).status).toBe(201)
    const refused = await exchange(await bad())
    expect([refused.status, refused.body.rule, refused.body.token]).toEqual([401, rule, undefined])
    expect(await sessions()).toHaveLength(1)
  })
})

test('without PUBLIC_URL, jobs are denied and trusts cannot be created', async () => {
  const bare = await startSystem()
  const { url } = bare
  expect((await exchange(await issuer.jwt(), undefined, url)).body).toMatchObject({ rule: 'no-public-url' })
  const request = { name: 'x', issuer: issuer.url, conditions, role: 'ci' }
  expect((await api('POST', '/trusts', await bare.token('admin'), request, url)).body).toMatchObject({
    code: 'RGW_NO_PUBLIC_URL',
  })
  await bare.stop()
})

/** Seconds since the call: on a busy machine, more is recorded. */
function stopwatch(): () => number {
  const start = performance.now()
  return () => (performance.now() - start) / 1_000
}

/**
 * Expects no query. The gateway reads trusts once after each change of identities, and a periodic query can fall into one attempt,
 * but not into each.
 */
async function expectNoQueries(ask: () => Promise<unknown>): Promise<void> {
  const statements = async () => {
    statementCounter.take()
    await ask()
    return identityStatements(statementCounter.take())
  }
  await expect.poll(statements).toBe(0)
}

/** But for the poll of the revision and the audit log, which have connections of their own. */
function identityStatements(counts: Record<string, number>): number {
  return counts['rack-gateway'] ?? 0
}

/** The other signature that holds for the same text: (r, n - s). */
function withOtherSignature(jwt: string): string {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
  const [head, body, signature = ''] = jwt.split('.')
  const bytes = Buffer.from(signature, 'base64url')
  const s = BigInt(`0x${bytes.subarray(32).toString('hex')}`)
  const other = Buffer.from((order - s).toString(16).padStart(64, '0'), 'hex')
  return `${head}.${body}.${Buffer.concat([bytes.subarray(0, 32), other]).toString('base64url')}`
}
