import { demoUsers } from '@rack-gateway/demo/identity-provider'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { System } from '../support/gateway/system.ts'
import { createBrowser } from '../support/login/browser.ts'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'
import { sessionOf } from '../support/login/session-of.ts'

/** A session or token that is revoked at one replica is rejected at another, and its open streams there end. */
let at: LoginSystem
let replica: Awaited<ReturnType<System['replica']>>
const clock = { ahead: 0 }
beforeAll(async () => {
  at = await startLoginSystem({}, { now: () => Date.now() + clock.ahead })
  replica = await at.system.replica()
  await at.system.issuer.addBinding({ kind: 'group', id: 'deployers' }, { role: 'deployer' })
})
afterAll(async () => {
  await replica.stop()
  await at.stop()
})
afterEach(() => {
  clock.ahead = 0
  at.idp.setUsers(demoUsers)
})

const host = () => new URL(at.system.url).host
const byToken = (token: string) => async () => {
  const headers = { authorization: `Bearer ${token}` }
  return (await createBrowser().visit(`${replica.url}/rack/staging/apps`, { headers })).status
}
const moved = () => at.idp.setUsers(demoUsers.map((one) => (one.id === 'deployer' ? { ...one, groups: [] } : one)))
const renew = (token: string) => at.system.send('POST', '/gateway/api/v1/session/renewal', token)

let accounts = 0
async function pipeline() {
  const name = `account-${++accounts}`
  const id = await at.system.issuer.createServiceAccount({ name, binding: { role: 'ci' } })
  const owner = { kind: 'service-account', name } as const
  const expiresAt = Date.now() + 3_600_000
  const issued = await at.system.issuer.issueApiToken({ name: `token-${accounts}`, owner, role: 'ci', expiresAt })
  return { account: id, ...issued }
}

interface Revocation {
  /** Asked at the other replica. */
  status(): Promise<number>
  /** Done at this one. */
  act(): Promise<unknown>
}

const rows: readonly [string, number, () => Promise<Revocation>][] = [
  [
    'a service account that is disabled',
    401,
    async () => {
      const { account, token } = await pipeline()
      const admin = await at.system.token('admin')
      return {
        status: byToken(token),
        act: () => call(at.system, admin, 'POST', `/service-accounts/${account}/disable`),
      }
    },
  ],
  [
    'a token that is rotated without an overlap',
    401,
    async () => {
      const { id, token } = await pipeline()
      const admin = await at.system.token('admin')
      const act = () => call(at.system, admin, 'POST', `/tokens/${id}/rotate`, { overlapSeconds: 0 })
      return { status: byToken(token), act }
    },
  ],
  [
    'a person whom the provider does not vouch for any more, at the renewal of another session',
    401,
    async () => {
      await at.login('deployer')
      const [one, other] = [await sessionOf(at.system, 'deployer'), await sessionOf(at.system, 'deployer')]
      clock.ahead = 61_000
      at.idp.setUsers(demoUsers.filter(({ id }) => id !== 'deployer'))
      return { status: byToken(other.token), act: () => renew(one.token) }
    },
  ],
  [
    'a group that is lost at a login',
    403,
    async () => {
      await at.login('deployer')
      const { token } = await sessionOf(at.system, 'deployer')
      moved()
      return { status: byToken(token), act: () => at.login('deployer') }
    },
  ],
  [
    'a group that is lost at a renewal',
    403,
    async () => {
      await at.login('deployer')
      const { token } = await sessionOf(at.system, 'deployer')
      clock.ahead = 61_000
      moved()
      return { status: byToken(token), act: () => renew(token) }
    },
  ],
  [
    'a browser’s session that another login replaces',
    401,
    async () => {
      const { browser } = await at.login('deployer')
      const before = createBrowser()
      before.cookies.set('rack_gateway', browser.cookies.get('rack_gateway') ?? '')
      const status = async () =>
        (await before.visit(`${replica.url}/gateway/api/v1/me`, { headers: { host: host() } })).status
      return { status, act: () => at.login('deployer', { browser }) }
    },
  ],
]

test.each(rows)('%s is over (%i) on the other replica', async (_, status, prepare) => {
  const revocation = await prepare()
  expect(await revocation.status()).toBe(200)
  await revocation.act()
  await expect.poll(revocation.status, { interval: 20 }).toBe(status)
})

describe('a live stream at the other replica is closed with the reason', () => {
  const closings: readonly [
    string,
    RegExp,
    (given: { user: string; session: string; binding: string; admin: string }) => Promise<unknown>,
  ][] = [
    [
      'that the user is locked',
      /locked/,
      ({ user, admin }) => call(at.system, admin, 'POST', `/users/${user}/lock`, { reason: 'left' }),
    ],
    ['that the session was ended', /session ended/, ({ session }) => at.system.issuer.endSession(session, 'test')],
    [
      'that the role is gone',
      /not permitted|no role|binding/i,
      ({ binding }) => at.system.issuer.removeBinding(binding),
    ],
  ]
  test.each(closings)('%s', async (name, reason, act) => {
    const email = `${name.replaceAll(' ', '-')}@example.com`
    const { id: user } = await at.system.issuer.user(email)
    const binding = await at.system.issuer.addBinding({ kind: 'user', id: user }, { role: 'viewer' })
    const expiresAt = Date.now() + 3_600_000
    const { id: session, token } = await at.system.issuer.issueSession({ email, device: 'test', expiresAt })
    const stream = await openWebSocket(`${replica.url}/rack/staging/apps/myapp/logs`, token, {})
    expect(stream.status).toBe(101)
    const said = stream.readToEnd()
    const admin = await at.system.token('admin')
    await act({ user, session, binding, admin })
    const words = (await said).join('')
    expect(words).toMatch(/ERROR: /)
    expect(words).toMatch(reason)
    const closed = async () =>
      (await at.system.events()).find(({ kind, principal }) => kind === 'closed' && principal?.name === email)?.close
    await expect.poll(closed).toMatch(reason)
  })
})
