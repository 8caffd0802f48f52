import { chmodSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createMachine, type Machine } from '../support/convox/machine.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import { builtCommand } from '../support/processes.ts'

let system: System
let machine: Machine
beforeAll(async () => {
  system = await startSystem({ publicUrl: 'own', rackNames: ['staging', 'production'] })
})
afterAll(() => system.stop())
beforeEach(() => {
  machine = createMachine(null)
})
afterEach(() => machine.remove())

let users = 0
/** A new user, with sessions on these devices. */
async function sessionsOn(...devices: readonly string[]) {
  const email = `person-${++users}@example.com`
  const issue = (device: string) =>
    system.issuer.issueSession({ email, role: 'viewer', device, expiresAt: Date.now() + 86_400_000 })
  const issued = []
  for (const device of devices) issued.push(await issue(device))
  return issued
}

const configPath = 'config/rack-gateway/config.json'
function loggedIn(tokens: Readonly<Record<string, string>>, url = system.url): void {
  const names = Object.keys(tokens)
  const gateways = Object.fromEntries(names.map((name) => [name, { url, rack: 'staging' }]))
  const entries = Object.fromEntries(names.map((name) => [name, { token: tokens[name] }]))
  machine.write(configPath, JSON.stringify({ gateways, tokens: entries, current: names[0] }))
  chmodSync(dirname(join(machine.home, configPath)), 0o700)
  chmodSync(join(machine.home, configPath), 0o600)
}
/** The keys of the stored credentials: addresses of sessions, and names of tokens. */
const storedCredentials = () => {
  const { sessions = {}, tokens = {} } = JSON.parse(readFileSync(`${machine.home}/${configPath}`, 'utf8'))
  return [...Object.keys(sessions), ...Object.keys(tokens)]
}
const command = (...words: string[]) => machine.run(...builtCommand('rack-gateway', words))
const works = async (token: string) => (await system.get('/rack/staging/apps', token)).status === 200

test('logout ends the session and its open connections, and deletes its token', async () => {
  const [laptop, desktop] = await sessionsOn('laptop', 'desktop')
  loggedIn({ staging: laptop?.token ?? '' })
  const logs = await openWebSocket(`${system.url}/rack/staging/apps/myapp/logs`, laptop?.token ?? '', {})
  expect(await command('logout', 'staging')).toEqual({
    code: 0,
    stderr: '',
    stdout: 'Logged out of staging.\nstaging: the session is revoked on every machine that has its token.\n',
  })
  expect(storedCredentials()).toEqual([])
  await logs.closed()
  await expect.poll(() => works(laptop?.token ?? '')).toBe(false)
  expect(await works(desktop?.token ?? '')).toBe(true)
  expect(await system.events()).toContainEqual(
    expect.objectContaining({
      kind: 'session.ended',
      detail: expect.objectContaining({ session: laptop?.id, reason: 'ended by yourself' }),
    }),
  )
  loggedIn({ staging: laptop?.token ?? '' })
  expect((await command('logout', 'staging')).stdout).toContain('the session had already ended')
})

test('a session that another entry has, also by an older token, continues until both are logged out', async () => {
  const [session] = await sessionsOn('laptop')
  const renewed = await system.send('POST', '/gateway/api/v1/session/renewal', session?.token ?? '')
  const newer: string = JSON.parse(renewed.body).token
  loggedIn({ staging: session?.token ?? '', production: newer })
  expect((await command('logout', 'staging')).stdout).toContain('the session stays valid, because production uses it')
  expect([storedCredentials(), await works(newer)]).toEqual([['production'], true])
  loggedIn({ staging: session?.token ?? '', production: newer })
  const { stdout } = await command('logout', '--all')
  expect(stdout).toContain('Logged out of staging, production.\n')
  expect(stdout).toContain('staging: the session is revoked')
  expect(storedCredentials()).toEqual([])
  await expect.poll(() => works(newer)).toBe(false)
})

