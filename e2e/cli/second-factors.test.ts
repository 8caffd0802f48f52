import { jsonFaults } from '@rack-gateway/cli/reference'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { callCli, type TestUser } from '../support/convox/cli-call.ts'
import { createBrowser } from '../support/login/browser.ts'
import { ask, beginLoopback, broughtBy, decide, follow } from '../support/login/cli-login.ts'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'
import { createProver, totpCode } from '../support/login/second-factor.ts'
import { sessionOf } from '../support/login/session-of.ts'

const clock = { ahead: 0 }
const log: string[] = []
let at: LoginSystem
let token: string
beforeAll(async () => {
  at = await startLoginSystem(
    {},
    { now: () => Date.now() + clock.ahead, log: (line) => void log.push(line), logLevel: 'debug' },
  )
  await at.login('ops')
  token = (await newSession('ops')).token
})
afterAll(() => at.stop())
beforeEach(async () => {
  await at.system.sql`delete from gateway.second_factors`
  await at.system.sql`delete from gateway.backup_codes`
})

async function newSession(person: string) {
  const [row] = await at.system.sql`select subject from gateway.users where email = ${`${person}@example.com`}`
  return sessionOf(at.system, String(row?.subject), Date.now() + clock.ahead)
}

const rackUrl = (session = token) => `${at.system.url.replace('//', `//convox:${session}@`)}/rack/staging`
const openSessions = async () =>
  (await at.system.issuer.listSessions()).filter(({ device, endedAt }) => !device.startsWith('browser:') && !endedAt)
/** Each code is used once, so the clock moves on. */
const nextCode = (secret: string) => {
  clock.ahead += 30_000
  return totpCode(secret, Date.now() + clock.ahead)
}

interface Typing {
  /** The user who logs in with the browser. */
  readonly person?: string
  readonly decision?: 'allow' | 'deny'
  readonly words?: readonly string[]
  readonly session?: string
  /** Answers a prompt. */
  type?(prompt: string, secret: string): string
}

const keyIn = (screen: string) => /key into the app: ([A-Z2-7 ]+)\n/.exec(screen)?.[1]?.replaceAll(' ', '') ?? ''

/** Runs `mfa add totp` at a terminal, with a browser in which the user answers. */
async function addTotp({ person = 'ops', decision = 'allow', words = [], session, type }: Typing = {}) {
  const pages: string[] = []
  let [screen, secret] = ['', '']
  const show = (line: string) => {
    screen += `${line}\n`
  }
  const user: TestUser = {
    interactive: true,
    note: show,
    instruct: show,
    openBrowser: async (address) => {
      const browser = createBrowser()
      const page = await follow(browser, address, person)
      pages.push(page.body)
      await browser.visit(broughtBy(await decide(at, browser, page, decision)).url.href)
    },
    readSecret: async (prompt) => {
      secret = keyIn(screen)
      return type === undefined ? nextCode(secret) : type(prompt, secret)
    },
  }
  const env = { RACK_URL: rackUrl(session) }
  const { code, stdout } = await callCli(['mfa', 'add', 'totp', '--browser', ...words], env, user)
  return { code, stdout, stderr: screen, pages, secret }
}

test('after a login in the browser, the app is added, and the backup codes are shown', async () => {
  const before = await openSessions()
  const { code, stdout, stderr, pages, secret } = await addTotp()
  expect([code, stdout.split('\n')]).toEqual([
    0,
    ['Your authenticator app Authenticator app is added.', ...Array(10).fill(expect.stringMatching(/^\S+$/)), ''],
  ])
  expect(secret).toMatch(/^[A-Z2-7]{32}$/)
  expect(stderr).toContain('Scan this QR code')
  expect(pages).toEqual([expect.stringContaining('Allow the rack-gateway command to change your second factors?')])
  expect(pages[0]).toContain('rack-gateway mfa add totp')
  expect(await openSessions()).toEqual(before)
  const events = JSON.stringify(await at.system.events())
  expect(events).toContain('"purpose":"second-factors"')
  for (const hidden of [secret, stdout.split('\n')[1] ?? ''])
    expect([events.includes(hidden), log.join('\n').includes(hidden)]).toEqual([false, false])
})

test('--json prints the factor and the backup codes only', async () => {
  const { stdout } = await addTotp({ words: ['--json', '--name', 'Phone'] })
  expect(JSON.parse(stdout)).toMatchObject({ factor: { name: 'Phone', kind: 'totp' } })
  expect(jsonFaults('mfa add', JSON.parse(stdout))).toEqual([])
})

