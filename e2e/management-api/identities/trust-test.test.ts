import { rawJwt, startTestIssuer, type TestIssuer } from '@rack-gateway/auth/testing'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type System, startSystem } from '../../support/gateway/system.ts'
import { createUser } from '../callers.ts'

describe('the claims of a job', () => {
  let system: System
  let issuer: TestIssuer
  let admin: string
  const lines: string[] = []
  beforeAll(async () => {
    system = await startSystem({ publicUrl: 'own', log: (line) => lines.push(line), logLevel: 'trace' })
    issuer = await startTestIssuer({ audience: system.url })
    admin = (await createUser(system, 'admin')).token
    for (const [name, repository] of [
      ['deploys', '74'],
      ['reports', '75'],
    ])
      await call(system, admin, 'POST', '/trusts', {
        name,
        issuer: issuer.url,
        conditions: [{ claim: 'repository_id', equals: repository }],
        role: 'ci',
      })
  })
  afterAll(async () => {
    await issuer.stop()
    await system.stop()
  })

  const testTrusts = (body: unknown) => call(system, admin, 'POST', '/trusts/test', body)

  test('are tested without using the token up', async () => {
    const token = await issuer.jwt()
    const tested = await testTrusts({ token: ` ${token}\n` })
    expect([tested.status, tested.json]).toEqual([
      200,
      expect.objectContaining({ verified: false, admitted: true, trust: { id: expect.any(String), name: 'deploys' } }),
    ])
    expect(tested.text('checks.0.check')).toBe('header')
    expect(tested.text('trusts.1.conditions.0.text')).toBe('repository_id is "74", and it must be "75".')
    expect(await system.sql`select 1 from gateway.used_jwts`).toEqual([])
    expect((await call(system, token, 'POST', '/workload-sessions')).status).toBe(201)
  })

  test('can be given without a token', async () => {
    const { iss, aud } = { iss: issuer.url, aud: system.url }
    const at = Math.floor(Date.now() / 1000)
    const tested = await testTrusts({ claims: { iss, aud, sub: 'x', iat: at, exp: at + 60, repository_id: '75' } })
    expect(tested.text('trust.name')).toBe('reports')
  })

  test('are tested without a request to the issuer, even with an invalid signature', async () => {
    const before = issuer.asked.length
    const token = `${(await issuer.jwt()).split('.').slice(0, 2).join('.')}.AAAA`
    expect((await testTrusts({ token })).text('admitted')).toBe('true')
    const unsigned = rawJwt({ alg: 'none', kid: 'x' }, { iss: issuer.url, aud: system.url })
    const tested = await testTrusts({ token: unsigned })
    expect([tested.text('admitted'), tested.text('checks.0.check'), tested.text('checks.0.passed')]).toEqual([
      'false',
      'header',
      'false',
    ])
    expect(issuer.asked.length).toBe(before)
  })

  test.each([
    ['nothing', {}],
    ['both', { token: 'eyJ.eyJ.x', claims: {} }],
    ['an invalid token', { token: 'eyJhbGciOiJub25lIn0' }],
    ['a token whose payload is a list', { token: rawJwt({ alg: 'ES256' }, []) }],
    ['a token that is too long', { token: `eyJ${'x'.repeat(10_000)}` }],
    ['a token that is longer than jobs can send', { token: rawJwt({ alg: 'ES256' }, { sub: 'x'.repeat(6_000) }) }],
    ['claims that are a list', { claims: [] }],
    ['another member', { claims: {}, verify: false }],
    ['claims with a prototype', '{"claims":{"__proto__":{"admin":true}}}'],
    ['claims with a prototype, escaped', String.raw`{"claims":{"\u005f_pr\u006fto\u005F\u005F":{"admin":true}}}`],
    ['claims with a prototype in a list', '{"claims":{"list":[[{"__proto__":{"admin":true}}]]}}'],
    ['claims with a constructor', '{"claims":{"constructor":{"prototype":{"admin":true}}}}'],
    ['claims that are sent again as a list', '{"claims":{},"claims":[]}'],
    ['deep claims', `{"claims":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`],
  ])('are rejected: %s', async (_what, body) => {
    const response = await testTrusts(body)
    expect([400, 413]).toContain(response.status)
  })

  test.each(['1e999', '-1e999', '1e300', '-1', '"1"', 'null', '[1]'])(
    'are not admitted with %s as a number of seconds',
    async (seconds) => {
      for (const name of ['iat', 'nbf', 'exp']) {
        const at = Math.floor(Date.now() / 1000)
        const claims = JSON.stringify({ iss: issuer.url, aud: system.url, sub: 'x', repository_id: '75' })
        const times = `"iat":${at},"nbf":${at},"exp":${at + 60},"${name}":${seconds}`
        const tested = await testTrusts(`{"claims":{${claims.slice(1, -1)},${times}}}`)
        expect([tested.status, tested.text('admitted')], name).toEqual([200, 'false'])
      }
    },
  )

  test('are not in logs, events, or errors', async () => {
    const marker = 'MARKERc2VjcmV0'
    const signature = `${marker}U2lnbmF0dXJl`
    const token = rawJwt({ alg: 'ES256', kid: 'x', typ: 'JWT' }, { iss: issuer.url, repository_id: marker }, signature)
    const payload = token.split('.')[1] ?? ''
    const broken = `${token.slice(0, -40)}!`
    const bodies: unknown[] = [
      { token },
      { token: broken },
      { claims: { repository_id: marker, iss: marker } },
      { [token]: 1 },
      { claims: {}, token },
      // Bodies that are not JSON: parsers quote what they cannot read.
      token,
      `{"token":"${token}`,
      `{"token":${token}}`,
    ]
    lines.length = 0
    for (const body of bodies) {
      const response = await testTrusts(body)
      if (response.status !== 200) expect(response.body).not.toContain(payload.slice(0, 30))
      expect(response.body).not.toContain(signature)
    }
    const logged = `${lines.join('\n')}${JSON.stringify(await system.events())}`
    for (const secret of [marker, signature, payload.slice(0, 30)]) expect(logged).not.toContain(secret)
    expect(lines.length).toBeGreaterThan(0)
  })

  test('are not tested by a gateway without PUBLIC_URL', async () => {
    const other = await startSystem()
    onTestFinished(() => other.stop())
    const response = await call(other, await other.token('admin'), 'POST', '/trusts/test', { claims: {} })
    expect([response.status, response.text('code')]).toEqual([409, 'RGW_NO_PUBLIC_URL'])
  })

  test('are tested for administrators', async () => {
    const { token } = await createUser(system, 'deployer')
    const response = await call(system, token, 'POST', '/trusts/test', { claims: {} })
    expect([response.status, response.text('reason')]).toEqual([
      403,
      'Only administrators can test the claims of a job. You have the role deployer.',
    ])
  })
})
