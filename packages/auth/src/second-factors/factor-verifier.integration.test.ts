import { randomBytes, randomUUID } from 'node:crypto'
import type { Deviations } from '@rack-gateway/testing/authenticator'
import { expect, test } from 'vitest'
import { author } from '../testing/database.ts'
import { startFactors } from '../testing/factors.ts'

const step = 30_000
const minute = 60_000

test('a code of an authenticator app proves once, and the code that added the app does not', async () => {
  const { addTotp, verify, clock, admin } = await startFactors()
  const { codeAt, id } = await addTotp()
  expect(await verify({ method: 'totp', code: codeAt() })).toMatchObject({ proved: false, rule: 'used-code' })
  clock.time += step
  expect(await verify({ method: 'totp', code: codeAt() })).toEqual({ proved: true, method: 'totp', factor: id })
  expect(await verify({ method: 'totp', code: codeAt() })).toMatchObject({ proved: false, rule: 'used-code' })
  const [row] = await admin`select used_at from gateway.second_factors`
  expect(row?.used_at).toEqual(new Date(clock.time))
})

test.each([
  ['the code before', -1, true],
  ['the next code', 1, true],
  ['an older code', -2, false],
  ['a later code', 2, false],
])('a clock that differs: %s', async (_, steps, proved) => {
  const { addTotp, verify, clock } = await startFactors()
  const { codeAt } = await addTotp()
  clock.time += 10 * step
  expect(await verify({ method: 'totp', code: codeAt(steps) })).toMatchObject({ proved })
})

test('an unused code is rejected after a later code was used', async () => {
  const { addTotp, verify, clock } = await startFactors()
  const { codeAt } = await addTotp()
  clock.time += 10 * step
  expect(await verify({ method: 'totp', code: codeAt(1) })).toMatchObject({ proved: true })
  expect(await verify({ method: 'totp', code: codeAt(0) })).toMatchObject({ proved: false, rule: 'used-code' })
  clock.time += step
  expect(await verify({ method: 'totp', code: codeAt(0) })).toMatchObject({ proved: false, rule: 'used-code' })
})

test('one code at the same time proves once, also in transactions that do not wait for each other', async () => {
  const { addTotp, verify, clock, database, factors, ann } = await startFactors()
  const { codeAt } = await addTotp()
  clock.time += 10 * step
  const both = await Promise.all([1, 2].map(() => verify({ method: 'totp', code: codeAt() })))
  expect(both.filter(({ proved }) => proved)).toHaveLength(1)

  clock.time += 10 * step
  const code = codeAt()
  const attempt = { ...ann, address: '', freshLogin: false, method: 'totp', code, passkeyChallenge: null } as const
  const unlocked = await Promise.all(
    [1, 2, 3].map(() =>
      database.db.transaction((tx) => factors.verifier.verify({ tx, by: author, events: [] }, attempt)),
    ),
  )
  expect(unlocked.filter(({ proved }) => proved)).toHaveLength(1)
})

test('a code of another user and an empty code are rejected', async () => {
  const { addTotp, verify, providerUserOf, clock } = await startFactors()
  const own = await addTotp()
  const other = await addTotp(await providerUserOf('ben@example.com'))
  clock.time += step
  // Two secrets can have the same code of six digits.
  const valid = [-1, 0, 1].map(own.codeAt)
  const foreign = [0, 1].map(other.codeAt).filter((code) => !valid.includes(code))
  for (const code of [...foreign, '', undefined, '٠٠٠٠٠٠', '-1', '1e5', ' '.repeat(6)])
    expect(await verify({ method: 'totp', code })).toMatchObject({ proved: false })
})

test('the secret of an app is stored encrypted, for its user only', async () => {
  const { addTotp, verify, providerUserOf, clock, admin } = await startFactors()
  const { secret } = await addTotp()
  const ben = await providerUserOf('ben@example.com')
  const { codeAt } = await addTotp(ben)
  const rows = await admin`select id, user_id, secret from gateway.second_factors`
  for (const row of rows) expect(Buffer.from(row.secret).toString('latin1')).not.toContain(secret)
  const [ofBen] = await admin`select secret from gateway.second_factors where user_id = ${ben.user}`
  await admin`update gateway.second_factors set secret = ${ofBen?.secret ?? null}`
  clock.time += step
  expect(await verify({ method: 'totp', code: codeAt() })).toMatchObject({ proved: false, rule: 'wrong-code' })
  expect(await verify({ method: 'totp', code: codeAt() }, ben)).toMatchObject({ proved: true })
})

