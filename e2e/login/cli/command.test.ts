import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createMachine, type Machine, writeStubConvox } from '../../support/convox/machine.ts'
import { startSystem } from '../../support/gateway/system.ts'
import { type Browser, createBrowser, type Page } from '../../support/login/browser.ts'
import { broughtBy, decide, follow, typeCode } from '../../support/login/cli-login.ts'
import { type LoginSystem, startLoginSystem } from '../../support/login/login.ts'
import { builtCommand } from '../../support/processes.ts'
import type { Program } from '../../support/program.ts'

/** `rack-gateway login` as a person uses it: the real command, the demo's identity provider, a browser that does what people do. */
describe('rack-gateway login', () => {
  let at: LoginSystem
  let machine: Machine
  let program: Program | null = null
  beforeAll(async () => {
    at = await startLoginSystem({}, { rackNames: ['staging', 'production'] })
  })
  afterAll(() => at.stop())
  beforeEach(() => {
    machine = createMachine(null)
    writeStubConvox(join(machine.home, 'bin', 'convox'))
  })
  afterEach(async () => {
    program?.signal('SIGKILL')
    await program?.ended
    machine.remove()
  })

  function command(words: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
    program = machine.start(...builtCommand('rack-gateway', words), { env })
    return program
  }
  const file = () => JSON.parse(readFileSync(join(machine.home, 'config', 'rack-gateway', 'config.json'), 'utf8'))
  const sessions = async () =>
    (await at.system.issuer.listSessions()).filter(({ device }) => !device.startsWith('browser:'))

  /** Begins with a browser, of which the machine only keeps the address that it was opened at. */
  async function openedBrowser(words: readonly string[]): Promise<{ running: Program; address: string }> {
    const opened = join(machine.home, 'opened')
    const browser = machine.write(
      'bin/browser',
      `#!/bin/sh\nprintf '%s' "$1" > ${opened}.part && mv ${opened}.part ${opened}\n`,
    )
    await machine.sh(`chmod 755 ${browser}`)
    const running = command(['login', ...words, '--browser'], { BROWSER: browser })
    const [, printed = ''] = await running.saw(/open this address on this machine: (\S+)\n/)
    await expect.poll(() => existsSync(opened)).toBe(true)
    expect(readFileSync(opened, 'utf8')).toBe(printed)
    return { running, address: printed }
  }

  async function respondAs(user: string, address: string, decision: 'allow' | 'deny'): Promise<[Browser, Page]> {
    const browser = createBrowser()
    const page = await follow(browser, address, user)
    return [browser, await decide(at, browser, page, decision)]
  }

  test('opens the browser, and stores the session that arrives at its port', async () => {
    const { running, address } = await openedBrowser(['staging', at.system.url])
    const [browser, page] = await respondAs('admin', address, 'allow')
    const closing = await browser.visit(page.location ?? '')
    expect([closing.status, closing.body]).toEqual([200, expect.stringContaining('Go back to the terminal')])
    const { code, stdout } = await running.ended
    expect([code, stdout]).toEqual([0, 'Logged in to staging as admin@example.com.\n'])
    const { gateways, sessions: kept, current } = file()
    const session = kept[at.system.url]
    expect([gateways, current]).toEqual([{ staging: { url: at.system.url, rack: 'staging' } }, 'staging'])
    expect(session).toMatchObject({ token: expect.stringMatching(/^rgs_/), email: 'admin@example.com' })
    const [renew, end] = [session.renew_at, session.expires_at].map(Date.parse)
    expect(((renew ?? 0) - Date.now()) / ((end ?? 0) - Date.now())).toBeCloseTo(0.5, 2)
    expect((await at.system.get('/rack/staging/apps?', session.token)).status).toBe(200)
    // PKCE and nonce of the provider's own login were used on the way.
    expect(at.idp.received.authorizations.at(-1)).toMatchObject({ code_challenge_method: 'S256' })
    expect(at.idp.received.exchanges.at(-1)?.code_verifier).toEqual(expect.any(String))
  })

  test('binds the session to the rack with --rack-only', async () => {
    const { running, address } = await openedBrowser(['staging', at.system.url, '--rack-only'])
    const [browser, page] = await respondAs('admin', address, 'allow')
    await browser.visit(page.location ?? '')
    expect((await running.ended).code).toBe(0)
    const { token } = file().tokens.staging
    expect((await at.system.get('/rack/production/apps?', token)).status).toBe(403)
    expect((await at.system.get('/rack/staging/apps?', token)).status).toBe(200)
  })

  test('stores nothing after a denial', async () => {
    const { running, address } = await openedBrowser(['staging', at.system.url])
    const [browser, page] = await respondAs('admin', address, 'deny')
    expect((await browser.visit(page.location ?? '')).body).toContain('You denied the login')
    expect(await running.ended).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('The login was denied in the browser, and nothing has changed.'),
    })
    expect(() => file()).toThrow('ENOENT')
  })

  test('gives the session back when no rack of it can be chosen', async () => {
    const before = await sessions()
    const { running, address } = await openedBrowser(['work', at.system.url])
    const [browser, page] = await respondAs('admin', address, 'allow')
    await browser.visit(page.location ?? '')
    const { code, stderr } = await running.ended
    expect([code, stderr]).toEqual([2, expect.stringMatching(/Pass --as-rack with one of (\w+, \w+)\n$/)])
    const made = (await sessions()).slice(0, -before.length || undefined)
    expect(made.map(({ endedAt }) => endedAt)).toEqual([expect.any(Date)])
  })

  test.each(['SIGINT', 'SIGTERM'] as const)('ends at %s and closes its port', async (signal) => {
    const { running, address } = await openedBrowser(['staging', at.system.url])
    const [browser, page] = await respondAs('admin', address, 'allow')
    running.signal(signal)
    expect(await running.ended).toMatchObject({ code: 130, stderr: expect.stringContaining('Interrupted.') })
    await expect(browser.visit(page.location ?? '')).rejects.toThrow('ECONNREFUSED')
  })

  test('continues where something else on the machine guesses at its port', async () => {
    const { running, address } = await openedBrowser(['staging', at.system.url])
    const [browser, page] = await respondAs('admin', address, 'allow')
    const { url, code, state } = broughtBy(page)
    for (const target of ['/', `/?code=${code}&state=${state}`, `${url.pathname}?code=${'x'.repeat(43)}&state=wrong`])
      expect((await browser.visit(`${url.origin}${target}`)).status).toBe(404)
    await browser.visit(url.href)
    expect((await running.ended).code).toBe(0)
  })

  test('without a terminal shows a code, which is typed elsewhere, and polls until it is allowed', async () => {
    const running = command(['login', 'staging', at.system.url])
    const [, address, code = ''] = await running.saw(/Open (\S+) in a browser .* type this code: (\S+)\n/)
    expect(address).toBe(`${at.system.url}/gateway/device`)
    expect(running.output.stderr).toMatch(/No browser can be opened here \((in a container|without a terminal)\)/)
    const { browser, page } = await typeCode(at, code, 'deployer')
    await decide(at, browser, page, 'allow')
    expect(await running.ended).toMatchObject({ code: 0, stdout: 'Logged in to staging as deployer@example.com.\n' })
    expect(file().sessions[at.system.url]).toMatchObject({
      token: expect.stringMatching(/^rgs_/),
      renew_at: expect.any(String),
    })
  })

  test('with a code that is denied says so', async () => {
    const running = command(['login', 'staging', at.system.url, '--no-browser'])
    const [, code = ''] = await running.saw(/type this code: (\S+)\n/)
    const { browser, page } = await typeCode(at, code, 'ops')
    await decide(at, browser, page, 'deny')
    expect(await running.ended).toMatchObject({ code: 4, stderr: expect.stringContaining('denied in the browser') })
  })

  test('with a code ends at Ctrl-C', async () => {
    const running = command(['login', 'staging', at.system.url, '--no-browser'])
    await running.saw(/type this code/)
    running.signal('SIGINT')
    expect(await running.ended).toMatchObject({ code: 130, stdout: '' })
  })

  test('a second time needs no address, replaces the first session, and keeps its rack', async () => {
    for (const words of [
      ['work', at.system.url, '--as-rack', 'staging'],
      ['work', '--rack-only'],
    ]) {
      const running = command(['login', ...words, '--no-browser'])
      const [, code = ''] = await running.saw(/type this code: (\S+)\n/)
      const { browser, page } = await typeCode(at, code, 'admin')
      await decide(at, browser, page, 'allow')
      expect((await running.ended).code).toBe(0)
      expect(file().gateways).toEqual({ work: { url: at.system.url, rack: 'staging' } })
    }
    expect((await at.system.get('/rack/production/apps?', file().tokens.work.token)).status).toBe(403)
  })
})

test('without a browser login, the message says what to do instead', async () => {
  const system = await startSystem()
  const machine = createMachine(null)
  const outcome = await machine.run(...builtCommand('rack-gateway', ['login', 'staging', system.url, '--browser']))
  expect(outcome).toMatchObject({ code: 4, stdout: '' })
  expect(outcome.stderr).toMatch(/rejected the login: This gateway has no login with a browser\. .+--token -"\.\n$/)
  machine.remove()
  await system.stop()
})
