import { createHash, randomUUID } from 'node:crypto'
import { credentials, sessions } from '@rack-gateway/database'
import { describe, expect, test } from 'vitest'
import { LoginDenied } from '../errors/login-denial.ts'
import { defaultSessionTerms } from '../sessions/renewal.ts'
import { author, startStore } from '../testing/database.ts'
import { hour } from '../testing/records.ts'
import { deriveLoginKeys } from '../tokens/login-keys.ts'
import { changeIdentities } from '../transactions/change.ts'
import { createCliLogins } from './logins.ts'

const context = { request: 'r', source: { address: '192.0.2.7' } }
const verifier = 'v'.repeat(43)
const cli = { device: 'laptop', system: 'Linux', rack: null }

async function start() {
  const store = await startStore()
  const { database, mint, clock, record, issuer } = store
  const logins = createCliLogins({
    database,
    mint,
    keys: deriveLoginKeys([Buffer.alloc(32, 'cli')]),
    clock,
    record,
    terms: defaultSessionTerms,
    deviceLogin: 'on',
    pollSeconds: 1,
    blockOf: (address) => address,
  })
  const { id: user } = await issuer.user('ann@example.com')
  const session = randomUUID()
  const end = new Date(clock.now() + hour)
  await changeIdentities({ database, by: author, record }, async ({ tx }) => {
    const authenticatedAt = new Date(clock.now() + 1)
    await tx.insert(sessions).values({ id: session, userId: user, device: 'browser', authenticatedAt, expiresAt: end })
  })
  const loopback = {
    ...cli,
    challenge: createHash('sha256').update(verifier).digest('base64url'),
    port: 4000,
    path: 'p'.repeat(22),
    state: 's'.repeat(22),
  }
  const opened = logins.loopback.read(logins.loopback.begin(loopback, '192.0.2.7').handle)
  const typed = await logins.device.begin(cli, '192.0.2.7')
  const waiting = await logins.device.find(typed.userCode)
  if (opened === null || waiting === null) throw new Error('a login that has begun waits for its decision')
  const decider = { user, email: 'ann@example.com', session }
  return {
    ...store,
    user,
    session,
    redeem: {
      loopback: (code: string) => logins.loopback.redeem(code, verifier, context),
      device: () => logins.device.poll(typed.secret, context),
    },
    approvals: {
      loopback: () => logins.loopback.approve(opened, decider, context),
      device: () => logins.device.approve(waiting.id, decider, context),
    },
  }
}

test.each(['loopback', 'device'] as const)(
  'a browser session that has ended cannot approve a login by %s, even if it is cached',
  async (flow) => {
    const { approvals, issuer, session, database } = await start()
    await issuer.endSession(session, 'lost laptop')
    await expect(approvals[flow]()).rejects.toMatchObject({ denial: { rule: 'cli-login-session-ended' } })
    expect(await database.db.$count(credentials)).toBe(0)
  },
)

test.each(['loopback', 'device'] as const)(
  'the browser session of a locked user cannot approve a login by %s',
  async (flow) => {
    const { approvals, administrationBy, user } = await start()
    await administrationBy([]).lockUser(user, 'gone')
    await expect(approvals[flow]()).rejects.toThrow(LoginDenied)
  },
)

test.each(['loopback', 'device'] as const)('an active browser session can approve a login by %s', async (flow) => {
  const { approvals } = await start()
  await expect(approvals[flow]()).resolves.toBeDefined()
})

describe('an approved login', () => {
  test('by loopback leads to no session once the browser session that approved it has ended', async () => {
    const { approvals, redeem, issuer, session, database } = await start()
    const code = await approvals.loopback()
    await issuer.endSession(session, 'lost laptop')
    await expect(redeem.loopback(code)).resolves.toMatchObject({ rule: 'cli-login-session-ended' })
    expect(await database.db.$count(credentials)).toBe(0)
  })

  test('by device leads to no session once the browser session that approved it has ended', async () => {
    const { approvals, redeem, issuer, session, database } = await start()
    await approvals.device()
    await issuer.endSession(session, 'lost laptop')
    await expect(redeem.device()).rejects.toMatchObject({ rule: 'cli-login-session-ended' })
    expect(await database.db.$count(credentials)).toBe(0)
  })

  test('leads to a session while the browser session that approved it is active', async () => {
    const { approvals, redeem } = await start()
    await expect(redeem.loopback(await approvals.loopback())).resolves.toMatchObject({ token: expect.any(String) })
    await approvals.device()
    await expect(redeem.device()).resolves.toMatchObject({ status: 'done' })
  })
})