test('each use of an app encrypts its secret with the newest key, so that older keys can be removed', async () => {
  const { addTotp, change, createFactors, defaultKeys, clock, ann } = await startFactors()
  const { codeAt } = await addTotp()
  const newer = Buffer.alloc(32, 'newer')
  const attemptAt = (totpSecrets: readonly Buffer[]) => {
    clock.time += step
    const attempt = {
      ...ann,
      address: '',
      freshLogin: false,
      method: 'totp',
      code: codeAt(),
      passkeyChallenge: null,
    } as const
    const { verifier } = createFactors({ ...defaultKeys, totpSecrets })
    return change((_, made) => verifier.verify(made, attempt))
  }
  expect(await attemptAt([newer])).toMatchObject({ proved: false, rule: 'wrong-code' })
  expect(await attemptAt([newer, ...defaultKeys.totpSecrets])).toMatchObject({ proved: true })
  expect(await attemptAt([newer])).toMatchObject({ proved: true })
  expect(await attemptAt(defaultKeys.totpSecrets)).toMatchObject({ proved: false })
})

test('a backup code proves once, however it is typed, and is stored as a hash', async () => {
  const { addPasskey, verify, admin } = await startFactors()
  const { backupCodes } = await addPasskey()
  const [first = '', second = ''] = backupCodes ?? []
  expect(backupCodes).toHaveLength(10)
  expect(new Set(backupCodes).size).toBe(10)
  expect(first).toMatch(/^[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}$/)
  const use = (code: string) => verify({ method: 'backup-code', code })
  expect(await use(first)).toEqual({ proved: true, method: 'backup-code', factor: null })
  expect(await use(first)).toMatchObject({ proved: false, rule: 'wrong-code' })
  const typed = ` ${second.toUpperCase().replaceAll('-', ' ').replaceAll('0', 'O').replaceAll('1', 'l')} `
  const both = await Promise.all([use(typed), use(second)])
  expect(both.filter(({ proved }) => proved)).toHaveLength(1)
  const rows = await admin`select hash, used_at from gateway.backup_codes`
  expect(rows.filter((row) => row.used_at !== null)).toHaveLength(2)
  for (const row of rows) expect(row.hash).toHaveLength(32)
})

test('a backup code of another user is rejected', async () => {
  const { addPasskey, verify, providerUserOf, admin } = await startFactors()
  await addPasskey()
  const ben = await providerUserOf('ben@example.com')
  const { backupCodes } = await addPasskey(ben)
  const [code = ''] = backupCodes ?? []
  expect(await verify({ method: 'backup-code', code })).toMatchObject({ proved: false })
  await admin`delete from gateway.backup_codes where user_id <> ${ben.user}`
  await admin`update gateway.backup_codes set user_id = (select id from gateway.users where email = 'ann@example.com')`
  expect(await verify({ method: 'backup-code', code })).toMatchObject({ proved: false })
})

test('a passkey proves, and counts up', async () => {
  const { addPasskey, verify, assertion, admin } = await startFactors()
  const { id, authenticator } = await addPasskey()
  const proof = await assertion(authenticator)
  expect(await verify(proof)).toEqual({ proved: true, method: 'passkey', factor: id })
  const [row] = await admin`select counter from gateway.second_factors`
  expect(Number(row?.counter)).toBe(2)
  expect(await verify(proof)).toMatchObject({ proved: false, rule: 'wrong-passkey' })
})

test('a synchronized passkey, which never counts, proves again and again', async () => {
  const { addPasskey, verify, assertion } = await startFactors()
  const { authenticator } = await addPasskey(undefined, { counts: false })
  for (const _ of [1, 2, 3]) expect(await verify(await assertion(authenticator))).toMatchObject({ proved: true })
})

