import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEventStream } from '../log/stream.ts'
import { canonical } from './canonical.ts'
import { cacheEncodedActor, encode } from './encode.ts'
import { EventDraft } from './event.ts'
import { draftColumns, eventFields, positionColumns } from './event-columns.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

function textOf(draft: Partial<EventDraft>): string {
  return createEventStream(0).seal(encode({ kind: 'call', ...draft }), 0).canonical
}

/** The recorded fields of a draft, without its position. */
function fitted(draft: Partial<EventDraft>) {
  const { v, id, stream, seq, at, ...kept } = JSON.parse(textOf(draft))
  return kept
}

/** Makes all optional members required, also in inner objects. */
type Whole<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [Key in keyof T]-?: Whole<NonNullable<T[Key]>> }
    : T

const whole: Whole<EventDraft> = {
  kind: 'intent',
  request: 'r1',
  of: 'o1',
  principal: {
    kind: 'api-token',
    id: 'u1',
    name: 'deploy',
    credential: 'c1',
    device: 'laptop',
    boundTo: 'staging',
    owner: { kind: 'user', id: 'u2', name: 'a@example.com' },
    roles: ['ops'],
    groups: ['g'],
    bindings: ['b1', 'b2'],
    job: {
      repository: 'acme/app',
      workflow: 'deploy.yml',
      run: '1',
      attempt: '2',
      job: '3',
      commit: 'c0ffee',
      ref: 'refs/heads/main',
      actor: 'ada',
    },
    trust: { id: 't1', name: 'acme', subject: 'repo:acme/app' },
  },
  source: { address: '192.0.2.1', client: 'convox' },
  mode: 'console',
  rack: 'staging',
  app: 'web',
  route: 'GET /apps',
  method: 'GET',
  path: '/apps',
  permission: 'app:list',
  proof: { id: 's1', method: 'passkey', at: '2026-11-28T12:00:00.000Z' },
  process: 'p1',
  service: 'web',
  release: 'R1',
  command: ['rails', 'c'],
  parameters: { query: ['q'], form: ['f'], headers: ['h'], values: { q: '1', __proto: 'x' } },
  hidden: ['command'],
  environment: ['KEY'],
  body: { received: 'aa', sent: 'bb' },
  decision: {
    effect: 'deny',
    rule: 'r',
    source: 'bindings',
    reason: 'because',
    next: 'ask',
    policy: 'ff',
    grant: '01b213f4-7e0d-7f34-acd8-1f498c7a249e',
    wouldBe: { effect: 'deny', rule: 'w', source: 'bindings', reason: 'because', next: 'ask' },
  },
  sent: false,
  status: 200,
  bytesIn: 1,
  bytesOut: 2,
  durationMs: 3,
  close: 'complete',
  upstream: 'x',
  count: 4,
  recording: { id: 'r', mode: 'strict', chunks: 3, bytes: 700, head: 'ab', lost: 0 },
  detail: { attempt: 1, dry: true, why: 'text' },
  truncated: [{ field: 'body', length: 9, sha256: 'x' }],
}

test('every valid field of an event is encoded unchanged', () => {
  expect(Object.keys(whole).sort()).toEqual(Object.keys(EventDraft.properties).sort())
  const text = textOf(whole)
  expect(fitted(whole)).toEqual(whole)
  expect(text).toBe(canonical(JSON.parse(text)))
})

test('columns repeat what the event says, in the form of PostgreSQL', () => {
  const columnsOf = (draft: Partial<EventDraft>) => {
    const { columns } = encode({ kind: 'call', ...draft })
    return Object.fromEntries(draftColumns.map(({ name }, index) => [name, columns[index]]))
  }
  const of = '01A213F4-7e0d-7f34-acd8-1f498c7a249e'
  expect(columnsOf({ ...whole, of })).toEqual({
    kind: 'intent',
    request: 'r1',
    of_event: of.toLowerCase(),
    principal: 'u1',
    principal_name: 'deploy',
    address: '192.0.2.1',
    rack: 'staging',
    app: 'web',
    route: 'GET /apps',
    permission: 'app:list',
    effect: 'deny',
    rule: 'r',
    granted: '01b213f4-7e0d-7f34-acd8-1f498c7a249e',
    status: '200',
    process: 'p1',
    command: 'rails c',
  })
  expect(columnsOf({ of: 'no uuid', status: 40_000 })).toMatchObject({ of_event: '', status: '', command: '' })
  expect(columnsOf({ app: 'a\u0000' }).app).toBe('a\\u0000')
})