test('logout without a gateway deletes the token, and reports that the session stays valid', async () => {
  const [session] = await sessionsOn('laptop')
  loggedIn({ staging: session?.token ?? '' }, 'http://127.0.0.1:8')
  const { code, stdout } = await command('logout', 'staging')
  expect([code, stdout, storedCredentials()]).toEqual([0, expect.stringContaining('could not be revoked'), []])
  expect(stdout).toContain('ECONNREFUSED')
  expect(await works(session?.token ?? '')).toBe(true)
})

test('logout deletes an API token, which stays valid', async () => {
  const token = await system.pipelineToken()
  loggedIn({ staging: token })
  expect((await command('logout', 'staging')).stdout).toContain('stays valid until it expires or is revoked')
  expect([storedCredentials(), await works(token)]).toEqual([[], true])
})

test('sessions are listed with this one marked, and one of them is ended; never another user’s', async () => {
  const [laptop, phone] = await sessionsOn('laptop', 'phone')
  const [foreign] = await sessionsOn('theirs')
  loggedIn({ staging: laptop?.token ?? '' })
  const { stdout } = await command('sessions')
  expect(stdout.split('\n')[0]).toMatch(/^ +ID +DEVICE +RACK +LAST USED \(UTC\) +FROM +EXPIRES$/)
  expect(stdout).toMatch(new RegExp(`^\\* +${laptop?.id} +laptop +every rack .*expires in 23 hours$`, 'm'))
  expect(stdout).toMatch(new RegExp(`^ +${phone?.id} +phone `, 'm'))
  expect(stdout).not.toMatch(/rgs_|theirs/)
  const ended = await command('sessions', 'revoke', phone?.id ?? '', '--yes')
  expect(ended).toEqual({ code: 0, stdout: 'The session on phone is revoked.\n', stderr: '' })
  await expect.poll(() => works(phone?.token ?? '')).toBe(false)
  const listed = JSON.parse((await command('sessions', 'list', '--json')).stdout)
  expect(listed).toMatchObject([{ id: laptop?.id, current: true, endedAt: null }])
  expect(await command('sessions', 'revoke', foreign?.id ?? '', '--yes')).toMatchObject({ code: 2, stdout: '' })
  expect(await works(foreign?.token ?? '')).toBe(true)
  for (const [words, sentence] of [
    [['revoke'], 'sessions revoke needs <id>'],
    [
      ['revoke', laptop?.id ?? ''],
      'Without a terminal, this needs a confirmation: revoke your session on laptop, the one that this command uses, and close its connections',
    ],
    [['list', 'x'], 'sessions list takes no argument x.'],
  ] as [string[], string][])
    expect(await command('sessions', ...words)).toMatchObject({ code: 2, stderr: expect.stringContaining(sentence) })
  expect((await command('sessions', 'revoke', laptop?.id ?? '', '--yes')).stderr).toContain(
    'It was your session on this machine',
  )
  expect(await command('sessions')).toMatchObject({ code: 4, stdout: '' })
})

test('all your other sessions are revoked at once; those of another user only by an administrator', async () => {
  const [laptop, phone, desk] = await sessionsOn('laptop', 'phone', 'desk')
  const [foreign] = await sessionsOn('theirs')
  loggedIn({ staging: laptop?.token ?? '' })
  const revoked = await command('sessions', 'revoke-all', '--yes')
  expect([revoked.code, revoked.stderr]).toEqual([0, ''])
  expect(revoked.stdout).toMatch(/^Revoked 2 sessions: (phone, desk|desk, phone)\.\n$/)
  for (const token of [phone?.token ?? '', desk?.token ?? '']) await expect.poll(() => works(token)).toBe(false)
  expect(await works(laptop?.token ?? '')).toBe(true)
  expect(await command('sessions', 'revoke-all', '--yes')).toMatchObject({ stdout: 'Revoked 0 sessions.\n' })
  expect(await command('sessions', 'revoke-all')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(
      'this needs a confirmation: revoke all your other sessions, and close their connections',
    ),
  })
  expect(await command('sessions', 'revoke-all', '--user', `person-${users}@example.com`, '--yes')).toMatchObject({
    code: 5,
    stdout: '',
  })
  expect(await works(foreign?.token ?? '')).toBe(true)
})
