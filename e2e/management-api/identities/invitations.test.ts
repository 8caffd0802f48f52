import type { DemoUser } from '@rack-gateway/demo/identity-provider'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../../support/gateway/system.ts'
import { type LoginSystem, startLoginSystem } from '../../support/login/login.ts'
import { createUser, credential, someId, type TestUser } from '../callers.ts'

const day = 86_400_000
/** The gateway's clock. The identity provider has the real time, so what happens before a login happens in the past. */
const clock = { ahead: 0 }
let at: LoginSystem
let admin: TestUser
/** A gateway without an identity provider. */
let other: System
beforeAll(async () => {
  other = await startSystem()
  at = await startLoginSystem({}, { now: () => Date.now() + clock.ahead })
  admin = await createUser(at.system, 'admin')
})
afterAll(async () => {
  await other.stop()
  await at.stop()
})
afterEach(() => {
  clock.ahead = 0
})

const ask = (method: string, path: string, body?: unknown, by = admin.token) => call(at.system, by, method, path, body)
const ops = { role: 'ops', racks: 'staging', apps: 'my*', expiresAt: null }
const { expiresAt: _, ...wantedOps } = ops
const invite = (email: string, more: object = {}, by = admin.token) =>
  ask('POST', '/invitations', { email, bindings: [wantedOps], ...more }, by)
const stateOf = async (id: string) => (await ask('GET', `/invitations/${id}`)).text('state')
const eventsOf = async (invitation: string) =>
  (await at.system.events()).filter(({ detail }) => detail?.invitation === invitation)

let invited = 0
/** A person at the identity provider who has not logged in yet. */
function newPerson(changes: Partial<DemoUser> = {}): DemoUser {
  const id = `invited-${++invited}`
  return { id, email: `${id}@example.com`, emailVerified: true, groups: [], about: '', ...changes }
}

async function login(someone: DemoUser) {
  at.idp.setUsers([someone])
  return at.login(someone.id)
}

async function usersWith(email: string) {
  return at.system.sql<{ id: string; subject: string }[]>`
    select id, subject from gateway.users where email = ${email} and issuer = ${at.idp.issuer} order by created_at`
}

/** The bindings of the user who logged in as this person. */
async function bindingsOf({ id }: DemoUser) {
  return at.system.sql<{ role: string; racks: string; apps: string; created_by: string; invitation: string }[]>`
    select b.role, b.racks, b.apps, b.created_by, b.invitation from gateway.bindings b
    join gateway.users u on b.subject_kind = 'user' and b.subject_id = u.id::text
    where u.issuer = ${at.idp.issuer} and u.subject = ${id} order by b.created_at, b.role`
}

