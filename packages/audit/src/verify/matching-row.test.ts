import { array, assert, constantFrom, integer, option, property, readConfigureGlobal, record, string } from 'fast-check'
import { expect, test } from 'vitest'
import { canonical } from '../events/canonical.ts'
import { copiedTable } from '../testing/copied-table.ts'
import { type CopiedRow, createCopyReader } from './copied-rows.ts'
import { positionOf } from './event-position.ts'
import { readMatchingRow } from './matching-row.ts'
import { differingColumn, searchColumns } from './search-columns.ts'

const epoch = Date.UTC(2000, 0, 1)
const [one, other] = ['01a21003-ad1a-75d6-92a3-9774156aed61', '01a21003-ad1a-75d6-92a3-9774156aed62']

function long(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(value)
  return bytes
}

function small(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

const uuid = (text: string) => Buffer.from(text.replaceAll('-', ''), 'hex')
const micros = (at: string) => long(BigInt(Date.parse(at) - epoch) * 1_000n)
const text = (value: string | undefined) => (value === undefined || value === '' ? null : Buffer.from(value))

const event = {
  app: 'web',
  at: '2026-11-25T00:06:26.640Z',
  command: ['rails', '', 'c'],
  decision: { effect: 'allow', grant: other, rule: 'role:ops' },
  id: one,
  kind: 'intent',
  of: other,
  permission: 'release:create',
  principal: { id: 'u1', kind: 'user', name: 'é@example.com' },
  process: 'p1',
  rack: 'staging',
  request: 'r1',
  route: 'GET /apps',
  seq: 7,
  source: { address: '192.0.2.1' },
  status: -200,
  stream: one,
  v: 1,
}
type Event = { [Key in keyof typeof event]?: (typeof event)[Key] | undefined } & { readonly [key: string]: unknown }
type Columns = Readonly<Record<string, Buffer | null>>

function columnsOf(said: Event): Columns {
  return {
    stream: uuid(one),
    seq: long(BigInt(said.seq ?? 7)),
    at: micros(event.at),
    id: uuid(one),
    kind: text(said.kind),
    request: text(said.request),
    of_event: said.of === undefined ? null : uuid(other),
    principal: text(said.principal?.id),
    principal_name: text(said.principal?.name),
    address: text(said.source?.address),
    rack: text(said.rack),
    app: text(said.app),
    route: text(said.route),
    permission: text(said.permission),
    effect: text(said.decision?.effect),
    rule: text(said.decision?.rule),
    granted: said.decision?.grant === undefined ? null : uuid(other),
    status: said.status === undefined ? null : small(said.status),
    process: text(said.process),
    command: text(said.command?.join(' ')),
  }
}

function rowOf(columns: Columns, said: string) {
  let row: CopiedRow | null = null
  const reader = createCopyReader(searchColumns.length + 1, (read) => {
    row = read
  })
  reader.push(copiedTable([[...searchColumns.map(({ name }) => columns[name] ?? null), Buffer.from(said)]]))
  if (row === null) throw new Error('no row')
  return row as CopiedRow
}

function compare(columns: Columns, said: string) {
  const row = rowOf(columns, said)
  const at = searchColumns.length
  return {
    quick: readMatchingRow(row, row.from[at] ?? 0, row.to[at] ?? 0),
    differs: differingColumn(row, JSON.parse(said)),
  }
}

test('a matching row is recognized without parsing', () => {
  expect(compare(columnsOf(event), canonical(event))).toEqual({ quick: positionOf(event), differs: null })
  for (const kind of ['stream.opened', 'stream.closed', 'call'])
    expect(compare(columnsOf({ ...event, kind }), canonical({ ...event, kind })).quick).toEqual(
      positionOf({ ...event, kind }),
    )
})

test('optional members can be absent', () => {
  for (const key of ['of', 'request', 'principal', 'source', 'rack', 'app', 'route', 'decision', 'status', 'command']) {
    const less = { ...event, [key]: undefined }
    expect(compare(columnsOf(less), canonical(less))).toEqual({ quick: positionOf(event), differs: null })
  }
})

test.each(searchColumns.map(({ name }) => name))('a row with another %s never matches', (column) => {
  const columns = columnsOf(event)
  const right = columns[column] ?? Buffer.alloc(0)
  const wrong = [null, Buffer.alloc(0), right.subarray(1), Buffer.concat([right, Buffer.from(' ')])]
  for (let index = 0; index < right.length; index++) {
    const changed = Buffer.from(right)
    changed[index] = (changed[index] ?? 0) ^ 1
    wrong.push(changed)
  }
  for (const value of wrong) {
    const row = rowOf({ ...columns, [column]: value }, canonical(event))
    const at = searchColumns.length
    expect(readMatchingRow(row, row.from[at] ?? 0, row.to[at] ?? 0)).toBeNull()
    if (value?.length === right.length) expect(differingColumn(row, event)).toBe(column)
  }
})

test.each([
  ['a day that does not exist', '2026-02-30T00:00:00.000Z', '2026-03-02T00:00:00.000Z'],
  ['a minute of sixty seconds', '2026-11-25T00:06:60.000Z', '2026-11-25T00:07:00.000Z'],
  ['another zone', '2026-11-25T00:06:26.640z', '2026-11-25T00:06:26.640Z'],
  ['a fraction with a sign', '2026-11-25T00:06:26.-00Z', '2026-11-25T00:06:26.000Z'],
])('%s is not normalized to another time', (_, at, moment) => {
  const { quick, differs } = compare({ ...columnsOf(event), at: micros(moment) }, canonical({ ...event, at }))
  expect([quick, differs]).toEqual([null, 'at'])
})

test('a difference of a microsecond is detected in any year', () => {
  for (const at of ['2285-06-05T00:00:00.000Z', '2999-01-01T00:00:00.000Z']) {
    const columns = { ...columnsOf(event), at: long(BigInt(Date.parse(at) - epoch) * 1_000n + 1n) }
    expect(compare(columns, canonical({ ...event, at })).quick).toBeNull()
  }
})

test('an empty column does not match an empty list', () => {
  for (const command of [[], ['']]) {
    const columns = { ...columnsOf(event), command: Buffer.alloc(0) }
    expect(compare(columns, canonical({ ...event, command })).quick).toBeNull()
  }
})

test('an event without a stream or a number has no position, whatever was read before', () => {
  readRow(canonical(event))
  for (const key of ['stream', 'seq']) {
    const less = canonical({ ...event, [key]: undefined })
    expect(readRow(less, key)).toBeNull()
  }

  function readRow(said: string, without?: string) {
    const row = rowOf({ ...columnsOf(event), ...(without && { [without]: null }) }, said)
    const at = searchColumns.length
    return readMatchingRow(row, row.from[at] ?? 0, row.to[at] ?? 0)
  }
})

test('an infinite time differs, and is no error', () => {
  for (const at of [long(2n ** 63n - 1n), long(-(2n ** 63n)), long(BigInt(Date.parse(event.at) - epoch) * 1_000n + 1n)])
    expect(compare({ ...columnsOf(event), at }, canonical(event))).toEqual({ quick: null, differs: 'at' })
})

test('a row that matches without parsing also matches with parsing', () => {
  const value = () => option(constantFrom('', 'a', 'a b', 'é', '"', '\\', '\\N', 'b'), { nil: undefined })
  const inside = () => record({ id: value(), name: value() }, { requiredKeys: [] })
  const said = record({
    app: value(),
    command: option(array(string({ maxLength: 2 }), { maxLength: 3 }), { nil: undefined }),
    principal: option(inside(), { nil: undefined }),
    status: option(integer({ min: -40_000, max: 40_000 }), { nil: undefined }),
    seq: integer({ min: 1 }),
  })
  let compared = 0
  let quickly = 0
  assert(
    property(said, said, ({ status, ...event1 }, { status: stored, ...event2 }) => {
      const base = { at: event.at, id: one, stream: one, kind: 'call', v: 1 }
      const columns = columnsOf({ ...base, ...event2 } as Event)
      const status2 = stored === undefined || Math.abs(stored) > 32_767 ? null : small(stored)
      for (const members of [
        { ...base, ...event1, status },
        { ...base, ...event2, status: stored },
      ]) {
        const { quick, differs } = compare({ ...columns, status: status2 }, canonical(members))
        compared++
        if (quick === null) continue
        quickly++
        expect(differs).toBeNull()
        expect(quick).toEqual(positionOf(members))
      }
    }),
    // About one comparison in thirteen matches without parsing, so 100 cases would be too few for the bound below.
    { numRuns: 10 * (readConfigureGlobal().numRuns ?? 100) },
  )
  expect(quickly / compared).toBeGreaterThan(0.05)
})