test('a wrong code is reported, and asked for again at most twice', async () => {
  const typed = ['000000', '12', null]
  const { code, stderr } = await addTotp({ type: (_, secret) => typed.shift() ?? nextCode(secret) })
  expect([code, stderr]).toEqual([0, expect.stringMatching(/The code is wrong\.[\s\S]*The code has six digits\./)])
  await at.system.sql`delete from gateway.second_factors`
  const failed = await addTotp({ type: () => '12' })
  expect([failed.code, failed.stderr.match(/six digits/g)?.length]).toEqual([6, 3])
  expect(await at.system.sql`select 1 from gateway.second_factors`).toHaveLength(0)
})

test('without a code, nothing is added, and the new session ends', async () => {
  const before = await openSessions()
  const { code, stderr } = await addTotp({ type: () => '' })
  expect([code, stderr]).toEqual([6, expect.stringContaining('No code was typed, so the app was not added.')])
  expect(await openSessions()).toEqual(before)
})

test('after five minutes, the enrollment is over', async () => {
  const { code, stderr } = await addTotp({
    type: (_, secret) => {
      clock.ahead += 300_000
      return nextCode(secret)
    },
  })
  expect([code, stderr]).toEqual([2, expect.stringContaining('The five minutes for adding the app are over')])
})

test('a denied login, and a login of another user, add nothing', async () => {
  expect(await addTotp({ decision: 'deny' })).toMatchObject({ code: 4, secret: '' })
  const other = await addTotp({ person: 'viewer' })
  expect(other).toMatchObject({ code: 4, secret: '' })
  expect(other.stderr).toContain('You logged in as viewer@example.com, but this rack is used as ops@example.com.')
})

test('another factor needs a code of the first one', async () => {
  const { secret: first } = await addTotp()
  const prompts: string[] = []
  const { code, stdout } = await addTotp({
    words: ['--name', 'Second'],
    type: (prompt, secret) => {
      prompts.push(prompt)
      return nextCode(prompt.includes('backup code') ? first : secret)
    },
  })
  expect([code, stdout]).toEqual([0, 'Your authenticator app Second is added.\n'])
  expect(prompts).toEqual(['Code of your authenticator app, or a backup code: ', 'Code that the app shows: '])
})

test('without a terminal, nothing is asked', async () => {
  const { code, stderr } = await callCli(['mfa', 'add', 'totp'], { RACK_URL: rackUrl() })
  expect([code, stderr]).toEqual([2, expect.stringContaining('Run the command at a terminal, or add the app in your')])
})

test('--name without totp is a usage error', async () => {
  const { code, stderr } = await callCli(['mfa', 'add', '--name', 'x'], { RACK_URL: rackUrl() })
  expect([code, stderr]).toEqual([2, expect.stringContaining('--name is for mfa add totp.')])
})

describe('a session without the purpose', () => {
  /** As after a login of this moment. */
  const logInNow = (id: string) =>
    at.system.sql`update gateway.sessions set authenticated_at = ${new Date(Date.now() + clock.ahead)} where id = ${id}`
  const begin = (session: string) =>
    at.system.send('POST', '/gateway/api/v1/second-factors/enrollments', session, '{"kind":"totp"}', [
      'Content-Type: application/json',
    ])

  test('cannot add the first factor, although its login is new', async () => {
    const session = await newSession('ops')
    await logInNow(session.id)
    const response = await begin(session.token)
    expect([response.status, response.body]).toEqual([403, expect.stringContaining('old-login')])
  })

  test('cannot change factors with a code', async () => {
    const prover = await createProver(at, 'deployer', clock)
    await logInNow(prover.program.id)
    const response = await begin(prover.program.token)
    expect([response.status, response.body]).toEqual([403, expect.stringContaining('old-login')])
  })
})

test('a session with the purpose ends after ten minutes, and leads to no other session', async () => {
  const login = await beginLoopback(at, { purpose: 'second-factors' })
  const browser = createBrowser()
  const { code } = broughtBy(await decide(at, browser, await follow(browser, login.address, 'ops'), 'allow'))
  const { json } = await ask(at.system.url, '/loopback/redemption', { code, verifier: login.verifier })
  const session = String(json.token)
  const post = (path: string, body = '{}') =>
    at.system.send('POST', `/gateway/api/v1${path}`, session, body, ['Content-Type: application/json'])
  expect(Date.parse(String(json.expiresAt)) - Date.now() - clock.ahead).toBeLessThanOrEqual(600_000)
  expect((await post('/session/renewal')).status).toBe(409)
  expect((await post('/session/convox', '{"device":"laptop"}')).status).toBe(409)
  expect((await post('/second-factors/enrollments', '{"kind":"totp"}')).status).toBe(201)
  clock.ahead += 300_001
  expect((await post('/second-factors/enrollments', '{"kind":"totp"}')).status).toBe(403)
})
