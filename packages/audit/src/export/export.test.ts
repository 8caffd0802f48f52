import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { linkHash } from '../events/chain.ts'
import { encode } from '../events/encode.ts'
import { type AuditEvent, type EventDraft, eventKinds } from '../events/event.ts'
import { createEventStream } from '../log/stream.ts'
import type { FoundEvent } from '../search/found-event.ts'
import { cell } from './csv.ts'
import { exportFormats } from './export-formats.ts'
import { toOcsf } from './ocsf.ts'

const at = Date.UTC(2026, 4, 5)

function found(draft: EventDraft): FoundEvent {
  const { position, canonical, prev, hash } = createEventStream(at).seal(encode(draft), at)
  return {
    id: position.id,
    position: { at: `${at}000`, stream: position.stream, seq: `${position.seq}` },
    writtenAt: new Date(at + 5),
    canonical,
    event: JSON.parse(canonical),
    prev,
    hash,
  }
}

/** Parses CSV by the grammar of RFC 4180. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    rows.at(-1)?.push((match[1] ?? '').replaceAll('""', '"') || (match[2] ?? ''))
    if (match[3] === '\r\n') rows.push([])
    if (pattern.lastIndex === text.length) break
  }
  expect(pattern.lastIndex).toBe(text.length)
  return rows.slice(0, -1)
}

const hostile = [
  '=cmd|" /C calc"!A0',
  '+1+1',
  '-2+3',
  '@SUM(A1)',
  '\t=1',
  ' =1',
  '\u00a0=1',
  '＝1',
  'a"b,c\r\nd',
  '\u001b[2J\u0007',
  '\u202egnp.exe',
  '</script><script>alert(1)</script>',
  '\ud800',
  '\u0000',
  '\u2028',
]

describe('CSV', () => {
  const header = exportFormats.csv.head.trim().split(',')
  const hostileText = fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary' }))

  test('an event is one row and no cell is a formula, for any values', () => {
    fc.assert(
      fc.property(hostileText, hostileText, hostileText, hostileText, (name, client, word, reason) => {
        const event = found({
          kind: 'call',
          principal: { kind: 'user', id: name, name },
          source: { address: client, client },
          app: name,
          command: [word, word],
          decision: { effect: 'deny', rule: word, reason },
          detail: { [word]: reason },
          parameters: { query: [], form: [word], headers: [], values: { [word]: reason } },
          hidden: [word],
          close: reason,
        })
        const rows = readCsv(exportFormats.csv.head + exportFormats.csv.line(event))
        expect(rows).toHaveLength(2)
        expect(rows[1]).toHaveLength(header.length)
        for (const value of rows[1] ?? [])
          expect(value).not.toMatch(/^[\s\u00a0\u3000]*[=+\-@\uff1d\uff0b\uff0d\uff20]/)
        for (const value of rows[1] ?? []) expect(value).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/)
      }),
    )
  })

  test.each([
    ['plain', '"plain"'],
    ['=1', '"\'=1"'],
    ['a"b', '"a""b"'],
    [-5, '-5'],
    [undefined, ''],
  ])('%j becomes %s', (value, written) => {
    expect(cell(value)).toBe(written)
  })
})

test('an NDJSON line has the hashed bytes and both links', () => {
  for (const text of hostile) {
    const event = found({ kind: 'call', app: text, command: [text] })
    const line = exportFormats.ndjson.line(event)
    expect(line.indexOf('\n')).toBe(line.length - 1)
    const canonical = line.slice(
      '{"event":'.length,
      -`,"hash":"${'0'.repeat(64)}","prev":"${'0'.repeat(64)}"}\n`.length,
    )
    expect(linkHash(event.prev, canonical)).toEqual(event.hash)
    expect(JSON.parse(line)).toEqual({
      event: event.event,
      hash: event.hash.toString('hex'),
      prev: event.prev.toString('hex'),
    })
  }
})

/** Requirements of the OCSF 1.8.0 classes, transcribed from its schema: `required` and `at_least_one`. */
const required = ['activity_id', 'category_uid', 'class_uid', 'metadata', 'severity_id', 'time', 'type_uid'] as const
const ofClass: Readonly<Record<number, readonly string[]>> = {
  6003: ['actor', 'api', 'src_endpoint'],
  3002: ['user', 'service'],
}
const activities: Readonly<Record<number, readonly number[]>> = {
  6003: [0, 1, 2, 3, 4, 99],
  3002: [0, 1, 2, 3, 4, 5, 6, 7, 99],
}
const known = new Set(
  'activity_id activity_name actor api auth_protocol auth_protocol_id category_name category_uid class_name class_uid duration http_request http_response is_remote message metadata resources service session severity severity_id src_endpoint status status_code status_detail status_id time timezone_offset type_uid unmapped user'.split(
    ' ',
  ),
)

