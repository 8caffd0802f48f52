import { createHmac, hkdfSync } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'

const form = ['Content-Type: application/x-www-form-urlencoded']

/** Above 64 KiB, forms are read, judged, and encoded in turns with other work. */
describe('large forms', () => {
  let system: System
  let admin: string
  let deployer: string
  beforeAll(async () => {
    system = await startSystem()
    admin = await system.token('admin')
    deployer = await system.token('deployer')
  })
  afterAll(() => system.stop())
  beforeEach(() => system.rack.clearReceived())

  function sentForm(): Buffer | null {
    return system.rack.received.find(({ method }) => method === 'POST')?.body.bytes ?? null
  }
  function release(token: string, env: string) {
    return system.send('POST', '/apps/myapp/releases?', token, `env=${encodeURIComponent(env)}`, form)
  }
  async function newestEnvironment(token: string): Promise<string> {
    const [{ id }] = JSON.parse((await system.get('/apps/myapp/releases?limit=1', token)).body)
    return JSON.parse((await system.get(`/apps/myapp/releases/${id}?`, token)).body).env
  }
  const manyLines = (value: string) => Array.from({ length: 5_000 }, (_, index) => `LARGE_${index}=${value}`).join('\n')

  test('the rack receives the environment that was judged, with real values in place of masks', async () => {
    const shown = await newestEnvironment(deployer)
    const expected = `${await newestEnvironment(admin)}\n${manyLines('ü + %41 & ;=')}`
    system.rack.clearReceived()
    expect((await release(deployer, `${shown}\n${manyLines('ü + %41 & ;=')}`)).status).toBe(200)
    const sent = sentForm() ?? Buffer.alloc(0)
    expect(sent.toString()).toBe(new URLSearchParams([['env', expected]]).toString())
    const key = hkdfSync('sha256', system.secretKey, 'rack-gateway', 'rack-gateway/body-digest/1', 32)
    const digest = createHmac('sha256', Buffer.from(key)).update(sent).digest('hex')
    const intent = (await system.events()).findLast(({ kind }) => kind === 'intent')
    expect(intent).toMatchObject({ body: { sent: digest }, environment: expect.arrayContaining(['LARGE_0']) })
    expect(JSON.stringify(intent)).not.toContain('SECRET_KEY_BASE')
  })

  test('a form without masks reaches the rack byte for byte', async () => {
    const body = `description=${'%c3%bc%2B+x'.repeat(50_000)}`
    expect((await system.send('POST', '/apps/myapp/releases?', admin, body, form)).status).toBe(200)
    expect(sentForm()?.toString()).toBe(body)
  })

  test.each([
    ['a mask at the end of a long description', 400, () => `description=${'%25'.repeat(300_000)}[hidden`],
    [
      'an escaped mask in a long description',
      400,
      () => `description=${'x'.repeat(16_380)}%255Bhidden${'y'.repeat(300_000)}`,
    ],
    ['an invalid escape at the end', 400, () => `description=${'%41'.repeat(300_000)}%4`],
    ['a parameter after a long one', 400, () => `description=${'%41'.repeat(300_000)}&unknown=1`],
    ['bytes that are not UTF-8', 400, () => `description=${'%41'.repeat(300_000)}%ff`],
    ['a wrong value after a long one', 400, () => `description=${'%41'.repeat(300_000)}&build=..`],
    ['a line that is too long', 400, () => `env=${'A%3D1%0A'.repeat(9_000)}B=${'x'.repeat(65_536)}`],
  ])('%s is denied before the rack receives anything', async (_what, status, body) => {
    const response = await system.send('POST', '/apps/myapp/releases?', admin, body(), form)
    expect([response.status, sentForm()]).toEqual([status, null])
  })

  test('masks of a long value cannot make a small form larger than forms may be', async () => {
    const value = 'x'.repeat(60_000)
    expect((await release(admin, `${await newestEnvironment(admin)}\nLONG_SECRET=${value}`)).status).toBe(200)
    const shown = (await newestEnvironment(deployer)).split('\n')
    const masked = shown.find((line) => line.startsWith('LONG_SECRET=[hidden:')) ?? ''
    expect(masked).not.toBe('')
    system.rack.clearReceived()
    const response = await release(deployer, [...shown, ...Array.from({ length: 500 }, () => masked)].join('\n'))
    expect([response.status, response.json, sentForm()]).toEqual([
      413,
      expect.objectContaining({ rule: 'form-size' }),
      null,
    ])
  })

  test('a large form is judged in many turns of the event loop, and a small form in none', async () => {
    const spy = vi.spyOn(globalThis, 'setImmediate')
    const turns = () => spy.mock.calls.filter(([callback]) => callback.name === 'continueOne').length
    try {
      const send = (count: number) =>
        system.send(
          'POST',
          '/apps/myapp/builds?',
          admin,
          `url=object://myapp/tmp/a.tgz&build-args=${'A=1,'.repeat(count)}B`,
          form,
        )
      expect([(await send(1_000)).status, turns()]).toEqual([400, 0])
      expect((await send(400_000)).status).toBe(400)
      expect(turns()).toBeGreaterThan(20)
    } finally {
      spy.mockRestore()
    }
  })
})
