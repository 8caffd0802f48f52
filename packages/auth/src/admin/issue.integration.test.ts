import { bindings, credentials, openDatabase, serviceAccounts, sessions, users } from '@rack-gateway/database'
import type { Sql } from 'postgres'
import { expect, onTestFinished, test } from 'vitest'
import { InvalidExpiry, InvalidName, NameTaken, NotFound } from '../errors/errors.ts'
import { author, startStore } from '../testing/database.ts'
import { hour, now } from '../testing/records.ts'
import { createIssuer } from './issue.ts'

const ann = { email: 'ann@example.com', device: 'laptop', expiresAt: now + hour }
const deploys = { kind: 'service-account', name: 'deploys' } as const
const nightly = { name: 'nightly', owner: deploys, role: 'ci', expiresAt: now + hour }

test('issuing a session makes the user, the binding and the session, and records each', async () => {
  const { issuer, record, mint } = await startStore()
  const { id, token, expiresAt } = await issuer.issueSession({
    ...ann,
    email: 'Ann@Example.COM',
    role: 'ops',
    rack: 'staging',
  })
  expect(mint.verify(token, now)).toMatchObject({ kind: 'session', expiresAt })
  expect(record.mock.calls).toEqual([
    [
      [
        {
          kind: 'binding.created',
          principal: author,
          detail: expect.objectContaining({
            role: 'ops',
            racks: 'staging',
            apps: '*',
            subject: expect.stringMatching(/^user:/),
          }),
        },
        {
          kind: 'session.issued',
          principal: author,
          rack: 'staging',
          detail: {
            session: id,
            user: expect.any(String),
            email: 'ann@example.com',
            device: 'laptop',
            expires: new Date(now + hour).toISOString().replace(/\.\d+/, '.000'),
          },
        },
      ],
    ],
  ])
})

test('a second session of the same person makes no second user and no second binding', async () => {
  const { issuer, database } = await startStore()
  await issuer.issueSession({ ...ann, role: 'ops' })
  await issuer.issueSession({ ...ann, email: 'ANN@example.com', role: 'ops' })
  expect(await database.db.select().from(users)).toHaveLength(1)
  expect(await database.db.select().from(bindings)).toHaveLength(1)
  expect(await database.db.select().from(sessions)).toHaveLength(2)
})

test('a session for an account of an identity provider belongs to the user whom a login finds', async () => {
  const { issuer, database } = await startStore()
  const account = { issuer: 'https://id.example.com', subject: '42' }
  await issuer.issueSession({ ...ann, account })
  await issuer.issueSession({ ...ann, email: 'ann.new@example.com', account })
  await issuer.issueSession(ann)
  expect(await database.db.select().from(users).orderBy(users.issuer)).toMatchObject([
    { issuer: 'https://id.example.com', subject: '42', email: 'ann@example.com' },
    { issuer: 'local', subject: 'ann@example.com', email: 'ann@example.com' },
  ])
})

test('many sessions at once for a new person make one user', async () => {
  const { issuer, database } = await startStore()
  await Promise.all(Array.from({ length: 8 }, () => issuer.issueSession(ann)))
  expect(await database.db.select().from(users)).toHaveLength(1)
  expect(await database.db.select().from(sessions)).toHaveLength(8)
})

test('neither the database nor the events contain a part of the token', async () => {
  const { issuer, admin, record } = await startStore()
  await issuer.createServiceAccount({ name: 'deploys' })
  const tokens = [await issuer.issueSession(ann), await issuer.issueApiToken(nightly)].map(({ token }) => token)
  const rows = await admin`
    select row_to_json(c)::text as text from gateway.credentials c
    union all select row_to_json(s)::text from gateway.sessions s
    union all select row_to_json(t)::text from gateway.api_tokens t`
  const kept = JSON.stringify([rows, record.mock.calls])
  for (const token of tokens) {
    for (let at = 4; at + 16 <= token.length; at++) {
      const part = token.slice(at, at + 16)
      expect(kept).not.toContain(part)
      expect(kept).not.toContain(Buffer.from(part).toString('hex'))
    }
  }
})

test('if the event cannot be recorded, no row is changed and no token is returned', async () => {
  const { issuer, record, database } = await startStore()
  record.mockRejectedValue(new Error('the audit log cannot be written'))
  await expect(issuer.issueSession({ ...ann, role: 'admin' })).rejects.toThrow('the audit log cannot be written')
  await expect(issuer.createServiceAccount({ name: 'deploys' })).rejects.toThrow('the audit log cannot be written')
  const { db } = database
  const kept = [
    db.select().from(users),
    db.select().from(bindings),
    db.select().from(credentials),
    db.select().from(serviceAccounts),
  ]
  expect(await Promise.all(kept)).toEqual([[], [], [], []])
})

test('if the revocation cannot be recorded, the session stays valid and the caller gets an error', async () => {
  const { issuer, record } = await startStore()
  const { id } = await issuer.issueSession(ann)
  record.mockRejectedValueOnce(new Error('the audit log cannot be written'))
  await expect(issuer.endSession(id, 'logged out')).rejects.toThrow('the audit log cannot be written')
  expect(await issuer.listSessions()).toMatchObject([{ id, endedAt: null }])
})

test('the record is made before the change can be seen by anybody', async () => {
  const { issuer, record, database } = await startStore()
  record.mockImplementation(async () => {
    expect(await database.db.select().from(sessions)).toEqual([])
  })
  await issuer.issueSession(ann)
  expect(record).toHaveBeenCalledOnce()
})

