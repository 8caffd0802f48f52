import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type System, startSystem } from './support/system.ts'

/** What permitted a transfer may end before the transfer does. */
describe('a transfer that is under way', () => {
  let system: System
  beforeAll(async () => {
    system = await startSystem()
  })
  afterAll(() => system.stop())

  async function session(email: string) {
    const issued = await system.issuer.issueSession({
      email,
      role: 'admin',
      device: 'test',
      expiresAt: Date.now() + 3_600_000,
    })
    return {
      ...issued,
      authorization: `Authorization: Basic ${Buffer.from(`convox:${issued.token}`).toString('base64')}`,
    }
  }

  test('a download is cut within a second of the end of its session, and never looks complete', async () => {
    const { id, token } = await session('downloader@example.com')
    await system.send('POST', '/apps/myapp/objects/tmp/large.bin?', token, 'x'.repeat(300_000))
    const fault = system.rack.onNext(/^GET .*large/, { kind: 'stall', after: 100_000 })
    const download = system.get('/apps/myapp/objects/tmp/large.bin?', token)
    download.catch(() => undefined)
    await fault.met
    const endedAt = Date.now()
    await system.issuer.endSession(id, 'lost laptop')
    await expect(download).rejects.toThrow('ended within an answer')
    expect(Date.now() - endedAt).toBeLessThan(1_500)
    fault.release()
  })

  test('an upload is cut, and the rack does not take a part for the whole', async () => {
    const { id, authorization } = await session('uploader@example.com')
    const socket = connect(system.port, '127.0.0.1')
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    socket.on('error', () => undefined)
    socket.write(
      `POST /apps/myapp/objects/tmp/half.bin? HTTP/1.1\r\nHost: gateway\r\n${authorization}\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(1_000)}`,
    )
    await expect
      .poll(() => system.rack.received.some(({ target }) => target.includes('half.bin')), { timeout: 5_000 })
      .toBe(true)
    await system.issuer.endSession(id, 'lost laptop')
    await closed
    await expect
      .poll(() => system.lastEvent(), { timeout: 3_000 })
      .toMatchObject({ kind: 'outcome', principal: { name: 'uploader@example.com' }, close: expect.any(String) })
  })
})
