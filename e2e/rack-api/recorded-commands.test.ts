import { manualClock } from '@rack-gateway/demo-rack'
import {
  type CliRecording,
  createTranslation,
  differences,
  type Exchange,
  loadRecordings,
  replay,
  type Translation,
} from '@rack-gateway/demo-rack/recordings'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Connection, rolesByMode, startConnection } from '../support/callers/connection.ts'
import { refusals } from '../support/convox/denied-commands.ts'
import { type System, startSystem, verifyStreams } from '../support/gateway/system.ts'

/** The recorded runs of the stock CLI, byte for byte through the gateway (credential, host and ids replaced), for every role. */
const recordings = loadRecordings()

test('every row of the table is a recorded command', () => {
  expect(
    Object.keys(refusals).filter((command) => !recordings.some((recording) => recording.command === command)),
  ).toEqual([])
})

describe.each(rolesByMode)('the recorded CLI as %s, %s', (role, mode) => {
  const clock = manualClock()
  const translation = createTranslation()
  let system: System
  let token: string
  let connection: Connection
  beforeAll(async () => {
    system = await startSystem({ rackNames: ['rack1'], clock })
    token = role === 'ci' ? await system.pipelineToken() : await system.token(role)
    connection = await startConnection(mode, system.url, token)
  })
  afterAll(async () => {
    await connection.stop()
    await system.stop()
  })

  type Target = Pick<Connection, 'url' | 'token'> & Partial<Pick<Connection, 'headers'>>
  function play(
    recording: CliRecording,
    { url, token: credential, headers = {} }: Target,
    ids: Translation,
  ): Promise<Exchange[]> {
    return replay(recording, {
      url,
      authorization: basicAuthorization(credential),
      headers: Object.entries(headers),
      translation: ids,
      wait: clock.advance,
      until: isRefused,
    })
  }

  test.each(recordings.map((recording, index) => [`${index}: ${recording.command}`, recording] as const))(
    '%s',
    async (_name, recording) => {
      const expected = refusals[recording.command]?.[role] ?? null
      const exchanges = await play(recording, connection, expected === null ? translation : overlay(translation))
      expect(refusedAt(exchanges)).toBe(expected)
      if (expected === null) expect(exchanges.map(({ status }) => status)).toEqual(exchanges.map(recordedStatus))
      if (role === 'admin' && expected === null) expect(exchanges.flatMap(visibleDifferences)).toEqual([])
      // A denied command is run directly at the rack, so that the next recording finds the rack as it was.
      if (expected !== null) await play(recording, system.rack, translation)
    },
  )

  test('every call is in the log, and the log is intact', async () => {
    expect(await verifyStreams(system.sql)).toMatchObject({ intact: true })
    const events = await system.events()
    expect(
      events.filter(({ principal }) => principal?.name === `${role}@example.com` || principal?.kind === 'api-token')
        .length,
    ).toBeGreaterThan(recordings.length)
    expect(JSON.stringify(events)).not.toContain(token)
    expect(JSON.stringify(events)).not.toContain(system.rack.token)
  })
})

/** By status, or in words over the stream that the CLI would show. */
function isRefused({ status, recorded, frames }: Exchange): boolean {
  if (status === 403) return Number(recorded.startLine.split(' ')[1]) !== 403
  return frames?.[0]?.payload.toString().startsWith('ERROR: ') ?? false
}

function recordedStatus({ recorded }: Exchange): number {
  return Number(recorded.startLine.split(' ')[1])
}

/** `METHOD /path` of the refusal that ended the replay, ids and what follows them made plain by the table's own pattern. */
function refusedAt(exchanges: readonly Exchange[]): string | null {
  const last = exchanges.at(-1)
  if (!last || !isRefused(last)) return null
  const request = `${last.method} ${last.target.replace(/\?.*$/, '')}`
  const patterns = new Set(Object.values(refusals).flatMap((byRole) => Object.values(byRole)))
  return [...patterns].filter((pattern) => matches(pattern, request)).sort((a, b) => b.length - a.length)[0] ?? request
}

function matches(pattern: string, request: string): boolean {
  const [before = '', after = ''] = pattern.split('*')
  return pattern.includes('*') ? request.startsWith(before) && request.endsWith(after) : pattern === request
}

/** What a person or program would see differ: the connection's own headers are the gateway's, and so is the text of its own 404. */
function visibleDifferences(exchange: Exchange): string[] {
  const unknownRoute = exchange.target.startsWith('/nosuch')
  return differences(exchange).filter((difference) => {
    if (difference.startsWith('header names')) return false
    if (unknownRoute && difference.startsWith('body')) return false
    return !(exchange.target.endsWith('/exec') && difference.includes('RACK_URL'))
  })
}

/** A translation that extends `base` without changing it. */
function overlay(base: Translation): Translation {
  const own = createTranslation()
  return {
    toCurrent: (recorded) => own.toCurrent(base.toCurrent(recorded)),
    learn: (recorded, present) => own.learn(base.toCurrent(recorded), present),
  }
}
