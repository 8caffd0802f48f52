import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FakeGateway, startFakeGateway } from '../testing/fake-gateway.ts'
import { createMachine, type Machine } from '../testing/harness.ts'
import { missingForSecretService, type SecretService, startSecretService } from '../testing/secret-service.ts'

const missing = missingForSecretService()
if (missing.length > 0)
  console.warn(
    `SKIPPED: the real Secret Service. Not installed: ${missing.join(', ')}. On Debian: apt-get install gnome-keyring dbus libsecret-tools`,
  )

describe.skipIf(missing.length > 0)("GNOME's keyring", () => {
  const token = 'rgs_0123456789abcdef'
  let machine: Machine
  let gateway: FakeGateway
  let service: SecretService
  beforeAll(async () => {
    machine = createMachine()
    const me = {
      name: 'ada@example.com',
      kind: 'user',
      rack: null,
      expiresAt: Date.now() + 9e9,
      racks: ['staging'],
      roles: [],
    }
    gateway = await startFakeGateway({ status: 200, body: me })
    service = await startSecretService(machine.home)
  })
  afterAll(async () => {
    await service.stop()
    await gateway.close()
    machine.remove()
  })

  const run = (words: readonly string[]) =>
    machine.run(['--no-precheck', ...words], { DBUS_SESSION_BUS_ADDRESS: service.bus, RACK_GATEWAY_TOKEN_STORE: '' })

  test('has the token of a login, which convox gets, until it is locked or logged out', async () => {
    const login = await run(['login', 'staging', gateway.url, '--token', token])
    expect(login).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(machine.configPath, 'utf8')).not.toContain(token)
    const rackUrl = `${gateway.url.replace('//', `//convox:${token}@`)}/rack/staging`
    expect((await run(['apps'])).convox?.rackUrl).toBe(rackUrl)
    expect((await run(['logout', 'staging'])).stdout).toContain('Logged out of staging.')
    expect((await run(['apps'])).code).toBe(4)
    await run(['login', 'staging', gateway.url, '--token', token])
    service.lock()
    const locked = await run(['apps'])
    expect(locked).toMatchObject({ code: 78, convox: null, stderr: expect.stringContaining('is locked') })
    const again = await run(['login', 'staging', gateway.url, '--token', token])
    expect(again).toMatchObject({ code: 0, stderr: expect.stringMatching(/locked.*your token is kept in/) })
    expect((await run(['apps'])).convox?.rackUrl).toBe(rackUrl)
  })
})

/** The one module speaks to each system's keychain: what is written for Windows is run against this one. */
describe.skipIf(missing.length > 0)('what is written for the Windows Credential Manager', () => {
  test('keeps, gives back and forgets a token, by the library that it goes through', async () => {
    const machine = createMachine()
    const service = await startSecretService(machine.home)
    const source = new URL('./windows-credentials.ts', import.meta.url).href
    const program = `
      const keychain = await (await import(${JSON.stringify(source)})).windowsCredentials()
      const said = [await keychain.read('https://x')]
      await keychain.write('https://x', 'rgs_a')
      await keychain.write('https://x', 'rgs_b')
      said.push(await keychain.read('https://x'), await keychain.read('https://y'))
      await keychain.remove('https://x')
      await keychain.remove('https://x')
      said.push(await keychain.read('https://x'))
      process.stdout.write(JSON.stringify(said))`
    const flags = ['--conditions=@rack-gateway/source', '--import', import.meta.resolve('tsx'), '--input-type=module']
    const env = { ...process.env, DBUS_SESSION_BUS_ADDRESS: service.bus }
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, '-e', program], { env })
    expect(JSON.parse(stdout)).toEqual([null, 'rgs_b', null, null])
    await service.stop()
    machine.remove()
  })
})
