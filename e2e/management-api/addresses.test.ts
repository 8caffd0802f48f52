import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'
import { createUser } from './callers.ts'

describe('behind a trusted proxy', () => {
  let system: System
  let admin: string
  beforeAll(async () => {
    system = await startSystem({ trustedProxies: ['127.0.0.1', '10.0.0.0/8'] })
    admin = (await createUser(system, 'admin')).token
  })
  afterAll(() => system.stop())

  async function from(sources: readonly string[], forwarded: string): Promise<number> {
    const made = await call(system, admin, 'POST', '/tokens', { name: 'x', role: 'viewer', sources })
    return (await system.send('GET', '/apps?', made.text('token'), '', [`X-Forwarded-For: ${forwarded}`])).status
  }

  test.each([
    [['192.0.2.0/24'], '192.0.2.7', 200],
    [['192.0.2.0/24'], '192.0.3.7', 403],
    [['192.0.2.0/24'], '192.0.2.7, 198.51.100.1', 403],
    [['198.51.100.1'], '192.0.2.7, 198.51.100.1', 200],
    [['192.0.2.7'], '192.0.2.7, 10.1.2.3', 200],
    [['192.0.2.7/32'], '::ffff:192.0.2.7', 200],
    [['192.0.2.7/32'], '::ffff:c000:207', 200],
    [['2001:db8::/32'], '2001:db8:0:1::5', 200],
    [['2001:db8::/32'], '2001:DB8::5', 200],
    [['2001:db8::/32'], '2001:db9::5', 403],
    [['0.0.0.0/0'], '192.0.2.7', 200],
    [['0.0.0.0/0'], '2001:db8::5', 403],
    [['::/0'], '192.0.2.7', 403],
    [['::/0'], '2001:db8::5', 200],
    [['0.0.0.0/0', '::/0'], 'unknown', 403],
    [['192.0.2.7'], '192.0.2.7:4711', 403],
    [['192.0.2.7'], '', 403],
  ])('a token for %j, called from %s: %i', async (sources, forwarded, expected) => {
    expect(await from(sources, forwarded)).toBe(expected)
  })

  test('the log has the address of the caller, and never an invalid address', async () => {
    await system.send('DELETE', '/apps/myapp?', 'x', '', [])
    const viewer = (await createUser(system, 'viewer')).token
    await system.send('DELETE', '/apps/myapp?', viewer, '', ['X-Forwarded-For: 192.0.2.7'])
    expect((await system.lastEvent()).source?.address).toBe('192.0.2.7')
    await system.send('DELETE', '/apps/myapp?', viewer, '', ['X-Forwarded-For: <script>'])
    expect((await system.lastEvent()).source?.address).toBe('unknown')
  })
})
