import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type System, startSystem } from '../../support/gateway/system.ts'
import { createUser, someId } from '../callers.ts'

describe('users, sessions, service accounts and bindings', () => {
  let system: System
  let admin: Awaited<ReturnType<typeof createUser>>
  beforeAll(async () => {
    system = await startSystem()
    admin = await createUser(system, 'admin')
  })
  afterAll(() => system.stop())

  const status = async (url: string, token: string) =>
    (await fetch(`${url}/apps?`, { headers: { Authorization: `Bearer ${token}` } })).status

  test('locking ends a user’s sessions, tokens and live streams on every replica, and names the tokens', async () => {
    const ann = await createUser(system, 'admin')
    const token = await call(system, ann.token, 'POST', '/tokens', { name: 'nightly', role: 'viewer' })
    const replica = await system.replica()
    const logs = await openWebSocket(`${replica.url}/apps/myapp/logs`, token.text('token'), {})
    expect(logs.status).toBe(101)
    for (const url of [system.url, replica.url]) {
      for (const one of [ann.token, token.text('token')]) expect(await status(url, one)).toBe(200)
    }

    const locked = await call(system, admin.token, 'POST', `/users/${ann.id}/lock`, { reason: 'left the company' })
    expect([locked.status, locked.json]).toEqual([
      200,
      {
        user: expect.objectContaining({ id: ann.id, lockedReason: 'left the company', lockedAt: expect.any(String) }),
        stoppedTokens: [
          {
            id: token.text('id'),
            name: 'nightly',
            expiresAt: token.text('expiresAt'),
            handOver: `/gateway/api/v1/tokens/${token.text('id')}/owner`,
          },
        ],
      },
    ])
    for (const url of [system.url, replica.url]) {
      for (const one of [ann.token, token.text('token')])
        await expect.poll(() => status(url, one), { interval: 20 }).toBe(401)
    }
    await logs.closed()
    await replica.stop()
    expect(await system.events()).toContainEqual(
      expect.objectContaining({
        kind: 'user.locked',
        principal: expect.objectContaining({ id: admin.id }),
        detail: { user: ann.id, email: ann.email, reason: 'left the company' },
      }),
    )
  })

  test('a locked user’s token is handed over and works again, cut to the new owner', async () => {
    const ann = await createUser(system, 'deployer')
    const ben = await createUser(system, 'viewer')
    const token = await call(system, ann.token, 'POST', '/tokens', { name: 'release', role: 'deployer' })
    await call(system, admin.token, 'POST', `/users/${ann.id}/lock`, { reason: 'on leave' })
    await expect.poll(() => status(system.url, token.text('token'))).toBe(401)
    const owner = { kind: 'user', id: ben.id }
    const given = await call(system, admin.token, 'POST', `/tokens/${token.text('id')}/owner`, { owner })
    expect([given.status, given.json]).toEqual([
      200,
      expect.objectContaining({
        owner: { ...owner, name: ben.email },
        note: expect.stringContaining('still knows the secret'),
        rotate: `/gateway/api/v1/tokens/${token.text('id')}/rotate`,
      }),
    ])
    await expect.poll(() => status(system.url, token.text('token'))).toBe(200)
    expect((await system.send('DELETE', '/apps/myapp?', token.text('token'))).status).toBe(403)
    expect((await system.send('PUT', '/apps/myapp?', token.text('token'), '')).status).toBe(403)
    expect(await system.events()).toContainEqual(
      expect.objectContaining({
        kind: 'token.owner-changed',
        detail: {
          token: token.text('id'),
          name: 'release',
          from: `user:${ann.id}`,
          owner: `user:${ben.id}`,
          note: expect.stringContaining('still knows the secret'),
        },
      }),
    )
    const nobody = { owner: { kind: 'service-account', id: someId() } }
    expect((await call(system, admin.token, 'POST', `/tokens/${token.text('id')}/owner`, nobody)).status).toBe(404)
  })

  test('an admin for a time hands over no token that lasts longer', async () => {
    const guest = await createUser(system, 'admin', { expiresAt: new Date(Date.now() + 3_600_000) })
    const token = await call(system, admin.token, 'POST', '/tokens', { name: 'long', role: 'viewer' })
    const owner = { kind: 'user', id: guest.id }
    const taken = await call(system, guest.token, 'POST', `/tokens/${token.text('id')}/owner`, { owner })
    expect([taken.status, taken.text('code')]).toEqual([403, 'RGW_INSUFFICIENT_AUTHORITY'])
  })

  test('unlocking brings back what has not ended', async () => {
    const ann = await createUser(system, 'viewer')
    await call(system, admin.token, 'POST', `/users/${ann.id}/lock`, { reason: 'lost laptop' })
    await expect.poll(() => status(system.url, ann.token)).toBe(401)
    const unlocked = await call(system, admin.token, 'POST', `/users/${ann.id}/unlock`)
    expect(unlocked.json).toMatchObject({ lockedAt: null, lockedReason: null })
    await expect.poll(() => status(system.url, ann.token)).toBe(200)
  })

  test.each([
    undefined,
    {},
    { reason: '' },
    { reason: 'a\u0007b' },
    { reason: 'x'.repeat(501) },
    { reason: 'x', by: 'me' },
    [],
    '"x"',
    'null',
  ])('a lock with %j is 400, and locks nobody', async (body) => {
    const { id, token } = await createUser(system, 'viewer')
    expect((await call(system, admin.token, 'POST', `/users/${id}/lock`, body)).status).toBe(400)
    expect(await status(system.url, token)).toBe(200)
  })

  test('sessions: own ones are listed and ended, those of other users are as if they did not exist', async () => {
    const [ann, ben] = [await createUser(system, 'viewer'), await createUser(system, null)]
    const mine = await call(system, ann.token, 'GET', '/sessions')
    expect(mine.json).toMatchObject({
      items: [
        { id: ann.session, current: true, device: 'test', user: { id: ann.id, email: ann.email }, endedAt: null },
      ],
      next: null,
    })
    expect((await call(system, ben.token, 'GET', `/sessions?user=${ann.id}`)).status).toBe(403)
    const [others, nobodys] = [ann.session, someId()].map((id) => call(system, ben.token, 'DELETE', `/sessions/${id}`))
    expect([(await others)?.status, (await others)?.error]).toEqual([404, (await nobodys)?.error])
    expect((await call(system, ben.token, 'DELETE', `/sessions/${ben.session}`)).json).toMatchObject({
      endedReason: 'ended by yourself',
    })
    await expect.poll(() => status(system.url, ben.token)).toBe(401)
  })

  test('an admin lists and ends anyone’s session, in their name', async () => {
    const ann = await createUser(system, 'viewer')
    expect((await call(system, admin.token, 'GET', `/sessions?user=${ann.id}`)).texts('id')).toEqual([ann.session])
    expect((await call(system, admin.token, 'GET', '/sessions?user=me')).texts('id')).toEqual([admin.session])
    const ended = await call(system, admin.token, 'DELETE', `/sessions/${ann.session}`)
    expect(ended.json).toMatchObject({ endedReason: `ended by ${admin.email}` })
    expect((await system.events()).findLast(({ kind }) => kind === 'session.ended')).toMatchObject({
      principal: { name: admin.email },
      decision: { effect: 'allow', rule: 'role:admin', reason: 'The role admin grants gateway:session:write.' },
    })
    await expect.poll(() => status(system.url, ann.token)).toBe(401)
  })

  describe('bindings', () => {
    test('are created with patterns, an expiry, and a reason, and removed; each change is an event', async () => {
      const ann = await createUser(system, null)
      const end = new Date(Date.now() + 3_600_000).toISOString()
      const body = {
        subject: { kind: 'user', id: ann.id },
        role: 'viewer',
        racks: 'stag*',
        apps: 'my*',
        expiresAt: end,
        reason: 'on call',
      }
      const made = await call(system, admin.token, 'POST', '/bindings', body)
      expect([made.status, made.json]).toEqual([201, expect.objectContaining(body)])
      await expect.poll(() => status(system.url, ann.token)).toBe(200)
      expect((await call(system, admin.token, 'DELETE', `/bindings/${made.text('id')}`)).status).toBe(200)
      await expect.poll(() => status(system.url, ann.token)).toBe(403)
      const kinds = (await system.events()).filter(({ detail }) => detail?.binding === made.text('id'))
      expect(kinds.map(({ kind }) => kind)).toEqual(['binding.created', 'binding.removed'])
    })

    test.each([
      ['a user that does not exist', { kind: 'user', id: someId() }, 404],
      ['an account that does not exist', { kind: 'service-account', id: someId() }, 404],
      ['an invalid id', { kind: 'user', id: "' or 1=1" }, 404],
      ['an API token that does not exist', { kind: 'api-token', id: someId() }, 404],
      ['a trust that does not exist', { kind: 'trust', id: someId() }, 404],
      ['a kind that does not exist', { kind: 'workload', id: someId() }, 400],
      ['a group with a line break', { kind: 'group', id: 'a\nb' }, 400],
    ])('for %s: none', async (_what, subject, expected) => {
      expect((await call(system, admin.token, 'POST', '/bindings', { subject, role: 'viewer' })).status).toBe(expected)
    })

    test('an administrator until a given time cannot grant a role for longer', async () => {
      const until = new Date(Date.now() + 3_600_000)
      const guest = await createUser(system, 'admin', { expiresAt: until })
      const subject = { kind: 'group', id: 'friends' }
      const give = (expiresAt?: string) =>
        call(system, guest.token, 'POST', '/bindings', { subject, role: 'viewer', ...(expiresAt && { expiresAt }) })
      expect((await give()).text('code')).toBe('RGW_INSUFFICIENT_AUTHORITY')
      expect((await give(new Date(until.getTime() + 1_000).toISOString())).status).toBe(403)
      expect((await give(until.toISOString())).status).toBe(201)
    })
  })

  test('the name of a service account is unique', async () => {
    const make = () => call(system, admin.token, 'POST', '/service-accounts', { name: 'unique' })
    expect((await make()).status).toBe(201)
    const second = await make()
    expect([second.status, second.text('code')]).toEqual([409, 'RGW_NAME_TAKEN'])
  })

  describe('a list', () => {
    test('contains each item once across its pages, even if items are added meanwhile', async () => {
      const ann = await createUser(system, 'viewer')
      const made: string[] = []
      const add = async () =>
        void made.push((await call(system, ann.token, 'POST', '/tokens', { name: 'x', role: 'viewer' })).text('id'))
      for (let count = 0; count < 5; count++) await add()
      const seen: string[] = []
      const first = await call(system, ann.token, 'GET', '/tokens?limit=2')
      seen.push(...first.texts('id'))
      await add()
      const second = await call(system, ann.token, 'GET', `/tokens?limit=2&cursor=${first.text('next')}`)
      seen.push(...second.texts('id'))
      const third = await call(system, ann.token, 'GET', `/tokens?limit=2&cursor=${second.text('next')}`)
      seen.push(...third.texts('id'))
      expect(third.json).toMatchObject({ next: null })
      expect(seen).toEqual(made.slice(0, 5).reverse())
    })

    test('is complete, too, if its items were created in one moment', async () => {
      await system.sql`update gateway.users set created_at = '2026-01-01T00:00:00.123456Z'`
      const all = (await call(system, admin.token, 'GET', '/users?limit=200')).texts('id')
      const seen: string[] = []
      for (let cursor = ''; cursor !== 'null'; ) {
        const page = await call(system, admin.token, 'GET', `/users?limit=3${cursor && `&cursor=${cursor}`}`)
        seen.push(...page.texts('id'))
        cursor = page.text('next')
      }
      expect(seen).toEqual(all)
      expect(new Set(seen).size).toBe(all.length)
    })

    test.each([
      'limit=0',
      'limit=201',
      'limit=-1',
      'limit=1e2',
      'limit=5&limit=6',
      'limit=',
      'unknown=1',
      'cursor=x',
      `cursor=${Buffer.from('1.2').toString('base64url')}`,
      `cursor=${Buffer.from(`99999999999999999.${someId()}`).toString('base64url')}`,
      `cursor=${Buffer.from(`1.${someId()}'--`).toString('base64url')}`,
      `cursor=${Buffer.from(`1.${someId()}`).toString('base64url')}%3D`,
      'cursor[]=x',
      `cursor=${'x'.repeat(201)}`,
    ])('%s is 400', async (query) => {
      expect((await call(system, admin.token, 'GET', `/users?${query}`)).status).toBe(400)
    })

    test('a forged cursor shows no hidden items', async () => {
      const ann = await createUser(system, 'viewer')
      await call(system, admin.token, 'POST', '/tokens', { name: 'of the admin', role: 'viewer' })
      const cursor = Buffer.from(`9999999999999999.${someId()}`).toString('base64url')
      expect((await call(system, ann.token, 'GET', `/tokens?cursor=${cursor}`)).json).toEqual({ items: [], next: null })
    })
  })

  describe('hostile requests', () => {
    test.each([
      ['1', 404],
      ["x'--", 404],
      ['%00', 404],
      ['%2e%2e', 404],
      [someId().toUpperCase(), 404],
      ['x'.repeat(101), 414],
    ])('the id %s is nobody’s', async (id, expected) => {
      expect((await call(system, admin.token, 'GET', `/users/${id}`)).status).toBe(expected)
    })

    test('a huge body is not read before the caller is known to be allowed, nor after', async () => {
      const { token } = await createUser(system, 'viewer')
      const huge = [`Content-Length: ${10 ** 12}`, 'Content-Type: application/json']
      const refused = await system.send('POST', '/gateway/api/v1/service-accounts', token, '', huge)
      expect([refused.status, refused.error]).toEqual([
        403,
        expect.stringContaining('Only administrators can create service accounts. You have the role viewer.'),
      ])
      expect((await system.send('POST', '/gateway/api/v1/service-accounts', admin.token, '', huge)).status).toBe(413)
      const strange = await system.raw(
        `POST /gateway/api/v1/service-accounts HTTP/1.1\r\nHost: x\r\n${huge.join('\r\n')}\r\n\r\n`,
      )
      expect(strange.status).toBe(401)
    })

    test.each([
      ['a form', 'application/x-www-form-urlencoded', 'name=x', 415],
      ['plain text', 'text/plain', '{"name":"x"}', 415],
      ['no JSON', 'application/json', '{', 400],
      ['a prototype', 'application/json', '{"name":"x","__proto__":{"a":1}}', 400],
      ['a constructor', 'application/json', '{"name":"x","constructor":{"prototype":{"a":1}}}', 400],
      ['deep JSON', 'application/json', '['.repeat(30_000), 400],
    ])('%s is refused', async (_what, type, body, expected) => {
      const response = await system.send('POST', '/gateway/api/v1/service-accounts', admin.token, body, [
        `Content-Type: ${type}`,
      ])
      expect([response.status, response.json]).toEqual([
        expected,
        expect.objectContaining({ requestId: expect.any(String) }),
      ])
    })

    test('Expect: 100-continue is answered once the caller is authorized', async () => {
      const body = JSON.stringify({ name: 'patient' })
      const headers = ['Expect: 100-continue', 'Content-Type: application/json']
      expect((await system.send('POST', '/gateway/api/v1/service-accounts', admin.token, body, headers)).status).toBe(
        201,
      )
    })

    test.each(['cross-site', 'same-site'])('a %s call of a browser is rejected before authentication', async (site) => {
      const response = await call(system, admin.token, 'GET', '/me', undefined, [`Sec-Fetch-Site: ${site}`])
      expect([response.status, response.text('rule')]).toEqual([403, 'other-site'])
    })
  })
})