test('issuing an API token binds it and records its owner', async () => {
  const { issuer, record, mint } = await startStore()
  const account = await issuer.createServiceAccount({ name: 'deploys' })
  record.mockClear()
  const { id, token } = await issuer.issueApiToken({ ...nightly, racks: 'staging', apps: 'web-*', rack: 'staging' })
  expect(mint.verify(token, now)).toMatchObject({ kind: 'api-token' })
  expect(record.mock.calls[0]?.[0]).toMatchObject([
    { kind: 'binding.created', detail: { subject: `api-token:${id}`, role: 'ci', racks: 'staging', apps: 'web-*' } },
    {
      kind: 'token.issued',
      rack: 'staging',
      detail: { token: id, name: 'nightly', owner: `service-account:${account}` },
    },
  ])
})

test('an API token needs an owner that exists', async () => {
  const { issuer } = await startStore()
  await expect(issuer.issueApiToken(nightly)).rejects.toThrow(NotFound)
  const owner = { kind: 'user', email: 'ann@example.com' } as const
  await expect(issuer.issueApiToken({ ...nightly, owner })).rejects.toThrow('There is no user ann@example.com')
})

test('the name of a service account is unique, also for concurrent requests', async () => {
  const { issuer } = await startStore()
  const responses = await Promise.allSettled([1, 2, 3].map(() => issuer.createServiceAccount({ name: 'deploys' })))
  expect(responses.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  await expect(issuer.createServiceAccount({ name: 'deploys' })).rejects.toThrow(NameTaken)
})

test('ending and revoking are recorded once, and can be repeated', async () => {
  const { issuer, record } = await startStore()
  await issuer.createServiceAccount({ name: 'deploys' })
  const session = await issuer.issueSession(ann)
  const token = await issuer.issueApiToken(nightly)
  record.mockClear()
  for (let round = 0; round < 2; round++) {
    await issuer.endSession(session.id, 'lost laptop')
    await issuer.revokeToken(token.id)
  }
  expect(record.mock.calls.flat(2)).toMatchObject([
    { kind: 'session.ended', principal: author, detail: { session: session.id, reason: 'lost laptop' } },
    { kind: 'token.revoked', principal: author, detail: { token: token.id, name: 'nightly' } },
  ])
})

test('three processes that end the same session at once make one event', async () => {
  const { issuer, record, admin, urls, mint, clock } = await startStore()
  const databases = [1, 2, 3].map(() => openDatabase(urls.runtimeUrl))
  onTestFinished(async () => void (await Promise.all(databases.map(({ close }) => close()))))
  const { id } = await issuer.issueSession(ann)
  record.mockClear()
  record.mockImplementationOnce(async () => {
    await expect.poll(async () => (await waitingForLocks(admin)) === 2).toBe(true)
  })
  const processes = databases.map((database) => createIssuer({ database, mint, clock, record, by: author }))
  await Promise.all(processes.map(({ endSession }) => endSession(id, 'lost laptop')))
  expect(record).toHaveBeenCalledOnce()
})

test('a binding is added and removed with its terms on record', async () => {
  const { issuer, record } = await startStore()
  const { id: user } = await issuer.user('ann@example.com')
  const terms = { role: 'admin', racks: 'prod-*', apps: 'web', expiresAt: new Date(now + hour), reason: 'incident 7' }
  const id = await issuer.addBinding({ kind: 'user', id: user }, terms)
  await issuer.removeBinding(id)
  const about = { binding: id, subject: `user:${user}`, role: 'admin', racks: 'prod-*', apps: 'web' }
  expect(record.mock.calls.flat(2)).toEqual([
    {
      kind: 'binding.created',
      principal: author,
      detail: { ...about, expires: terms.expiresAt.toISOString(), reason: 'incident 7' },
    },
    { kind: 'binding.removed', principal: author, detail: about },
  ])
})

test('an unknown ID is a 404', async () => {
  const { issuer } = await startStore()
  for (const id of ['00000000-0000-4000-8000-000000000000', '', 'x', "' or true --", '\0']) {
    await expect(issuer.endSession(id, 'x')).rejects.toThrow(/^There is no such session/)
    await expect(issuer.revokeToken(id)).rejects.toThrow(/^There is no such API token/)
    await expect(issuer.removeBinding(id)).rejects.toThrow(/^There is no such binding/)
  }
})

test('a credential that ends now, before, or never is refused', async () => {
  const { issuer, database } = await startStore()
  await issuer.createServiceAccount({ name: 'deploys' })
  for (const expiresAt of [now, now - hour, now + 999, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 40 * 1000]) {
    await expect(issuer.issueSession({ ...ann, expiresAt })).rejects.toThrow(InvalidExpiry)
    await expect(issuer.issueApiToken({ ...nightly, expiresAt })).rejects.toThrow(InvalidExpiry)
  }
  expect(await database.db.select().from(users)).toEqual([])
})

test('an ambiguous or unprintable name is rejected first', async () => {
  const { issuer, record } = await startStore()
  await expect(issuer.issueSession({ ...ann, email: 'a@corp.com@evil.com' })).rejects.toThrow(InvalidName)
  await expect(issuer.issueSession({ ...ann, device: 'x\r\nConvox-Actor: root' })).rejects.toThrow(InvalidName)
  await expect(issuer.createServiceAccount({ name: '\u001b[2J' })).rejects.toThrow(InvalidName)
  expect(record).not.toHaveBeenCalled()
})

async function waitingForLocks(admin: Sql): Promise<number> {
  const rows = await admin`
    select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  return rows.length
}