describe('an invitation', () => {
  test('grants its roles at the first login, whatever the case of the address, and only once', async () => {
    const ann = newPerson()
    const made = await invite(ann.email.toUpperCase(), { reason: 'release night' })
    expect([made.status, made.json]).toEqual([
      201,
      {
        id: expect.any(String),
        email: ann.email,
        issuer: at.idp.issuer,
        bindings: [ops],
        reason: 'release night',
        state: 'open',
        invitedBy: { id: admin.id, email: admin.email },
        createdAt: expect.any(String),
        expiresAt: expect.any(String),
        endedAt: null,
        userId: null,
      },
    ])
    expect(Date.parse(made.text('expiresAt')) - Date.parse(made.text('createdAt'))).toBe(14 * day)
    const id = made.text('id')
    const { browser } = await login({ ...ann, email: `I${ann.email.slice(1).replace('example', 'EXAMPLE')}` })
    expect(JSON.parse((await at.visit(browser, '/gateway/api/v1/me')).body)).toMatchObject({
      name: ann.email,
      roles: ['ops'],
      racks: ['staging'],
    })
    const granted = { role: 'ops', racks: 'staging', apps: 'my*', created_by: admin.id, invitation: id }
    expect(await bindingsOf(ann)).toEqual([granted])
    const [user] = await usersWith(ann.email)
    expect((await ask('GET', `/invitations/${id}`)).json).toMatchObject({
      state: 'redeemed',
      endedAt: expect.any(String),
      userId: user?.id,
    })
    const events = await eventsOf(id)
    expect(events.map(({ kind }) => kind).sort()).toEqual([
      'binding.created',
      'invitation.created',
      'invitation.redeemed',
    ])
    expect(events).toContainEqual(
      expect.objectContaining({
        kind: 'invitation.redeemed',
        principal: expect.objectContaining({ kind: 'user', name: ann.email }),
        source: expect.objectContaining({ address: '127.0.0.1' }),
        detail: expect.objectContaining({ invitedBy: admin.id, bindings: 'ops on staging/my*' }),
      }),
    )

    const [binding] = (await ask('GET', `/bindings?subject=${user?.id}`)).texts('id')
    expect((await ask('DELETE', `/bindings/${binding}`)).status).toBe(200)
    await login(ann)
    expect(await bindingsOf(ann)).toEqual([])
    const twin = newPerson({ email: ann.email })
    await login(twin)
    expect(await bindingsOf(twin)).toEqual([])
  })

  test('grants several roles with their own expiry, and skips expired ones', async () => {
    const ann = newPerson()
    const inDays = (days: number) => new Date(Date.now() + days * day).toISOString()
    clock.ahead = -2 * day
    const bindings = [
      { role: 'viewer' },
      { role: 'ops', racks: 'staging', expiresAt: inDays(-1) },
      { role: 'deployer', racks: 'staging', expiresAt: inDays(5) },
    ]
    expect((await invite(ann.email, { bindings })).status).toBe(201)
    clock.ahead = 0
    await login(ann)
    expect((await bindingsOf(ann)).map(({ role }) => role).sort()).toEqual(['deployer', 'viewer'])
  })

  test('warns of a pattern that matches no rack, and of an identity provider that is not the one of the gateway', async () => {
    const ann = newPerson()
    const issuer = 'https://accounts.other.example'
    const made = await invite(ann.email, { issuer, bindings: [{ role: 'viewer', racks: 'none-*' }] })
    expect((made.json as { warnings: string[] }).warnings).toEqual([
      expect.stringContaining('No rack matches "none-*"'),
      `Nobody can log in at ${issuer} now. The identity provider of this gateway is ${at.idp.issuer}.`,
    ])
    await login(ann)
    expect(await bindingsOf(ann)).toEqual([])
    expect(await stateOf(made.text('id'))).toBe('open')
  })

  test('adds to DEFAULT_ROLE', async () => {
    const open = await startLoginSystem({ defaultRole: 'viewer' })
    try {
      const { token } = await createUser(open.system, 'admin')
      await call(open.system, token, 'POST', '/invitations', { email: 'nobody@example.com', bindings: [wantedOps] })
      const { browser } = await open.login('nobody')
      const me = JSON.parse((await open.visit(browser, '/gateway/api/v1/me')).body)
      expect(me.roles.sort()).toEqual(['ops', 'viewer'])
    } finally {
      await open.stop()
    }
  })

  test('has no effect after it expired or was revoked', async () => {
    const [ann, ben] = [newPerson(), newPerson()]
    clock.ahead = -3 * day
    const expiring = (await invite(ann.email, { lifetimeSeconds: 3 * 86_400 })).text('id')
    const revoked = (await invite(ben.email)).text('id')
    expect((await ask('DELETE', `/invitations/${revoked}`)).json).toMatchObject({ state: 'revoked' })
    expect((await ask('DELETE', `/invitations/${revoked}`)).status).toBe(200)
    expect((await eventsOf(revoked)).map(({ kind }) => kind)).toEqual(['invitation.created', 'invitation.revoked'])
    expect(await stateOf(expiring)).toBe('open')
    clock.ahead = 0
    expect(await stateOf(expiring)).toBe('expired')
    for (const someone of [ann, ben]) {
      await login(someone)
      expect(await bindingsOf(someone)).toEqual([])
    }
    expect([await stateOf(expiring), await stateOf(revoked)]).toEqual(['expired', 'revoked'])
  })

  test('stays open while its address is not verified', async () => {
    const ann = newPerson({ emailVerified: false })
    const id = (await invite(ann.email)).text('id')
    expect((await login(ann)).page.status).toBe(403)
    expect([await usersWith(ann.email), await stateOf(id)]).toEqual([[], 'open'])
    await login({ ...ann, emailVerified: true })
    expect((await bindingsOf(ann)).map(({ role }) => role)).toEqual(['ops'])
  })

  test('never changes an existing user, also not one whose address becomes the invited one', async () => {
    const [ann, ben] = [newPerson(), newPerson()]
    await login(ann)
    const denied = await invite(ann.email.toUpperCase())
    expect([denied.status, denied.text('code'), denied.text('next')]).toEqual([
      409,
      'RGW_USER_EXISTS',
      'Grant the user the roles with bindings.',
    ])
    const id = (await invite(ben.email)).text('id')
    await login({ ...ann, email: ben.email })
    expect([await bindingsOf(ann), await stateOf(id)]).toEqual([[], 'open'])
    await login(ben)
    expect((await bindingsOf(ben)).map(({ role }) => role)).toEqual(['ops'])
  })

  test('does not unlock a locked user', async () => {
    const ann = newPerson()
    await login(ann)
    const [user] = await usersWith(ann.email)
    await ask('POST', `/users/${user?.id}/lock`, { reason: 'left' })
    expect((await invite(ann.email)).status).toBe(409)
    expect((await login(ann)).page.status).toBe(403)
    expect(await bindingsOf(ann)).toEqual([])
  })
})

