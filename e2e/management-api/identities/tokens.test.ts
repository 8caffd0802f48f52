import { readFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { changesApplied, type System, startSystem } from '../../support/gateway/system.ts'
import { createUser, someId } from '../callers.ts'

const day = 86_400_000

describe('API tokens', () => {
  let system: System
  let admin: string
  beforeAll(async () => {
    system = await startSystem({ rackNames: ['staging', 'production'] })
    admin = (await createUser(system, 'admin')).token
  })
  afterAll(() => system.stop())

  async function make(by: string, body: object) {
    return call(system, by, 'POST', '/tokens', { name: 'nightly', ...body })
  }
  const apps = (token: string, rack = 'staging') => system.get(`/rack/${rack}/apps?`, token)

  test('name and role are enough; the token is shown once and expires after 90 days', async () => {
    const deployer = await createUser(system, 'deployer')
    const made = await make(deployer.token, { role: 'ci' })
    expect(made.status).toBe(201)
    expect(made.headers.get('cache-control')).toBe('no-store')
    expect(made.json).toMatchObject({
      name: 'nightly',
      token: expect.stringMatching(/^rgt_[0-9A-Za-z]{63}$/),
      owner: { kind: 'user', id: deployer.id, name: deployer.email },
      bindings: [{ role: 'ci', racks: '*', apps: '*', permissions: null }],
      sources: [],
      revokedAt: null,
    })
    const lasts = Date.parse(made.text('expiresAt')) - Date.parse(made.text('createdAt'))
    expect(Math.round(lasts / day)).toBe(90)
    expect((await apps(made.text('token'))).status).toBe(200)

    const shown = await call(system, deployer.token, 'GET', `/tokens/${made.text('id')}`)
    expect(shown.text('prefix')).toBe(made.text('token').slice(0, 16))
    const everything = JSON.stringify([shown.json, await system.events()])
    expect(everything).not.toContain(made.text('token').slice(16))
    expect(await system.events()).toContainEqual(
      expect.objectContaining({
        kind: 'token.issued',
        principal: expect.objectContaining({ id: deployer.id, credential: deployer.session }),
        request: expect.any(String),
        source: expect.objectContaining({ address: '127.0.0.1' }),
        detail: expect.objectContaining({ token: made.text('id'), owner: `user:${deployer.id}` }),
      }),
    )
  })

  test.each([
    ['Basic', (token: string) => basicAuthorization(token)],
    ['Basic with any user name', (token: string) => basicAuthorization(token, '')],
    ['Bearer', (token: string) => `Bearer ${token}`],
  ])('need only a name and a role, with %s and any number of racks', async (_how, credential) => {
    const { token } = await createUser(system, 'viewer')
    const body = JSON.stringify({ name: 'nightly', role: 'viewer' })
    const response = await fetch(`${system.url}/gateway/api/v1/tokens`, {
      method: 'POST',
      headers: { authorization: credential(token), 'content-type': 'application/json' },
      body,
    })
    expect(response.status).toBe(201)
    const made: { token: string } = JSON.parse(await response.text())
    for (const rack of ['staging', 'production']) expect((await apps(made.token, rack)).status).toBe(200)
  })

  test('is matched by the pattern and the check digits that the documentation gives to secret scanners', async () => {
    const page = readFileSync(new URL('../../../docs/how-to/tokens.md', import.meta.url), 'utf8')
    const [, pattern = ''] = /```\n(\\b.*)\n```/.exec(page) ?? []
    const token = (await make(admin, { role: 'viewer' })).text('token')
    const [found] = new RegExp(pattern).exec(`RACK_URL=https://convox:${token}@gateway.example.com`) ?? []
    expect(found).toBe(token)
    const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
    let check = ''
    for (let rest = crc32(token.slice(0, 61)); check.length < 6; rest = Math.floor(rest / 62))
      check = digits.charAt(rest % 62) + check
    expect(token.slice(61)).toBe(check)
  })

  test.each([
    ['viewer', { role: 'deployer' }],
    ['viewer', { role: 'admin' }],
    ['deployer', { role: 'admin' }],
    ['ops', { role: 'ci' }],
    ['viewer', { permissions: ['env:read'] }],
    ['viewer', { permissions: ['*'] }],
    ['deployer', { permissions: ['gateway:*'] }],
  ])('%s cannot create a token with %o', async (role, wanted) => {
    const { token } = await createUser(system, role)
    const before = await system.sql`select count(*) from gateway.api_tokens`
    const refused = await make(token, wanted)
    expect([refused.status, refused.json]).toEqual([
      403,
      expect.objectContaining({ code: 'RGW_INSUFFICIENT_AUTHORITY', rule: 'insufficient-authority' }),
    ])
    expect(await system.lastEvent()).toMatchObject({
      kind: 'call',
      status: 403,
      decision: { effect: 'deny', rule: 'insufficient-authority' },
    })
    expect(await system.sql`select count(*) from gateway.api_tokens`).toEqual(before)
  })

  test('a caller with web-* can grant web-a*, not *, and grants its own scope by default', async () => {
    const { token } = await createUser(system, 'deployer', { racks: 'staging', apps: 'web-*' })
    for (const beyond of [
      { apps: '*' },
      { racks: '*' },
      { racks: '*', apps: 'web-*' },
      { apps: 'web*', racks: 'staging' },
    ]) {
      expect([beyond, (await make(token, { role: 'ci', ...beyond })).status]).toEqual([beyond, 403])
    }
    expect((await make(token, { role: 'ci', racks: 'staging', apps: 'web-a*' })).status).toBe(201)
    const plain = await make(token, { role: 'ci' })
    expect(plain.json).toMatchObject({ bindings: [{ role: 'ci', racks: 'staging', apps: 'web-*' }] })
  })

  test('a token loses the permissions that its owner loses', async () => {
    const { id, token } = await createUser(system, 'deployer')
    const made = (await make(token, { role: 'deployer' })).text('token')
    expect((await apps(made)).status).toBe(200)
    const [binding] = (await call(system, admin, 'GET', `/bindings?subject=${id}`)).texts('id')
    expect((await call(system, admin, 'DELETE', `/bindings/${binding}`)).status).toBe(200)
    await expect.poll(async () => (await apps(made)).status).toBe(403)
  })

  test('single permissions allow only themselves, and no command', async () => {
    const { token } = await createUser(system, 'admin')
    const made = (await make(token, { permissions: ['app:list', 'process:run'] })).text('token')
    expect((await apps(made)).status).toBe(200)
    expect((await system.get('/rack/staging/apps/myapp?', made)).status).toBe(403)
    const run = await system.send('POST', '/rack/staging/apps/myapp/services/command/processes?', made, '', [
      'Command: bin/pre_release',
    ])
    expect([run.status, run.error]).toEqual([403, expect.stringContaining('rule')])
  })

  test('a rack-bound token is denied on another rack', async () => {
    const made = await make(admin, { role: 'viewer', rack: 'staging' })
    expect(made.json).toMatchObject({ rack: 'staging', bindings: [{ racks: 'staging' }] })
    expect((await apps(made.text('token'))).status).toBe(200)
    expect((await apps(made.text('token'), 'production')).status).toBe(403)
  })

  test('a rack-bound session creates only tokens bound to its rack', async () => {
    const { token } = await createUser(system, 'deployer', { rack: 'staging' })
    expect((await make(token, { role: 'ci', racks: '*', rack: 'production' })).status).toBe(403)
    expect((await make(token, { role: 'ci' })).json).toMatchObject({
      rack: 'staging',
      bindings: [{ racks: 'staging' }],
    })
  })

  test.each([
    ['no role', {}],
    ['a role and permissions', { role: 'viewer', permissions: ['app:list'] }],
    ['an unknown field', { role: 'viewer', owner: 'someone' }],
    ['two ends', { role: 'viewer', lifetimeSeconds: 86_400, expiresAt: '2090-01-01T00:00:00Z' }],
    ['an end in the past', { role: 'viewer', expiresAt: '2020-01-01T00:00:00Z' }],
    ['more than the longest life', { role: 'viewer', lifetimeSeconds: 366 * 86_400 }],
    ['no time', { role: 'viewer', lifetimeSeconds: 0 }],
    ['half a second', { role: 'viewer', lifetimeSeconds: 0.5 }],
    ['a number as text', { role: 'viewer', lifetimeSeconds: '9' }],
    ['an invalid time', { role: 'viewer', expiresAt: '2027-02-30T00:00:00+99:00' }],
    ['a name with a line break', { name: 'a\nb', role: 'viewer' }],
    ['an empty name', { name: '', role: 'viewer' }],
    ['a broken source', { role: 'viewer', sources: ['10.0.0.0/33'] }],
    ['an IPv4 source written as IPv6', { role: 'viewer', sources: ['::ffff:10.0.0.0/104'] }],
  ])('%s is 400', async (_what, body) => {
    const response = await call(system, admin, 'POST', '/tokens', { name: 'nightly', ...body })
    expect([response.status, response.error]).toEqual([400, expect.not.stringContaining('%')])
  })

  test('the error names the invalid field without its value', async () => {
    const response = await make(admin, { role: 'viewer', sources: ['192.0.2.0/24', 17_171_717] })
    expect(response.json).toMatchObject({ code: 'RGW_INVALID_REQUEST', rule: 'schema' })
    expect(response.error).toContain('sources.1')
    expect(response.body).not.toContain('17171717')
  })

  test('an unknown role or permission is refused by name', async () => {
    expect((await make(admin, { role: 'root' })).error).toContain('There is no role root')
    expect((await make(admin, { permissions: ['no:such'] })).error).toContain('There is no permission no:such')
    expect(await make(admin, { role: 'toString' })).toMatchObject({ status: 400 })
  })

  test('a token cannot create, rotate, or hand over tokens, whatever its role', async () => {
    const strong = await make(admin, { role: 'admin' })
    for (const [path, body] of [
      ['/tokens', { name: 'child', role: 'viewer' }],
      [`/tokens/${strong.text('id')}/rotate`, {}],
      [`/tokens/${strong.text('id')}/owner`, { owner: { kind: 'user', id: someId() } }],
      ['/bindings', { subject: { kind: 'group', id: 'all' }, role: 'viewer' }],
    ] as const) {
      const response = await call(system, strong.text('token'), 'POST', path, body)
      expect([path, response.status, response.text('rule')]).toEqual([path, 403, 'people-only'])
    }
  })

  test('a token can revoke itself, and is rejected at once', async () => {
    const made = await make(admin, { role: 'viewer' })
    const revoked = await call(system, made.text('token'), 'DELETE', `/tokens/${made.text('id')}`)
    expect([revoked.status, revoked.text('revokedAt')]).toEqual([200, expect.stringMatching(/Z$/)])
    await expect.poll(async () => (await apps(made.text('token'))).status).toBe(401)
  })

  describe('tokens of another user', () => {
    test('are neither visible nor changed: the response is that of a missing token', async () => {
      const [ann, ben] = [await createUser(system, 'viewer'), await createUser(system, 'deployer')]
      const id = (await make(ann.token, { role: 'viewer' })).text('id')
      for (const [method, path, body] of [
        ['GET', '', undefined],
        ['DELETE', '', undefined],
        ['POST', '/rotate', {}],
      ] as const) {
        const [others, nobodys] = [
          await call(system, ben.token, method, `/tokens/${id}${path}`, body),
          await call(system, ben.token, method, `/tokens/${someId()}${path}`, body),
        ]
        expect([others.status, others.error, others.text('code')]).toEqual([404, nobodys.error, nobodys.text('code')])
      }
      expect((await call(system, ben.token, 'GET', '/tokens')).texts('id')).not.toContain(id)
      expect((await call(system, ben.token, 'GET', `/tokens?owner=${ann.id}`)).status).toBe(403)
      expect((await call(system, ann.token, 'GET', `/tokens?owner=${ann.id}`)).texts('id')).toEqual([id])
      expect((await call(system, admin, 'GET', `/tokens?owner=${ann.id}`)).texts('id')).toEqual([id])
    })

    test('an administrator revokes the token of a user, and never sees its secret', async () => {
      const ann = await createUser(system, 'viewer')
      const made = await make(ann.token, { role: 'viewer' })
      expect((await call(system, admin, 'POST', `/tokens/${made.text('id')}/rotate`, {})).status).toBe(404)
      expect((await call(system, admin, 'DELETE', `/tokens/${made.text('id')}`)).status).toBe(200)
      await expect.poll(async () => (await apps(made.text('token'))).status).toBe(401)
    })
  })

  describe('rotation', () => {
    test('both tokens are valid for the overlap, and only the new one after it', async () => {
      const { token } = await createUser(system, 'viewer')
      const old = await make(token, { role: 'viewer' })
      const replaced = await call(system, token, 'POST', `/tokens/${old.text('id')}/rotate`, { overlapSeconds: 3_600 })
      expect(replaced.status).toBe(201)
      expect(replaced.text('id')).toBe(old.text('id'))
      expect(replaced.text('token')).not.toBe(old.text('token'))
      expect(replaced.text('prefix')).toBe(replaced.text('token').slice(0, 16))
      for (const one of [old, replaced]) expect((await apps(one.text('token'))).status).toBe(200)
      const ends = await system.sql`
        select expires_at from gateway.credentials where api_token_id = ${old.text('id')} order by expires_at`
      expect(Math.round((Number(ends[0]?.expires_at) - Date.now()) / 60_000)).toBe(60)
    })

    test('without overlap, the old one is revoked at once', async () => {
      const { token } = await createUser(system, 'viewer')
      const old = await make(token, { role: 'viewer' })
      const replaced = await call(system, token, 'POST', `/tokens/${old.text('id')}/rotate`, { overlapSeconds: 0 })
      await expect.poll(async () => (await apps(old.text('token'))).status).toBe(401)
      expect((await apps(replaced.text('token'))).status).toBe(200)
    })

    test('an open stream of the old token continues, and ends when the token is revoked', async () => {
      const { token } = await createUser(system, 'viewer')
      const old = await make(token, { role: 'viewer' })
      const logs = await openWebSocket(`${system.url}/rack/staging/apps/myapp/logs`, old.text('token'), {})
      expect(logs.status).toBe(101)
      await call(system, token, 'POST', `/tokens/${old.text('id')}/rotate`, { overlapSeconds: 0 })
      await expect.poll(async () => (await apps(old.text('token'))).status).toBe(401)
      await createUser(system, 'viewer')
      await changesApplied(system)
      expect((await apps(old.text('token'))).status).toBe(401)
      const closed = async () => (await system.events()).find(({ kind }) => kind === 'closed')
      expect(await closed()).toBeUndefined()
      await call(system, token, 'DELETE', `/tokens/${old.text('id')}`)
      await logs.closed()
      await expect.poll(closed).toMatchObject({
        principal: { id: old.text('id') },
        close: expect.stringContaining('This API token was revoked'),
      })
    })

    test('a revocation ends both', async () => {
      const { token } = await createUser(system, 'viewer')
      const old = await make(token, { role: 'viewer' })
      const replaced = await call(system, token, 'POST', `/tokens/${old.text('id')}/rotate`)
      await call(system, token, 'DELETE', `/tokens/${old.text('id')}`)
      for (const one of [old, replaced]) await expect.poll(async () => (await apps(one.text('token'))).status).toBe(401)
      const again = await call(system, token, 'POST', `/tokens/${old.text('id')}/rotate`, {})
      expect([again.status, again.text('code')]).toEqual([409, 'RGW_TOKEN_ENDED'])
    })

    test('a caller with fewer permissions than their token cannot rotate it', async () => {
      const { id, token } = await createUser(system, 'deployer')
      const old = await make(token, { role: 'deployer' })
      const [binding] = (await call(system, admin, 'GET', `/bindings?subject=${id}`)).texts('id')
      await call(system, admin, 'DELETE', `/bindings/${binding}`)
      await expect
        .poll(async () => (await call(system, token, 'POST', `/tokens/${old.text('id')}/rotate`, {})).status)
        .toBe(403)
    })
  })

  describe('tokens of a service account', () => {
    test('are created by administrators, work without a user, and are revoked with the account', async () => {
      const account = (await call(system, admin, 'POST', '/service-accounts', { name: 'deploys' })).text('id')
      const viewer = await createUser(system, 'viewer')
      expect((await make(viewer.token, { role: 'viewer', serviceAccount: account })).status).toBe(403)
      const made = await make(admin, { role: 'ci', serviceAccount: account })
      expect(made.json).toMatchObject({ owner: { kind: 'service-account', id: account, name: 'deploys' } })
      expect((await apps(made.text('token'))).status).toBe(403)

      const subject = { kind: 'service-account', id: account }
      expect((await call(system, admin, 'POST', '/bindings', { subject, role: 'ci' })).status).toBe(201)
      await expect.poll(async () => (await apps(made.text('token'))).status).toBe(200)
      await call(system, admin, 'POST', `/service-accounts/${account}/disable`)
      await expect.poll(async () => (await apps(made.text('token'))).status).toBe(401)
      await call(system, admin, 'POST', `/service-accounts/${account}/enable`)
      await expect.poll(async () => (await apps(made.text('token'))).status).toBe(200)
      expect((await call(system, admin, 'POST', `/tokens/${made.text('id')}/rotate`, {})).status).toBe(201)
      expect((await call(system, viewer.token, 'POST', `/tokens/${made.text('id')}/rotate`, {})).status).toBe(404)
    })

    test('a token for an account that does not exist is 404, and no row is created', async () => {
      const before = await system.sql`select count(*) from gateway.api_tokens`
      expect((await make(admin, { role: 'viewer', serviceAccount: someId() })).status).toBe(404)
      expect(await system.sql`select count(*) from gateway.api_tokens`).toEqual(before)
    })
  })

  test('the last use is listed with its address, without a change of identities', async () => {
    const { token } = await createUser(system, 'viewer')
    const made = await make(token, { role: 'viewer' })
    expect(made.json).toMatchObject({ lastUsedAt: null, lastUsedFrom: null })
    await apps(made.text('token'))
    const [before] = await system.sql`select value from gateway.revision`
    const shown = () => call(system, token, 'GET', `/tokens/${made.text('id')}`)
    await expect
      .poll(async () => (await shown()).json)
      .toMatchObject({ lastUsedAt: expect.stringMatching(/Z$/), lastUsedFrom: '127.0.0.1' })
    expect(await system.sql`select value from gateway.revision`).toEqual([before])
  })

  test('a call from outside the source networks is denied and recorded', async () => {
    const near = await make(admin, { role: 'viewer', sources: ['127.0.0.0/8', '2001:db8::/32'] })
    expect(near.json).toMatchObject({ sources: ['127.0.0.0/8', '2001:db8::/32'] })
    expect((await apps(near.text('token'))).status).toBe(200)
    const far = await make(admin, { role: 'viewer', sources: ['192.0.2.7'] })
    expect(far.json).toMatchObject({ sources: ['192.0.2.7/32'] })
    const forged = await system.send('GET', '/rack/staging/apps?', far.text('token'), '', [
      'X-Forwarded-For: 192.0.2.7',
      'Forwarded: for=192.0.2.7',
      'X-Real-Ip: 192.0.2.7',
    ])
    expect([forged.status, forged.json]).toEqual([
      403,
      expect.objectContaining({ code: 'RGW_SOURCE_NOT_PERMITTED', rule: 'source-address' }),
    ])
    expect(await system.lastEvent()).toMatchObject({
      principal: { id: far.text('id') },
      source: { address: '127.0.0.1' },
      decision: { effect: 'deny', rule: 'source-address' },
    })
    expect((await call(system, far.text('token'), 'GET', '/me')).status).toBe(403)
  })
})