test('every field is documented', () => {
  expect(positionColumns.map(({ name }) => name)).toEqual(['stream', 'seq', 'at', 'id'])
  expect(eventFields.filter(({ description }) => !/^[^\n]+\.$/.test(description))).toEqual([])
})

test('no field or field name of an event contains a token of the gateway', () => {
  const token = `rgt_${'02b9BXcwjy'.repeat(6)}abc`
  const spoil = (value: unknown): unknown => {
    if (typeof value === 'string') return `x ${token}"\n`
    if (Array.isArray(value)) return value.map(spoil)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, spoil(member)]))
  }
  const { kind, ...rest } = whole
  const spoiled = Object.assign(Object(spoil(rest)), {
    kind,
    detail: { [token]: token },
    parameters: { query: [token], form: [token], headers: [token], values: { [token]: token } },
  })
  const { parts, columns } = encode(spoiled)
  const text = JSON.stringify([parts, columns])
  expect(text).not.toContain(token.slice(4, 30))
  expect(text).toContain('rgt_[hidden]')
  expect(
    encode({ kind, source: { address: '::1', client: token }, path: `/apps/${token}` }).parts.join(),
  ).not.toContain(token.slice(4, 30))
})

test('the encoded text is canonical JSON of the draft, for any subset of fields', () => {
  const some = fc.subarray(Object.keys(whole)).map((keys) => {
    return Object.fromEntries(Object.entries(whole).filter(([key]) => key === 'kind' || keys.includes(key)))
  })
  fc.assert(
    fc.property(some, (draft) => {
      const text = textOf(draft)
      expect(canonical(JSON.parse(text))).toBe(text)
      expect(fitted(draft)).toEqual({ kind: whole.kind, ...draft })
    }),
  )
})

test('a cached actor is encoded like any other actor, and cannot be changed', () => {
  const actor = cacheEncodedActor(structuredClone(whole.principal))
  expect(textOf({ principal: actor }).length).toBe(textOf({ principal: whole.principal }).length)
  expect(fitted({ principal: actor })).toEqual(fitted({ principal: whole.principal }))
  const { size, ...encoded } = encode({ kind: 'call', principal: whole.principal })
  expect(encode({ kind: 'call', principal: actor })).toMatchObject(encoded)
  expect(() => actor.roles?.push('admin')).toThrow(TypeError)
})

test('an actor with a truncated value is not cached, and each event lists the truncation', () => {
  const actor = cacheEncodedActor({ ...whole.principal, name: 'n'.repeat(2_000) })
  for (const draft of [{ principal: actor }, { principal: actor }])
    expect(fitted(draft).truncated).toEqual([expect.objectContaining({ field: 'principal.name', length: 2_000 })])
})

test('an event does not change with its draft', () => {
  const draft: EventDraft = { kind: 'call', command: ['ls'], detail: { a: 1 } }
  const encoded = encode(draft)
  draft.command?.push('-la')
  draft.detail = {}
  const { event } = createEventStream(0).seal(encoded, 0)
  expect([event.command, event.detail]).toEqual([['ls'], { a: 1 }])
})

test('a long text is truncated, and its length and digest are recorded', () => {
  const app = 'a'.repeat(5_000)
  expect(fitted({ app })).toEqual({
    kind: 'call',
    app: 'a'.repeat(1_024),
    truncated: [{ field: 'app', length: 5_000, sha256: sha256(app) }],
  })
})

