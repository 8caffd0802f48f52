import type { LoggedEvent } from '@rack-gateway/gateway-api'
import widthOf from 'string-width'
import { expect, test } from 'vitest'
import { table } from '../../../output/table.ts'
import { cellsOf, headings, shortRowsOf } from './event-row.ts'

const now = Date.parse('2027-01-31T15:00:00Z')

/** @param id the first characters of the ID */
function event(id: string, at: string, event: Record<string, unknown>): LoggedEvent {
  const complete = `${id}${'01a21006-6e55-7646-9171-966421143187'.slice(id.length)}`
  const shared = {
    at,
    principal: { kind: 'user', id: '1', name: 'deployer@example.com' },
    rack: 'production',
    app: 'web',
  }
  return { id: complete, link: '', writtenAt: at, event: { kind: 'call', ...shared, ...event } } as LoggedEvent
}

const allow = (status: number) => ({ decision: { effect: 'allow' }, status })
const items = [
  event('01a21006-6e55', '2027-01-31T14:12:31.456Z', {
    ...allow(101),
    kind: 'opened',
    route: 'GET /apps/{app}/processes/{process}/exec',
    command: ['bundle', 'exec', 'rake', 'db:migrate', 'VERSION=20270131120000', '--trace'],
  }),
  event('01a21006-6e51', '2027-01-31T09:05:00.001Z', {
    decision: { effect: 'deny' },
    status: 403,
    route: 'DELETE /apps/{app}',
    principal: { kind: 'api-token', id: '2', name: 'token:nightly (ada.lovelace@example.com)' },
  }),
  event('01a21000-0000', '2027-01-30T23:59:59.999Z', {
    ...allow(200),
    kind: 'outcome',
    route: 'POST /apps/{app}/releases/{release}/promote',
    app: '日本語アプリケーション',
    command: ['echo', '日本語日本語日本語日本語日本語日本語日本語日本語'],
  }),
  event('01a1ffff-0000', '2026-12-31T10:00:00.000Z', { kind: 'session.issued', rack: undefined, app: undefined }),
]

function shown(columns: number | null, of = items): string[] {
  const rows = of.map((item) => cellsOf(item, 'utc'))
  const narrow = { shortRows: shortRowsOf(of, { zone: 'utc', now }), favored: 'SUBJECT' }
  return table({ columns, styled: false }, ['TIME (UTC)', ...headings], rows, narrow)
}

const today = items.slice(0, 2)

test('on 120 columns, the subject gets the space that IDs, times, and other columns give up', () => {
  expect(shown(120)).toEqual([
    'TIME (UTC)        PRINCIPAL   KIND        SUBJECT                                   RACK/APP    RESULT     ID',
    '        14:12:31  deployer@…  opened      bundle exec rake db:migrate VERSION=202…  productio…  allow 101  01a21006-6e55',
    '        09:05:00  token:nig…  call        DELETE /apps/{app}                        productio…  deny 403   01a21006-6e51',
    '     01-30 23:59  deployer@…  outcome     echo 日本語日本語日本語日本語日本語日本…  productio…  allow 200  01a21000-0000',
    '2026-12-31 10:00  deployer@…  session.i…                                                                   01a1ffff-0000',
  ])
})

test('on 80 columns, events of today are one line each', () => {
  expect(shown(80, today)).toEqual([
    'TIME (UTC)  PRINCI…  KIND    SUBJECT           RACK/A…  RESULT     ID',
    '14:12:31    deploy…  opened  bundle exec rak…  produc…  allow 101  01a21006-6e55',
    '09:05:00    token:…  call    DELETE /apps/{a…  produc…  deny 403   01a21006-6e51',
  ])
})

test('if the subject would become too narrow, each event is a block with its complete values', () => {
  const lines = shown(80)
  expect(lines).toContain('SUBJECT: bundle exec rake db:migrate VERSION=20270131120000 --trace')
  expect(lines).toContain(`ID: ${items[0]?.id}`)
})

test.each([100, 120, 160, 200])('on %s columns, no line of events of today is wider than the terminal', (columns) => {
  const wide = items.map((item) => ({ ...item, event: { ...item.event, at: '2027-01-31T14:12:31.456Z' } }))
  const lines = shown(columns, wide)
  expect(lines).toHaveLength(items.length + 1)
  expect(Math.max(...lines.map((line) => widthOf(line)))).toBeLessThanOrEqual(columns)
})

test('on a wide terminal and without a terminal, values are complete', () => {
  for (const columns of [300, null])
    expect(shown(columns, today)[1]).toMatch(
      /^2027-01-31 14:12:31\.456 .* --trace .*01a21006-6e55-7646-9171-966421143187$/,
    )
})

test('IDs are longer if events have the same millisecond', () => {
  const same = [
    event('01a21006-6e55-7aaa', '2027-01-31T14:12:31.456Z', {}),
    event('01a21006-6e55-7bbb', '2027-01-31T14:12:31.456Z', {}),
  ]
  const ids = shortRowsOf(same, { zone: 'utc', now }).map((row) => row.at(-1))
  expect(ids).toEqual(['01a21006-6e55-7aaa', '01a21006-6e55-7bbb'])
})
