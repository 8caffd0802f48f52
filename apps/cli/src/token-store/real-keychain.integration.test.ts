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
      id: '01890a5d-ac96-774b-bcce-b302099a8057',
      name: 'ada@example.com',
      kind: 'user',
      rack: null,
      expiresAt: new Date(Date.now() + 9e9).toISOString(),
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

  const env = () => ({ PATH: process.env.PATH, DBUS_SESSION_BUS_ADDRESS: service.bus, RACK_GATEWAY_TOKEN_STORE: '' })
  const call = (...words: string[]) => machine.call(words, env())
  const login = () => call('login', 'staging', gateway.url, '--token', token)

  test('stores the token of a login for convox, until it is locked or the user logs out', async () => {
    expect(await login()).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(machine.configPath, 'utf8')).not.toContain(token)
    const rackUrl = `${gateway.url.replace('//', `//convox:${token}@`)}/rack/staging`
    const { DBUS_SESSION_BUS_ADDRESS } = env()
    const wrapped = await machine.run(['--no-precheck', 'apps'], { DBUS_SESSION_BUS_ADDRESS })
    expect(wrapped).toMatchObject({ code: 0, convox: { rackUrl } })
    expect((await call('logout', 'staging')).stdout).toContain('Logged out of staging.')
    expect((await call('url')).code).toBe(4)
    await login()
    service.lock()
    expect(await call('url')).toMatchObject({ code: 78, stdout: '', stderr: expect.stringContaining('is locked') })
    const again = await login()
    expect(again).toMatchObject({ code: 0, stderr: expect.stringMatching(/locked.*Your token is stored in/) })
    expect((await call('url')).stdout).toBe(`${rackUrl}\n`)
  })
})

/** The library has one API for the keychains of all systems, so the code for Windows works here, too. */
describe.skipIf(missing.length > 0)('the code for the Windows Credential Manager', () => {
  test('writes, reads, and removes a token through its library', async () => {
    const machine = createMachine()
    const service = await startSecretService(machine.home)
    const source = new URL('./windows-credentials.ts', import.meta.url).href
    const program = `
      const keychain = await (await import(${JSON.stringify(source)})).windowsCredentials()
      const results = [await keychain.read('https://x')]
      await keychain.write('https://x', 'rgs_a')
      await keychain.write('https://x', 'rgs_b')
      results.push(await keychain.read('https://x'), await keychain.read('https://y'))
      await keychain.remove('https://x')
      await keychain.remove('https://x')
      results.push(await keychain.read('https://x'))
      process.stdout.write(JSON.stringify(results))`
    const flags = ['--conditions=@rack-gateway/source', '--import', import.meta.resolve('tsx'), '--input-type=module']
    const env = { ...process.env, DBUS_SESSION_BUS_ADDRESS: service.bus }
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, '-e', program], { env })
    expect(JSON.parse(stdout)).toEqual([null, 'rgs_b', null, null])
    await service.stop()
    machine.remove()
  })
})