test('a value is truncated in its field, and the event has the length and digest of the whole value', () => {
  const value = '\u001b[2J"}'.repeat(1_000)
  const parameters = { query: [], form: ['count'], headers: [], values: { count: value, ['__proto__']: 'x' } }
  const event = fitted({ parameters })
  const kept = event.parameters?.values?.count ?? ''
  expect(Object.keys(event.parameters?.values ?? {})).toEqual(['__proto__', 'count'])
  expect(kept).toMatch(/^(\\u001b\[2J"\})+/)
  expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(1_024)
  const whole = value.replaceAll('\u001b', '\\u001b')
  expect(event.truncated).toEqual([
    { field: 'parameters.values.count', length: Buffer.byteLength(whole), sha256: sha256(whole) },
  ])
})

test('at most 64 values are recorded', () => {
  const values = Object.fromEntries(Array.from({ length: 100 }, (_, place) => [`p${place}`, 'x']))
  const { parameters } = fitted({ parameters: { query: [], form: [], headers: [], values } })
  expect(Object.keys(parameters?.values ?? {})).toHaveLength(64)
})

test('paths and reasons have more room', () => {
  expect(fitted({ path: `/${'p'.repeat(8_191)}` }).truncated).toBeUndefined()
  expect(fitted({ path: `/${'p'.repeat(8_192)}` }).truncated).toHaveLength(1)
  const decision = { effect: 'deny' as const, rule: 'r', reason: 'x'.repeat(2_049) }
  expect(fitted({ decision }).truncated).toEqual([expect.objectContaining({ field: 'decision.reason', length: 2_049 })])
})

test('a command is limited in words and in bytes, and has a digest', () => {
  const many = Array.from({ length: 1_000 }, (_, index) => `w${index}`)
  const cut = fitted({ command: many })
  expect(cut.command).toHaveLength(256)
  expect(cut.truncated).toEqual([{ field: 'command', length: 1_000, sha256: sha256(JSON.stringify(many)) }])
  const long = fitted({ command: ['sh', 'x'.repeat(100_000), 'y'] })
  expect(Buffer.byteLength(long.command?.join(' ') ?? '')).toBeLessThanOrEqual(8_192)
  expect(long.truncated?.[0]).toMatchObject({ field: 'command', length: 3 })
})

test('lists of names are limited in every field', () => {
  const names = Array.from({ length: 10_000 }, (_, index) => `n${index}`)
  const { parameters, environment, truncated } = fitted({
    parameters: { query: names, form: [], headers: names },
    environment: names,
  })
  expect([parameters?.query.length, parameters?.headers.length, environment?.length]).toEqual([256, 256, 256])
  expect(truncated?.map(({ field }: { field: string }) => field)).toEqual([
    'environment',
    'parameters.headers',
    'parameters.query',
  ])
})

test('detail is bounded in members and in the length of its keys', () => {
  const detail = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`${index}-${'k'.repeat(1_000)}`, 1]))
  const kept = Object.keys(fitted({ detail }).detail ?? {})
  expect(kept).toHaveLength(64)
  expect(Math.max(...kept.map((key) => key.length))).toBe(128)
})

test('numbers that JSON cannot express are left out', () => {
  expect(fitted({ durationMs: Number.NaN, bytesIn: Number.POSITIVE_INFINITY, status: 200 })).toEqual({
    kind: 'call',
    status: 200,
  })
})

test('truncations reported by the caller are preserved', () => {
  const truncated = [{ field: 'body', length: 9, sha256: 'x' }]
  expect(fitted({ app: 'a'.repeat(2_000), truncated }).truncated?.map(({ field }: { field: string }) => field)).toEqual(
    ['body', 'app'],
  )
})

test('a key called __proto__ is a key', () => {
  const detail = JSON.parse('{"__proto__":"x","a":"y"}')
  expect(textOf({ detail })).toContain('"detail":{"__proto__":"x","a":"y"}')
})

test('keys that become equal when they are escaped or cut become one key', () => {
  const text = textOf({
    detail: { 'a\u0000': 1, 'a\\u0000': 2, [`${'k'.repeat(128)}1`]: 3, [`${'k'.repeat(128)}2`]: 4 },
  })
  expect(canonical(JSON.parse(text))).toBe(text)
})

test('any draft can be encoded, and its size is bounded', () => {
  const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code))
  const text = fc.oneof(
    fc.array(unit, { maxLength: 50 }).map((units) => units.join('')),
    fc.constantFrom('\0', '\ud800', '€'.repeat(9_000)),
  )
  const anything = fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true, withMap: true })
  fc.assert(
    fc.property(
      fc.record({ app: text, path: text, command: fc.array(text), detail: fc.dictionary(text, text), odd: anything }),
      (hostile) => {
        const { size } = encode({ kind: 'call', ...hostile })
        const text = textOf(hostile)
        expect(text).not.toMatch(/[\u0000-\u001f]|\\u0000(?<!\\\\u0000)/)
        expect(canonical(JSON.parse(text))).toBe(text)
        expect(text.length).toBeLessThan(200_000)
        expect(size).toBeGreaterThan(0)
      },
    ),
  )
})