describe('the last administrator', () => {
  let system: System
  beforeAll(async () => {
    system = await startSystem()
  })
  afterAll(() => system.stop())

  test('is neither locked nor loses the role, also when two go at once', async () => {
    const [ann, ben] = [await createUser(system, 'admin'), await createUser(system, 'admin')]
    await createUser(system, 'admin', { expiresAt: new Date(Date.now() + 3_600_000) })
    await createUser(system, 'admin', { racks: 'staging' })
    const bindingOf = async (id: string) =>
      (await call(system, ann.token, 'GET', `/bindings?subject=${id}`)).texts('id')[0]
    const [annsBinding, bensBinding] = [await bindingOf(ann.id), await bindingOf(ben.id)]
    const both = await Promise.all([
      call(system, ann.token, 'DELETE', `/bindings/${annsBinding}`),
      call(system, ben.token, 'DELETE', `/bindings/${bensBinding}`),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
    const [left, leftBinding] = both[0]?.status === 409 ? [ann, annsBinding] : [ben, bensBinding]
    const lock = await call(system, left.token, 'POST', `/users/${left.id}/lock`, { reason: 'myself' })
    expect([lock.status, lock.text('code')]).toEqual([409, 'RGW_LAST_ADMIN'])
    expect((await call(system, left.token, 'DELETE', `/bindings/${leftBinding}`)).status).toBe(409)
    expect((await call(system, left.token, 'GET', '/users')).status).toBe(200)
  })

  test('is not a user who can only write bindings, because they cannot restore roles that they lack', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'policy-'))
    onTestFinished(() => rm(directory, { recursive: true }))
    const policyFile = join(directory, 'policy.yaml')
    await writeFile(
      policyFile,
      'version: 1\nroles:\n  binder: { permissions: ["gateway:*"] }\n  by-ci: { permissions: ["*"], when: { callers: [workload] } }\n',
    )
    const at = await startSystem({ policyFile })
    onTestFinished(() => at.stop())
    const ann = await createUser(at, 'admin')
    await createUser(at, 'binder')
    await createUser(at, 'by-ci')
    const own = (await call(at, ann.token, 'GET', `/bindings?subject=${ann.id}`)).texts('id')[0]
    const removed = await call(at, ann.token, 'DELETE', `/bindings/${own}`)
    expect([removed.status, removed.text('code')]).toEqual([409, 'RGW_LAST_ADMIN'])
    expect((await call(at, ann.token, 'POST', `/users/${ann.id}/lock`, { reason: 'x' })).status).toBe(409)
    await createUser(at, 'admin')
    expect((await call(at, ann.token, 'DELETE', `/bindings/${own}`)).status).toBe(200)
  })

  describe('by a group', () => {
    async function alone(groups: readonly string[]) {
      const at = await startSystem()
      onTestFinished(() => at.stop())
      const ann = await createUser(at, 'admin')
      await at.sql`update gateway.users set groups = ${[...groups]} where id = ${ann.id}`
      const ofGroup = await at.issuer.addBinding({ kind: 'group', id: 'admins' }, { role: 'admin' })
      const own = (await call(at, ann.token, 'GET', `/bindings?subject=${ann.id}`)).texts('id')[0]
      const remove = (id: string | undefined) => call(at, ann.token, 'DELETE', `/bindings/${id}`)
      return { at, ann, own, ofGroup, remove }
    }

    test('counts as long as the group has a member', async () => {
      const { own, ofGroup, remove } = await alone(['admins', 'others'])
      expect((await remove(own)).status).toBe(200)
      const last = await remove(ofGroup)
      expect([last.status, last.text('code')]).toEqual([409, 'RGW_LAST_ADMIN'])
    })

    test('does not count without a member, and is removed freely', async () => {
      const { own, ofGroup, remove } = await alone(['administrators'])
      expect((await remove(own)).status).toBe(409)
      expect((await remove(ofGroup)).status).toBe(200)
    })

    test.each([
      ['with an end', { expiresAt: new Date(Date.now() + 3_600_000) }],
      ['on one rack', { racks: 'staging' }],
      ['for one app', { apps: 'web' }],
    ])('does not count %s', async (_, terms) => {
      const { at, own, ofGroup, remove } = await alone(['admins'])
      expect((await remove(ofGroup)).status).toBe(200)
      await at.issuer.addBinding({ kind: 'group', id: 'admins' }, { role: 'admin', ...terms })
      expect((await remove(own)).status).toBe(409)
    })

    test('is protected from locking its only unlocked member', async () => {
      const { at, ann, own, remove } = await alone(['admins'])
      const ben = await createUser(at, null)
      await at.sql`update gateway.users set groups = '{admins}' where id = ${ben.id}`
      expect((await remove(own)).status).toBe(200)
      expect((await call(at, ann.token, 'POST', `/users/${ben.id}/lock`, { reason: 'x' })).status).toBe(200)
      const lock = await call(at, ann.token, 'POST', `/users/${ann.id}/lock`, { reason: 'x' })
      expect([lock.status, lock.text('code')]).toEqual([409, 'RGW_LAST_ADMIN'])
    })

    test('and one’s own, both removed at once: one stays', async () => {
      const { own, ofGroup, remove } = await alone(['admins'])
      const both = await Promise.all([remove(own), remove(ofGroup)])
      expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
    })

    test('one of two members who lock each other at the same time stays unlocked', async () => {
      const { at, ann, own, remove } = await alone(['admins'])
      const ben = await createUser(at, null)
      await at.sql`update gateway.users set groups = '{admins}' where id = ${ben.id}`
      expect((await remove(own)).status).toBe(200)
      await expect.poll(async () => (await call(at, ben.token, 'GET', '/users')).status).toBe(200)
      const both = await Promise.all([
        call(at, ann.token, 'POST', `/users/${ben.id}/lock`, { reason: 'x' }),
        call(at, ben.token, 'POST', `/users/${ann.id}/lock`, { reason: 'x' }),
      ])
      expect(both.map(({ status }) => status === 200).sort()).toEqual([false, true])
      expect(await at.sql`select 1 from gateway.users where locked_at is null and 'admins' = any(groups)`).toHaveLength(
        1,
      )
    })
  })

  test('can lock others', async () => {
    const { token } = await createUser(system, 'admin')
    const other = await createUser(system, 'admin')
    expect((await call(system, token, 'POST', `/users/${other.id}/lock`, { reason: 'x' })).status).toBe(200)
  })
})
