import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { changesApplied, type System, startSystem } from '../support/gateway/system.ts'

const hour = 3_600_000
const day = 24 * hour

describe('a session that is renewed', () => {
  let system: System
  let time: number
  let first: string
  let session: string
  beforeEach(async () => {
    time = Date.now()
    system = await startSystem({ now: () => time })
    const issued = await system.issuer.issueSession({
      email: 'deployer@example.com',
      role: 'deployer',
      device: 'laptop',
      expiresAt: time + 30 * day,
    })
    first = issued.token
    session = issued.id
  })
  afterEach(() => system.stop())

  async function renew(token: string): Promise<{ token: string; expiresAt: string; renewAt: string }> {
    const { status, body } = await system.send('POST', '/gateway/api/v1/session/renewal', token)
    expect(status).toBe(200)
    return JSON.parse(body)
  }

  test('has a new token, and the old one for a day', async () => {
    const renewed = await renew(first)
    expect(Date.parse(renewed.expiresAt)).toBeGreaterThan(time + 29 * day)
    expect(Date.parse(renewed.renewAt) - time).toBeCloseTo((Date.parse(renewed.expiresAt) - time) / 2, -4)
    for (const token of [first, renewed.token]) expect((await system.get('/apps?', token)).status).toBe(200)
    time += 25 * hour
    expect((await system.get('/apps?', renewed.token)).status).toBe(200)
    const late = await system.get('/apps?', first)
    expect([late.status, late.error]).toEqual([401, expect.stringContaining('newer token replaced this one')])
  })

  test('can be repeated with the old token when the response was lost', async () => {
    await renew(first)
    const again = await renew(first)
    time += 2 * day
    expect((await system.get('/apps?', again.token)).status).toBe(200)
    expect((await system.send('POST', '/gateway/api/v1/session/renewal', first)).status).toBe(401)
  })

  test('raises one alarm, with its name, when the old token is used after all', async () => {
    await renew(first)
    time += 23 * hour + 3_599_000
    await system.get('/apps?', first)
    const alarms = async () => (await system.events()).filter(({ kind }) => kind === 'session.superseded-token')
    expect(await alarms()).toEqual([])
    time += 1_000
    for (let count = 0; count < 5; count++) expect((await system.get('/apps?', first)).status).toBe(401)
    expect(await alarms()).toMatchObject([
      { principal: { kind: 'user', name: 'deployer@example.com' }, source: { address: '127.0.0.1' } },
    ])
    time += 61_000
    await system.get('/apps?', first)
    expect(await alarms()).toHaveLength(2)
    expect(JSON.stringify(await alarms())).not.toContain(first)
  })

  test('keeps what the old token began: a log stream continues after it, and ends with the session', async () => {
    const socket = await openWebSocket(`${system.url}/apps/myapp/logs`, first, {})
    expect(socket.status).toBe(101)
    const { token } = await renew(first)
    time += 2 * day
    await system.token('viewer', { email: 'ben@example.com' })
    await changesApplied(system)
    expect((await system.get('/apps?', first)).status).toBe(401)
    expect((await system.events()).filter(({ kind }) => kind === 'closed')).toEqual([])
    await system.issuer.endSession(session, 'test')
    await socket.closed()
    await expect
      .poll(() => system.events())
      .toContainEqual(expect.objectContaining({ kind: 'closed', close: expect.stringContaining('session ended') }))
    await expect.poll(async () => (await system.get('/apps?', token)).status).toBe(401)
    socket.close()
  })

  test('ends with both tokens on every replica', async () => {
    const { token } = await renew(first)
    const replica = await system.replica()
    const status = async (one: string) =>
      (await fetch(`${replica.url}/apps`, { headers: { authorization: `Bearer ${one}` } })).status
    expect(await Promise.all([first, token].map(status))).toEqual([200, 200])
    await system.issuer.endSession(session, 'lost laptop')
    await expect.poll(() => Promise.all([first, token].map(status)), { interval: 20 }).toEqual([401, 401])
    await replica.stop()
  })

  test('is a person: an API token is not renewed', async () => {
    const response = await system.send('POST', '/gateway/api/v1/session/renewal', await system.pipelineToken())
    expect([response.status, response.error]).toEqual([403, expect.stringContaining('Only a user can, with a session')])
  })

  test('is not renewed beyond its lifetime', async () => {
    let token = first
    for (let renewals = 0; renewals < 5; renewals++) {
      token = (await renew(token)).token
      time += 20 * day
      if (renewals === 4) break
      if (renewals === 3) expect((await system.get('/apps?', token)).status).toBe(200)
    }
    const late = await system.send('POST', '/gateway/api/v1/session/renewal', token)
    expect([late.status, late.error]).toEqual([401, expect.stringContaining('expired')])
  })
})