test.each<[string, Deviations]>([
  ['another origin', { origin: 'https://gateway.example.com.attacker.example' }],
  ['a prefix of the origin', { origin: 'https://gateway.example.co' }],
  ['http', { origin: 'http://gateway.example.com' }],
  ['another RP ID', { rpId: 'example.com' }],
  ['another challenge', { challenge: randomBytes(32).toString('base64url') }],
  ['an empty challenge', { challenge: '' }],
  ['the type of a registration', { type: 'webauthn.create' }],
  ['a frame of another site', { crossOrigin: true }],
  ['no verification of the user', { userVerified: false }],
  ['no presence of the user', { userPresent: false }],
  ['the counter of the registration', { counter: 1 }],
  ['the counter 0 of an authenticator that counts', { counter: 0 }],
  ['another signature', { signature: randomBytes(70) }],
  ['another credential', { credentialId: randomBytes(32).toString('base64url') }],
])('a passkey with %s proves nothing, and its failure is an event', async (_, deviations) => {
  const { addPasskey, verify, assertion, eventsOf, ann } = await startFactors()
  const { authenticator } = await addPasskey()
  const result = await verify(await assertion(authenticator, deviations))
  expect(result).toMatchObject({ proved: false, rule: expect.stringMatching(/^(wrong|unknown)-passkey$/) })
  expect(eventsOf('second-factor.failed')).toMatchObject([
    {
      decision: { effect: 'deny' },
      detail: { user: ann.user, email: ann.email, method: 'passkey', session: ann.session },
    },
  ])
  expect(await verify(await assertion(authenticator))).toMatchObject({ proved: true })
})

test('a challenge of another session, or without a challenge, is rejected', async () => {
  const { addPasskey, verify, assertion } = await startFactors()
  const { authenticator } = await addPasskey()
  const [one, other] = [await assertion(authenticator), await assertion(authenticator)]
  expect(await verify({ ...one, passkeyChallenge: other.passkeyChallenge })).toMatchObject({ rule: 'wrong-passkey' })
  expect(await verify({ ...one, passkeyChallenge: null })).toMatchObject({ proved: false, rule: 'no-challenge' })
})

test('the passkey of another user is rejected, also with the challenge of this one', async () => {
  const { addPasskey, verify, assertion, providerUserOf } = await startFactors()
  await addPasskey()
  const { authenticator } = await addPasskey(await providerUserOf('ben@example.com'))
  expect(await verify(await assertion(authenticator))).toMatchObject({ proved: false, rule: 'unknown-passkey' })
})

test.each([
  ['nothing', undefined],
  ['null', null],
  ['a text', 'x'],
  ['a list', []],
  ['no fields', {}],
  ['an ID that is no text', { id: { toString: 'x' }, rawId: 1, type: 'public-key' }],
  ['a prototype', JSON.parse('{"__proto__":{"id":"AA","rawId":"AA","type":"public-key","response":{}}}')],
  ['no response', { id: 'AA', rawId: 'AA', type: 'public-key' }],
  [
    'a response of lists',
    { id: 'AA', rawId: 'AA', type: 'public-key', response: { clientDataJSON: [], signature: [] } },
  ],
])('a response with %s proves nothing', async (_, response) => {
  const { addPasskey, verify } = await startFactors()
  await addPasskey()
  const result = await verify({ method: 'passkey', passkeyChallenge: randomBytes(32), response })
  expect(result).toMatchObject({ proved: false })
})

test('every part of a response can be garbage', async () => {
  const { addPasskey, verify, assertion, admin } = await startFactors()
  const { authenticator } = await addPasskey()
  const garbage = [
    '',
    'AA',
    '%',
    '\0',
    '9'.repeat(60_000),
    Buffer.from('null').toString('base64url'),
    Buffer.from('{"type":[[[]]]}').toString('base64url'),
    Buffer.alloc(40_000, 0x81).toString('base64url'),
  ]
  for (const field of ['clientDataJSON', 'authenticatorData', 'signature'] as const) {
    for (const value of garbage) {
      const { response, ...proof } = await assertion(authenticator)
      const changed = { ...response, response: { ...response.response, [field]: value } }
      expect(await verify({ ...proof, response: changed })).toMatchObject({ proved: false, rule: 'wrong-passkey' })
      await admin`delete from gateway.failed_factors`
    }
  }
  expect(await verify(await assertion(authenticator))).toMatchObject({ proved: true })
})

test('a factor that was removed between its challenge and the proof does not prove', async () => {
  const { addPasskey, addTotp, verify, assertion, change, ann, clock } = await startFactors()
  const { id, authenticator } = await addPasskey()
  const app = await addTotp()
  clock.time += step
  const proof = await assertion(authenticator)
  const code = app.codeAt()
  await change((administration) => administration.removeFactor(ann, id))
  expect(await verify(proof)).toMatchObject({ proved: false, rule: 'unknown-passkey' })
  await change((administration) => administration.removeFactor(ann, app.id))
  expect(await verify({ method: 'totp', code })).toMatchObject({ proved: false, rule: 'no-authenticator-app' })
})