describe('an invitation whose inviter can no longer grant its roles', () => {
  const losses: readonly [string, (inviter: TestUser) => Promise<unknown>][] = [
    ['the inviter is locked', ({ id }) => ask('POST', `/users/${id}/lock`, { reason: 'left' })],
    [
      'the inviter lost the role',
      async ({ id }) => {
        const [binding] = (await ask('GET', `/bindings?subject=${id}`)).texts('id')
        return ask('DELETE', `/bindings/${binding}`)
      },
    ],
    [
      'the inviter still holds the role, but can no longer invite',
      async ({ id }) => {
        const [binding] = (await ask('GET', `/bindings?subject=${id}`)).texts('id')
        await ask('POST', '/bindings', { subject: { kind: 'user', id }, role: 'ops' })
        return ask('DELETE', `/bindings/${binding}`)
      },
    ],
    [
      'the inviter can still invite, but does not hold the role for so long',
      async ({ id }) => {
        const [binding] = (await ask('GET', `/bindings?subject=${id}`)).texts('id')
        const expiresAt = new Date(Date.now() + day).toISOString()
        await ask('POST', '/bindings', { subject: { kind: 'user', id }, role: 'admin', expiresAt })
        return ask('DELETE', `/bindings/${binding}`)
      },
    ],
    [
      'the inviter has the role only on another rack',
      async ({ id }) => {
        const [binding] = (await ask('GET', `/bindings?subject=${id}`)).texts('id')
        await ask('POST', '/bindings', { subject: { kind: 'user', id }, role: 'admin', racks: 'other' })
        return ask('DELETE', `/bindings/${binding}`)
      },
    ],
  ]

  test.each(losses)('%s: it grants no role, at this login or a later one', async (_what, lose) => {
    const inviter = await createUser(at.system, 'admin')
    const ann = newPerson()
    const id = (await invite(ann.email, {}, inviter.token)).text('id')
    expect(await lose(inviter)).toMatchObject({ status: 200 })
    const { page } = await login(ann)
    expect(page.status).toBe(303)
    expect([await bindingsOf(ann), await stateOf(id)]).toEqual([[], 'denied'])
    expect((await eventsOf(id)).at(-1)).toMatchObject({
      kind: 'invitation.denied',
      principal: { name: ann.email },
      decision: { effect: 'deny', rule: 'inviter-authority' },
      detail: { invitedBy: inviter.id },
    })
    const subject = { kind: 'user', id: inviter.id }
    await ask('POST', '/bindings', { subject, role: 'admin' })
    await ask('POST', `/users/${inviter.id}/unlock`)
    await login(ann)
    expect(await bindingsOf(ann)).toEqual([])
  })

  test('the role of the inviter has expired: no role is granted', async () => {
    const until = new Date(Date.now() - 60_000)
    const inviter = await createUser(at.system, 'admin', { expiresAt: until })
    const ann = newPerson()
    clock.ahead = -day
    const bindings = [{ role: 'viewer', expiresAt: until.toISOString() }]
    const id = (await invite(ann.email, { bindings }, inviter.token)).text('id')
    clock.ahead = 0
    await login(ann)
    expect([await bindingsOf(ann), await stateOf(id)]).toEqual([[], 'denied'])
  })
})

describe('logins and changes at once', () => {
  test('two logins of one person get the roles once', async () => {
    const ann = newPerson()
    const id = (await invite(ann.email)).text('id')
    at.idp.setUsers([ann])
    const ways = [await at.goAndChoose(ann.id), await at.goAndChoose(ann.id)]
    const pages = await Promise.all(ways.map(({ browser, callback }) => browser.visit(callback)))
    expect(pages.map(({ status }) => status)).toEqual([303, 303])
    expect(await bindingsOf(ann)).toHaveLength(1)
    expect((await eventsOf(id)).filter(({ kind }) => kind === 'invitation.redeemed')).toHaveLength(1)
  })

  test('only one of two people with the same address gets the roles', async () => {
    const ann = newPerson()
    const twin = newPerson({ email: ann.email })
    await invite(ann.email)
    at.idp.setUsers([ann, twin])
    const ways = [await at.goAndChoose(ann.id), await at.goAndChoose(twin.id)]
    await Promise.all(ways.map(({ browser, callback }) => browser.visit(callback)))
    expect([...(await bindingsOf(ann)), ...(await bindingsOf(twin))]).toHaveLength(1)
  })

  test('a login and a revocation: the roles are granted, or the invitation is revoked', async () => {
    const ann = newPerson()
    const id = (await invite(ann.email)).text('id')
    at.idp.setUsers([ann])
    const { browser, callback } = await at.goAndChoose(ann.id)
    const [, revoked] = await Promise.all([browser.visit(callback), ask('DELETE', `/invitations/${id}`)])
    const granted = (await bindingsOf(ann)).length
    expect([
      [1, 'redeemed', 409],
      [0, 'revoked', 200],
    ]).toContainEqual([granted, await stateOf(id), revoked.status])
  })

  test('two invitations of one address: the second is refused', async () => {
    const ann = newPerson()
    clock.ahead = -14 * day
    const responses = await Promise.all([invite(ann.email), invite(ann.email.toUpperCase())])
    expect(responses.map(({ status }) => status).sort()).toEqual([201, 409])
    const refused = responses.find(({ status }) => status === 409)
    expect(refused?.text('code')).toBe('RGW_ALREADY_INVITED')
    clock.ahead = 0
    expect((await invite(ann.email)).status).toBe(201)
  })

  test('a redeemed invitation cannot be revoked', async () => {
    const ann = newPerson()
    const id = (await invite(ann.email)).text('id')
    await login(ann)
    const refused = await ask('DELETE', `/invitations/${id}`)
    expect([refused.status, refused.text('code')]).toEqual([409, 'RGW_INVITATION_ENDED'])
    expect(await stateOf(id)).toBe('redeemed')
  })
})