function problemsOf(value: Readonly<Record<string, unknown>>): string[] {
  const { class_uid: uid, activity_id: activity, type_uid: type } = value as Record<string, number>
  const object = (path: string) =>
    path.split('.').reduce<unknown>((one, name) => (one as Record<string, unknown> | undefined)?.[name], value)
  const anyOf = (path: string, names: readonly string[]) =>
    object(path) === undefined || names.some((name) => object(`${path}.${name}`) !== undefined)
      ? []
      : [`${path} is empty`]
  return [
    ...[...required, ...(ofClass[uid ?? 0] ?? ['a known class'])].filter((name) => value[name] === undefined),
    ...(type === (uid ?? 0) * 100 + (activity ?? -1) ? [] : ['type_uid']),
    ...(activities[uid ?? 0]?.includes(activity ?? -1) ? [] : ['activity_id']),
    ...(Number.isInteger(value.time) ? [] : ['time']),
    ...['metadata.version', 'metadata.product', 'metadata.product.name'].filter((path) => object(path) === undefined),
    ...(uid === 6003 && object('api.operation') === undefined ? ['api.operation'] : []),
    ...(value.http_response !== undefined && !Number.isInteger(object('http_response.code'))
      ? ['http_response.code']
      : []),
    ...anyOf('actor', ['process', 'user', 'iam_role', 'invoked_by', 'session', 'app_name', 'app_uid']),
    ...anyOf('actor.user', ['account', 'name', 'uid']),
    ...anyOf('user', ['account', 'name', 'uid']),
    ...anyOf('src_endpoint', ['ip', 'uid', 'name', 'hostname', 'svc_name']),
    ...anyOf('http_request.url', ['url_string', 'path']),
    ...Object.keys(value).filter((name) => !known.has(name)),
  ]
}

describe('OCSF', () => {
  const full: Omit<EventDraft, 'kind'> = {
    request: 'r',
    principal: { kind: 'user', id: 'u', name: 'ann@example.com', credential: 's', groups: ['ops'], roles: ['ops'] },
    source: { address: '192.0.2.1', client: 'convox' },
    rack: 'staging',
    app: 'web',
    route: 'POST /apps/{app}/releases',
    method: 'POST',
    path: '/apps/web/releases',
    permission: 'release:create',
    decision: { effect: 'allow', rule: 'role:ops' },
    status: 200,
    durationMs: 3,
  }

  test.each(eventKinds)('%s has the required attributes of its class, with all fields and with none', (kind) => {
    for (const draft of [
      { kind },
      { ...full, kind },
      { kind, detail: { email: 'x@example.com', subject: '1' } },
    ] as const) {
      const event: AuditEvent = found(draft).event
      expect(problemsOf(toOcsf(event))).toEqual([])
      expect(problemsOf(JSON.parse(exportFormats.ocsf.line(found(draft))))).toEqual([])
    }
  })

  test('the checks detect missing, unknown, and empty attributes', () => {
    const good = toOcsf(found({ ...full, kind: 'call' }).event)
    const { actor: _, ...noActor } = good
    expect(problemsOf(noActor)).toEqual(['actor'])
    expect(problemsOf({ ...good, activity_id: 2 })).toEqual(['type_uid'])
    expect(problemsOf({ ...good, src_endpoint: {} })).toEqual(['src_endpoint is empty'])
    expect(problemsOf({ ...good, colour: 'red' })).toEqual(['colour'])
  })

  test('has the actor, the activity, and the outcome', () => {
    const refused = found({
      ...full,
      kind: 'call',
      status: 403,
      decision: { effect: 'deny', rule: 'r', reason: 'because' },
    })
    expect(toOcsf(refused.event, refused.writtenAt)).toMatchObject({
      class_uid: 6003,
      activity_id: 1,
      type_uid: 600301,
      time: at,
      status: 'Failure',
      status_code: 'r',
      status_detail: 'because',
      actor: { user: { name: 'ann@example.com', uid: 'u', type: 'User' }, session: { uid: 's' } },
      api: { operation: 'POST /apps/{app}/releases', service: { name: 'staging' } },
      src_endpoint: { ip: '192.0.2.1' },
      metadata: { version: '1.8.0', uid: refused.id, logged_time: at + 5 },
      resources: [
        { type: 'rack', name: 'staging' },
        { type: 'app', name: 'web' },
      ],
    })
    const login = found({
      kind: 'login.failed',
      decision: { effect: 'deny', rule: 'domain' },
      detail: { email: 'eve@example.org' },
    })
    expect(toOcsf(login.event)).toMatchObject({
      type_uid: 300201,
      status: 'Failure',
      user: { name: 'eve@example.org' },
    })
  })
})