test('a locked user and an unknown user cannot prove', async () => {
  const { addTotp, verify, clock, admin, ann } = await startFactors()
  const { codeAt } = await addTotp()
  clock.time += step
  await admin`update gateway.users set locked_at = now()`
  expect(await verify({ method: 'totp', code: codeAt() })).toMatchObject({ proved: false, rule: 'locked-user' })
  expect(await verify({ method: 'totp', code: codeAt() }, { ...ann, user: randomUUID() })).toMatchObject({
    proved: false,
  })
  await admin`update gateway.users set locked_at = null`
  expect(await verify({ method: 'totp', code: codeAt() })).toMatchObject({ proved: true })
})

test('the methods of a user are the kinds of their factors, and backup codes while one is left', async () => {
  const { addPasskey, addTotp, factors, verify, ann, providerUserOf } = await startFactors()
  const methods = (user = ann.user) => factors.verifier.methodsOf(user)
  expect(await methods()).toEqual([])
  const { backupCodes } = await addTotp()
  expect(await methods()).toEqual(['totp', 'backup-code'])
  await addPasskey()
  expect(await methods()).toEqual(['passkey', 'totp', 'backup-code'])
  for (const code of backupCodes ?? []) await verify({ method: 'backup-code', code })
  expect(await methods()).toEqual(['passkey', 'totp'])
  expect(await methods((await providerUserOf('ben@example.com')).user)).toEqual([])
})

test('without passkeys there are no options, also for a user without one', async () => {
  const { factors, ann, addTotp } = await startFactors()
  await addTotp()
  await expect(factors.verifier.passkeyOptions(ann.user)).rejects.toThrow('You have no passkey.')
  const plain = await startFactors({ publicUrl: 'https://192.0.2.7' })
  await expect(plain.factors.verifier.passkeyOptions(plain.ann.user)).rejects.toThrow('contains an IP address')
  await expect(plain.begin('passkey')).rejects.toThrow('contains an IP address')
  const result = await plain.verify({ method: 'passkey', passkeyChallenge: randomBytes(32), response: {} })
  expect(result).toMatchObject({ proved: false, rule: 'no-passkeys' })
})

/** A user with an app, whose sessions are of different logins. */
async function startGuessing() {
  const started = await startFactors()
  const { addTotp, verify, clock, admin, ann, annSession } = started
  const { codeAt } = await addTotp()
  clock.time += 10 * step
  const wrong = () => (codeAt() === '000000' ? '111111' : '000000')
  let logins = 0
  async function login() {
    const { id: session } = await annSession()
    logins++
    const at = new Date(clock.time - logins * 1_000)
    await admin`update gateway.sessions set authenticated_at = ${at} where id = ${session}`
    return { ...ann, session }
  }
  type Session = Awaited<ReturnType<typeof login>>
  const guess = (session: Session = ann, more: { freshLogin?: boolean; address?: string } = {}) =>
    verify({ method: 'totp', code: wrong(), ...more }, session)
  const prove = (session: Session = ann, more: { freshLogin?: boolean; address?: string } = {}) =>
    verify({ method: 'totp', code: codeAt(), ...more }, session)
  async function guesses(count: number, session: Session = ann, more = {}) {
    for (let left = count; left > 0; left--)
      expect(await guess(session, more)).toMatchObject({ proved: false, rule: 'wrong-code' })
  }
  return { ...started, codeAt, login, guess, guesses, prove }
}

test('a login has five failed attempts in a quarter of an hour, and then no code is accepted', async () => {
  const { guesses, prove, clock, eventsOf } = await startGuessing()
  await guesses(4)
  clock.time += 5 * minute
  await guesses(1)
  expect(await prove()).toMatchObject({ proved: false, rule: 'factor-limit', retryAfter: 600 })
  expect(eventsOf('second-factor.failed')).toHaveLength(5)
  clock.time += 10 * minute - 1
  expect(await prove()).toMatchObject({ rule: 'factor-limit', retryAfter: 1 })
  clock.time += 1
  expect(await prove()).toMatchObject({ proved: true })
})

test('other sessions of one login share its limit', async () => {
  const { guesses, prove, login, admin } = await startGuessing()
  const [one, other] = [await login(), await login()]
  await admin`update gateway.sessions set authenticated_at = 'yesterday'`
  await guesses(5, one, { freshLogin: true })
  expect(await prove(other, { freshLogin: true })).toMatchObject({ rule: 'factor-limit' })
})

