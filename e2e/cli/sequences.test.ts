import { manualClock } from '@rack-gateway/demo-rack'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sequences } from '../sequences/index.ts'
import { play, type SequenceTarget, type Values } from '../sequences/play.ts'
import { startingValues } from '../sequences/starting-values.ts'
import { type Connection, rolesByMode, startConnection } from '../support/callers/connection.ts'
import { type System, startSystem, verifyStreams } from '../support/gateway/system.ts'

/** What each command of the stock CLI asks of a rack, for every role: the recorded ones are in recordings.test.ts. */
describe.each(rolesByMode)('the commands of the CLI as %s, %s', (role, mode) => {
  const actor = role === 'ci' ? 'token:pipeline (ci)' : `${role}@example.com`
  const clock = manualClock()
  let system: System
  let token: string
  let gateway: Connection
  let past: SequenceTarget
  let values: Values
  beforeAll(async () => {
    system = await startSystem({ rackNames: ['rack1'], clock })
    token = role === 'ci' ? await system.pipelineToken() : await system.token(role)
    gateway = await startConnection(mode, system.url, token)
    past = { url: system.rack.url, token: system.rack.token }
    values = await startingValues(system.rack)
  })
  afterAll(async () => {
    await gateway.stop()
    await system.stop()
  })

  test.each(sequences.map((sequence) => [sequence.command, sequence] as const))('%s', async (_command, sequence) => {
    const options = { values, past, wait: clock.advance }
    const expected = sequence.refused[role] ?? null
    const before = system.rack.received.length
    expect(await play(sequence, gateway, options)).toEqual({ refusedAt: expected, failures: [] })
    if (expected !== null) {
      expect(arrived(expected, before)).toEqual([])
      await clock.advance(10_000)
      // A denied command is run directly at the rack, so that the next command finds the expected state.
      expect(await play(sequence, past, options)).toEqual({ refusedAt: null, failures: [] })
    }
    await clock.advance(10_000)
  })

  /** Requests of this caller that look like the refused step, as the rack got them since then. */
  function arrived(refused: string, since: number): string[] {
    const plain = refused.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&')
    const pattern = new RegExp(`^${plain.replaceAll(/\{[a-z]+\}/g, '[^/]+')}$`)
    return system.rack.received
      .slice(since)
      .filter(({ rawHeaders }) => rawHeaders.includes(actor))
      .map(({ method, target }) => `${method} ${target.replace(/\?.*$/, '')}`)
      .filter((name) => pattern.test(name))
  }

  test('every call is in the log, and the log is intact', async () => {
    expect(await verifyStreams(system.sql)).toMatchObject({ intact: true })
    const events = await system.events()
    const refusals = events.filter(({ decision }) => decision?.effect === 'deny')
    expect(refusals).toHaveLength(sequences.filter(({ refused }) => refused[role] !== undefined).length)
    expect(JSON.stringify(events)).not.toContain(gateway.token)
    expect(JSON.stringify(events)).not.toContain(token)
    expect(JSON.stringify(events)).not.toContain(system.rack.token)
  })
})
