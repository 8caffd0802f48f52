import type {} from '@rack-gateway/auth/plugin'
import { type ClientSocket, openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type StatementCounter, startStatementCounter } from '../support/gateway/statement-counter.ts'
import { changesApplied, type System, startSystem } from '../support/gateway/system.ts'

/** What a call waits for in the database, counted on the wire: one commit for a read, two for a change, one for a websocket; nothing for identity and decision once they are known. */
describe('statements of a call', () => {
  let system: System
  let statementCounter: StatementCounter
  let deployer: string
  beforeAll(async () => {
    system = await startSystem({
      databaseProxy: async (url) => {
        statementCounter = await startStatementCounter(url)
        return statementCounter.url
      },
    })
    deployer = await system.token('deployer')
    await changesApplied(system)
    await system.get('/apps?', deployer)
    statementCounter.take()
  })
  afterAll(async () => {
    await system.stop()
    statementCounter.close()
  })

  function taken(): { audit: number; other: number } {
    const { 'rack-gateway audit': audit = 0, 'rack-gateway': other = 0 } = statementCounter.take()
    return { audit, other }
  }
  /** The lease is renewed every two seconds, on the same connection as the records: a measurement with a renewal in it is made again. */
  async function measured(call: () => Promise<unknown>): Promise<{ audit: number; other: number }[]> {
    const results: { audit: number; other: number }[] = []
    for (let round = 0; round < 5; round++) {
      taken()
      await call()
      results.push(taken())
    }
    return results
  }
  function usual(results: { audit: number; other: number }[]): { audit: number; other: number } {
    const sorted = results.map(({ audit }) => audit).sort((a, b) => a - b)
    return { audit: sorted[0] ?? -1, other: Math.max(...results.map(({ other }) => other)) }
  }

  test('a read: one commit', async () => {
    expect(usual(await measured(() => system.get('/apps?', deployer)))).toEqual({ audit: 1, other: 0 })
  })

  test('a change: two commits', async () => {
    const form = ['Content-Type: application/x-www-form-urlencoded']
    const change = () => system.send('PUT', '/apps/myapp?', deployer, 'lock=true', form)
    expect(usual(await measured(change))).toEqual({ audit: 2, other: 0 })
  })

  test('a websocket: one commit before the 101', async () => {
    const sockets: ClientSocket[] = []
    const open = async () => {
      const socket = await openWebSocket(`${system.url}/apps/myapp/logs`, deployer, {})
      expect(socket.status).toBe(101)
      sockets.push(socket)
    }
    const results = await measured(open)
    // The list of live calls is written in batches afterwards, so only some rounds have such a statement.
    const fewest = Math.min(...results.map(({ other }) => other))
    expect({ ...usual(results), other: fewest }).toEqual({ audit: 1, other: 0 })
    for (const socket of sockets) socket.close()
    // an open one would be looked at again at each change of identities
    const closed = async () => (await system.events()).filter(({ kind }) => kind === 'closed').length
    await expect.poll(closed).toBe(sockets.length)
    await expect.poll(() => system.sql`select from gateway.live_calls`).toEqual([])
  })

  test('a refusal: one commit', async () => {
    expect(usual(await measured(() => system.send('DELETE', '/apps/myapp?', deployer)))).toEqual({ audit: 1, other: 0 })
  })

  test('a flood of denials before authentication causes no statement', async () => {
    taken()
    for (let count = 0; count < 50; count++) await system.get('/apps?', 'nonsense')
    expect(taken().other).toBe(0)
  })

  test('a token that is not known yet: one look-up for all calls that come together', async () => {
    const token = await system.token('viewer', { email: 'newcomer@example.com' })
    await changesApplied(system)
    taken()
    await Promise.all(Array.from({ length: 10 }, () => system.get('/apps?', token)))
    expect(taken().other).toBe(1)
  })
})