test('sessions of one network have ten failed attempts', async () => {
  const { guesses, prove, login } = await startGuessing()
  await guesses(5, await login(), { address: '192.0.2.1' })
  await guesses(5, await login(), { address: '192.0.2.200' })
  expect(await prove(await login(), { address: '192.0.2.77' })).toMatchObject({ rule: 'factor-limit' })
  expect(await prove(await login(), { address: '198.51.100.1' })).toMatchObject({ proved: true })
})

test('thirty failed attempts a day, from however many addresses and sessions', async () => {
  const { guesses, prove, guess, login, clock } = await startGuessing()
  for (let attempt = 0; attempt < 30; attempt++) {
    await guesses(1, await login(), { address: `192.0.${attempt}.1` })
    clock.time += minute
  }
  expect(await guess(await login(), { address: '203.0.113.1' })).toMatchObject({ rule: 'factor-limit' })
  expect(await prove(await login(), { address: '203.0.113.1' })).toMatchObject({ rule: 'factor-limit' })
  const session = await login()
  clock.time += 24 * 60 * minute - 30 * minute
  expect(await prove(session, { address: '203.0.113.1' })).toMatchObject({ proved: true })
})

test('a user cannot be locked out: a fresh login can prove despite failures of older sessions, also in its network', async () => {
  const { guesses, prove, login, clock } = await startGuessing()
  // The last ten come from the network of the user.
  for (let attempt = 0; attempt < 30; attempt++) {
    await guesses(1, await login(), { address: `192.0.${Math.min(attempt, 20)}.1` })
    clock.time += minute
  }
  const fresh = await login()
  expect(await prove(fresh, { address: '192.0.20.1' })).toMatchObject({ rule: 'factor-limit' })
  expect(await prove(fresh, { address: '192.0.20.1', freshLogin: true })).toMatchObject({ proved: true })
})

test('fresh logins can guess no more than others: thirty times a day', async () => {
  const { guesses, prove, login, clock } = await startGuessing()
  for (let attempt = 0; attempt < 30; attempt++) {
    await guesses(1, await login(), { freshLogin: true })
    clock.time += minute
  }
  expect(await prove(await login(), { freshLogin: true })).toMatchObject({ rule: 'factor-limit' })
  expect(await prove(await login())).toMatchObject({ proved: true })
})

test('one user does not use up the attempts of another', async () => {
  const { guesses, providerUserOf, addTotp, verify, clock } = await startGuessing()
  const ben = await providerUserOf('ben@example.com')
  const { codeAt } = await addTotp(ben)
  await guesses(5)
  clock.time += step
  expect(await verify({ method: 'totp', code: codeAt() }, ben)).toMatchObject({ proved: true })
})

test('failed passkeys count too, but no failure blocks a passkey', async () => {
  const { addPasskey, verify, assertion, prove, admin, eventsOf } = await startGuessing()
  const { authenticator, backupCodes } = await addPasskey()
  for (let attempt = 0; attempt < 9; attempt++)
    expect(await verify(await assertion(authenticator, { userVerified: false }))).toMatchObject({
      rule: 'wrong-passkey',
    })
  expect(await prove()).toMatchObject({ rule: 'factor-limit' })
  expect(await verify({ method: 'backup-code', code: backupCodes?.[0] ?? '' })).toMatchObject({ rule: 'factor-limit' })
  expect(await verify(await assertion(authenticator))).toMatchObject({ proved: true })
  // Failures beyond the limit add no events and no rows, so that they cannot flood the log.
  expect(eventsOf('second-factor.failed')).toHaveLength(5)
  const [rows] = await admin`select count(*)::int as count from gateway.failed_factors`
  expect(rows?.count).toBe(5)
})

test('an attempt without a guess does not count', async () => {
  const { verify, addPasskey, assertion, admin, eventsOf } = await startFactors()
  const { authenticator } = await addPasskey()
  for (let attempt = 0; attempt < 6; attempt++) {
    const proof = await assertion(authenticator)
    expect(await verify({ ...proof, passkeyChallenge: null })).toMatchObject({ rule: 'no-challenge' })
    expect(await verify({ method: 'totp', code: '000000' })).toMatchObject({ rule: 'no-authenticator-app' })
  }
  expect(await admin`select from gateway.failed_factors`).toHaveLength(0)
  expect(eventsOf('second-factor.failed')).toHaveLength(0)
})

test('failures that are older than a day are deleted with the next one', async () => {
  const { guesses, clock, admin } = await startGuessing()
  await guesses(2)
  clock.time += 24 * 60 * minute + 1
  await guesses(1)
  const [rows] = await admin`select count(*)::int as count from gateway.failed_factors`
  expect(rows?.count).toBe(1)
})