describe('a caller without the permission cannot manage invitations', () => {
  test.each(['viewer', 'deployer', 'auditor'])('as %s', async (role) => {
    const { token } = await createUser(at.system, role)
    for (const [method, path] of [
      ['POST', '/invitations'],
      ['GET', '/invitations'],
      ['DELETE', `/invitations/${someId()}`],
    ] as const) {
      const body = method === 'POST' ? { email: 'x@example.com', bindings: [{ role }] } : undefined
      expect((await ask(method, path, body, token)).text('rule')).toBe('no-permission')
    }
  })

  test('with an API token', async () => {
    const token = await credential(at.system, 'admin', 'token of a user')
    expect((await invite(newPerson().email, {}, token)).text('rule')).toBe('people-only')
  })

  test('with a role that the inviter has for a shorter time', async () => {
    const inviter = await createUser(at.system, 'admin', { expiresAt: new Date(Date.now() + day) })
    const refused = await invite(newPerson().email, {}, inviter.token)
    expect([refused.status, refused.text('code')]).toEqual([403, 'RGW_INSUFFICIENT_AUTHORITY'])
  })

  test('an address of a domain whose accounts cannot log in', async () => {
    const refused = await invite('ann@elsewhere.example')
    expect([refused.status, refused.text('code'), refused.text('next')]).toEqual([
      400,
      'RGW_DOMAIN_NOT_ALLOWED',
      'Invite an address of one of these domains: example.com.',
    ])
  })

  const hostile: readonly [string, object][] = [
    ['an address with another script', { email: 'аnn@example.com' }],
    ['an address with a line break', { email: 'ann@example.com\nbcc: eve@example.com' }],
    ['an address with two at signs', { email: 'ann@evil.example@example.com' }],
    ['an address with a name', { email: '"Ann" <ann@example.com>' }],
    ['a formula as an address', { email: '=cmd()@example.com,x' }],
    ['a reason with an escape sequence', { reason: 'ok\u001b[2J' }],
    ['a reason on two lines', { reason: 'one\ntwo' }],
    ['an issuer that is not an address', { issuer: 'javascript:alert(1)' }],
    ['an issuer with a line break', { issuer: 'https://a.example\nx' }],
    ['an unknown role', { bindings: [{ role: '<b>admin</b>' }] }],
    ['an invalid pattern', { bindings: [{ role: 'viewer', racks: "'; drop table" }] }],
    ['no roles', { bindings: [] }],
    ['permissions', { bindings: [{ role: 'viewer', permissions: ['*'] }] }],
    ['an end in the past', { bindings: [{ role: 'viewer', expiresAt: '2020-01-01T00:00:00Z' }] }],
    ['a hundred days', { lifetimeSeconds: 100 * 86_400 }],
  ]
  test.each(hostile)('%s', async (_what, more) => {
    const before = (await ask('GET', '/invitations?limit=200')).texts('id')
    expect((await invite(newPerson().email, more)).status).toBe(400)
    expect((await ask('GET', '/invitations?limit=200')).texts('id')).toEqual(before)
  })

  test('on a gateway without browser login', async () => {
    const refused = await call({ url: other.url }, (await createUser(other, 'admin')).token, 'POST', '/invitations', {
      email: 'ann@example.com',
      bindings: [{ role: 'viewer' }],
    })
    expect([refused.status, refused.text('code')]).toEqual([409, 'RGW_NO_BROWSER_LOGIN'])
  })
})
