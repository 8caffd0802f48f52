import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { readCheckpoint, signCheckpoint } from '../signed-notes/checkpoint.ts'
import { type PublicKey, signingKeyOf } from '../signed-notes/signing-key.ts'
import { createSampleLog, sampleKey } from '../testing/sample-log.ts'
import { leafOf } from '../tree/hashing.ts'
import { createTree } from '../tree/tree.ts'
import { exportLine } from './export-line.ts'
import { describeFinding } from './finding-sentence.ts'
import type { Verification } from './findings.ts'
import { createLogVerifier } from './log-verifier.ts'

/** Two streams, and three checkpoints: after 5 events of the first, after all of it, and after the second. */
function sample() {
  const log = createSampleLog()
  const one = log.open()
  one.add(4)
  log.checkpoint()
  one.add(4)
  one.close()
  log.checkpoint()
  const two = log.open()
  two.add(2)
  log.checkpoint()
  return { ...log, one: one.id, two: two.id }
}

interface Given {
  readonly lines: readonly string[]
  readonly own?: readonly (string | null)[]
  readonly outside?: readonly (string | null)[]
  readonly pinned?: PublicKey | null
  readonly now?: number
  readonly readBefore?: number
}

function verify({ lines, own = [], outside = [], pinned = null, ...times }: Given): Verification {
  const verifier = createLogVerifier({ pinned, ...times })
  for (let index = 0; index < Math.max(own.length, outside.length); index++)
    verifier.addCheckpoint(own[index] ?? null, outside[index] ?? null)
  for (const line of lines) verifier.addEvent(Buffer.from(line))
  return verifier.finish()
}

/** The event of a line with changed bytes and a matching hash. */
function edited(line: string, change: (canonical: string) => string, prev?: string): string {
  const { canonical, prev: before } = partsOf(line)
  const bytes = change(canonical)
  const link = Buffer.from(prev ?? before, 'hex')
  const hash = createHash('sha256').update(link).update(bytes).digest()
  return exportLine({ canonical: bytes, hash, prev: link })
}

function partsOf(line: string) {
  const [, canonical = '', hash = '', prev = ''] = /^\{"event":(.*),"hash":"(.*)","prev":"(.*)"\}$/.exec(line) ?? []
  return { canonical, hash, prev }
}

/** Rehashes all events from one on, as the database owner could. */
function rechained(lines: readonly string[], from: number, change: (canonical: string) => string): string[] {
  const changed = [...lines]
  for (let index = from; index < changed.length; index++) {
    const prev = index === from ? undefined : partsOf(changed[index - 1] ?? '').hash
    changed[index] = edited(changed[index] ?? '', index === from ? change : (same) => same, prev)
  }
  return changed
}

const webToApi = (canonical: string) => canonical.replace('"web"', '"api"')

test('an untouched log is intact, and the result says how far it is proven', () => {
  const { lines, checkpoints } = sample()
  expect(verify({ lines, own: checkpoints, outside: checkpoints, pinned: sampleKey.publicKey })).toEqual({
    intact: true,
    findings: [],
    found: 0,
    streams: 2,
    events: 13,
    unsigned: 0,
    unsignedStreams: [],
    checkpoints: { count: 3, first: 1, last: 3, at: expect.any(String) },
    keys: [sampleKey.publicKey.text],
    trust: 'pinned',
    archived: [],
    recovered: [],
    anchored: true,
    copied: { last: 3, at: expect.any(String) },
  })
  expect(verify({ lines })).toMatchObject({ intact: true, unsigned: 13, trust: 'none', anchored: false })
  expect(verify({ lines, own: checkpoints })).toMatchObject({
    intact: true,
    trust: 'first-use',
    anchored: false,
    copied: null,
  })
})

test('streams can be interleaved', () => {
  const { lines, checkpoints } = sample()
  const mixed = [...lines.slice(0, 3), ...lines.slice(10, 11), ...lines.slice(3, 10), ...lines.slice(11)]
  expect(verify({ lines: mixed, own: checkpoints })).toMatchObject({ intact: true, streams: 2, unsigned: 0 })
})

test('an edited field is detected at its event', () => {
  const { lines, checkpoints, one } = sample()
  const changed = lines.with(3, (lines[3] ?? '').replace('"web"', '"api"'))
  const { findings } = verify({ lines: changed, own: checkpoints })
  expect(findings).toMatchObject([{ problem: 'hash', stream: one, seq: 4, until: 4, id: expect.any(String) }])
})

test('an edited and rehashed event breaks the link of the next event', () => {
  const { lines, one } = sample()
  const changed = lines.with(3, edited(lines[3] ?? '', webToApi))
  expect(verify({ lines: changed }).findings).toMatchObject([{ problem: 'prev', stream: one, seq: 5 }])
})

test('a rehashed history is detected by its signed tree', () => {
  const { lines, checkpoints, one } = sample()
  const changed = [...rechained(lines.slice(0, 10), 6, webToApi), ...lines.slice(10)]
  expect(verify({ lines: changed })).toMatchObject({ intact: true })
  expect(verify({ lines: changed, own: checkpoints }).findings).toMatchObject([
    { problem: 'root', stream: one, seq: 6, until: 10 },
  ])
})

test('a removed event is detected', () => {
  const { lines, one } = sample()
  const { findings } = verify({ lines: lines.toSpliced(4, 1) })
  expect(findings).toMatchObject([{ problem: 'gap', stream: one, seq: 5, id: null }])
})

test('a duplicated event is detected', () => {
  const { lines, one } = sample()
  const { findings } = verify({ lines: lines.toSpliced(4, 0, lines[3] ?? '') })
  expect(findings).toMatchObject([{ problem: 'order', stream: one, seq: 4, id: expect.any(String) }])
})

test('an inserted event is detected, with and without renumbering', () => {
  const { lines, one } = sample()
  const forged = edited(
    lines[3] ?? '',
    (canonical) => canonical.replace('"seq":4', '"seq":5'),
    partsOf(lines[3] ?? '').hash,
  )
  expect(verify({ lines: lines.toSpliced(4, 0, forged) }).findings).toMatchObject([
    { problem: 'order', stream: one, seq: 5 },
  ])
  expect(verify({ lines: lines.with(4, forged) }).findings).toMatchObject([{ problem: 'prev', stream: one, seq: 6 }])
})

test('swapped events are detected', () => {
  const { lines, one } = sample()
  const swapped = lines.with(3, lines[4] ?? '').with(4, lines[3] ?? '')
  expect(verify({ lines: swapped }).findings).toMatchObject([{ problem: 'swapped', stream: one, seq: 4, until: 5 }])
  const apart = lines.with(2, lines[6] ?? '').with(6, lines[2] ?? '')
  expect(verify({ lines: apart }).findings).toMatchObject([{ problem: 'swapped', stream: one, seq: 3, until: 7 }])
  const other = lines.with(2, lines[12] ?? '').with(12, lines[2] ?? '')
  expect(verify({ lines: other }).findings).toContainEqual(
    expect.objectContaining({ problem: 'swapped', stream: one, seq: 3 }),
  )
  const [a, b] = [partsOf(lines[3] ?? ''), partsOf(lines[4] ?? '')]
  const bytes = (line: typeof a, canonical: string) =>
    `{"event":${canonical},"hash":"${line.hash}","prev":"${line.prev}"}`
  const content = lines
    .with(3, bytes(a, b.canonical.replace('"seq":5', '"seq":4')))
    .with(4, bytes(b, a.canonical.replace('"seq":4', '"seq":5')))
  expect(verify({ lines: content }).findings).toMatchObject([{ problem: 'hash', stream: one, seq: 4 }])
})

test('a truncated tail is detected only by checkpoints', () => {
  const { lines, checkpoints, one, two } = sample()
  const shorter = [...lines.slice(0, 8), ...lines.slice(10, -1)]
  expect(verify({ lines: shorter })).toMatchObject({ intact: true })
  expect(verify({ lines: shorter, own: checkpoints }).findings).toMatchObject([
    { problem: 'truncated', stream: one, seq: 9, until: 10 },
    { problem: 'truncated', stream: two, seq: 3, until: 3 },
  ])
})

test('a removed stream is detected by checkpoints', () => {
  const { lines, checkpoints, two } = sample()
  expect(verify({ lines: lines.slice(0, 10), own: checkpoints }).findings).toMatchObject([
    { problem: 'missing', stream: two, seq: 1, until: 3 },
  ])
})

test('a forked stream is detected, because only one branch is signed', () => {
  const { lines, checkpoints, two } = sample()
  const fork = rechained(lines.slice(10), 1, webToApi)
  expect(verify({ lines: [...lines.slice(0, 10), ...fork], own: checkpoints }).findings).toMatchObject([
    { problem: 'root', stream: two, seq: 1, until: 3 },
  ])
  expect(verify({ lines: [...lines, ...fork.slice(1)] }).findings).toMatchObject([
    { problem: 'order', stream: two, seq: 2 },
  ])
})

test('events after the end of a stream, and streams without a beginning, are detected', () => {
  const log = createSampleLog()
  const stream = log.open()
  stream.close()
  stream.add(1)
  expect(verify({ lines: log.lines }).findings).toMatchObject([{ problem: 'bounds', seq: 3 }])
  expect(verify({ lines: log.lines.slice(1) }).findings).toMatchObject([{ problem: 'gap', seq: 1 }])
  const first = edited(log.lines[0] ?? '', (canonical) => canonical.replace('stream.opened', 'call'))
  expect(verify({ lines: [first] }).findings).toMatchObject([{ problem: 'bounds', seq: 1 }])
})

test('a forged stream is detected, because the later checkpoints do not sign it', () => {
  const { lines, checkpoints } = sample()
  const forged = createSampleLog(Date.UTC(2026, 10, 24))
  const { id } = forged.open()
  expect(verify({ lines: [...lines, ...forged.lines], own: checkpoints }).findings).toMatchObject([
    { problem: 'unsigned', stream: id, seq: 1, until: 1 },
  ])
})

describe('events from a fallback file after the newest checkpoint', () => {
  /** A stream that was imported late, with a `stream.recovered` event after the last checkpoint. */
  function late(detail: (stream: string) => Record<string, string | number>, { signed = false } = {}) {
    const file = createSampleLog(Date.UTC(2026, 10, 24))
    const away = file.open()
    away.add(3)
    const log = createSampleLog()
    const going = log.open()
    const recovered = { kind: 'stream.recovered', detail: detail(away.id) } as const
    if (signed) going.add(1, recovered)
    log.checkpoint()
    if (!signed) going.add(1, recovered)
    return { stream: away.id, verified: verify({ lines: [...file.lines, ...log.lines], own: log.checkpoints }) }
  }

  test('are accepted if stream.recovered names all of them', () => {
    const { stream, verified } = late((id) => ({ stream: id, from: 1, seq: 4 }))
    expect(verified).toMatchObject({ intact: true, findings: [], recovered: [{ stream, first: 1, last: 4 }] })
  })

  test.each([
    ['names less', { from: 1, seq: 3 }],
    ['begins later', { from: 2, seq: 4 }],
    ['names another stream', { from: 1, seq: 4, stream: 'other' }],
    ['says no numbers', { from: '1', seq: '4' }],
  ])('are not accepted if it %s', (_, said) => {
    const { stream, verified } = late((id) => ({ stream: id, ...said }))
    expect(verified).toMatchObject({ intact: false, findings: [{ problem: 'unsigned', stream }], recovered: [] })
  })

  test('are not accepted if a checkpoint signs the stream.recovered event and not the events', () => {
    const { verified } = late((id) => ({ stream: id, from: 1, seq: 4 }), { signed: true })
    expect(verified.findings).toMatchObject([{ problem: 'unsigned' }])
  })
})

test('events after the newest checkpoint are only counted', () => {
  const log = createSampleLog()
  const stream = log.open()
  log.checkpoint()
  stream.add(3)
  expect(verify({ lines: log.lines, own: log.checkpoints })).toMatchObject({ intact: true, unsigned: 3 })
})

const minute = 60_000

test('with a given key, a log without checkpoints is not intact', () => {
  const { lines } = sample()
  expect(verify({ lines })).toMatchObject({ intact: true, trust: 'none' })
  expect(verify({ lines, pinned: sampleKey.publicKey })).toMatchObject({
    intact: false,
    trust: 'none',
    findings: [{ about: 'checkpoint', problem: 'stranger', number: 0, detail: sampleKey.publicKey.id }],
  })
})

test('an invented stream is named until it is old enough to be a finding', () => {
  const log = createSampleLog()
  log.open().add(3)
  log.checkpoint()
  const invented = log.open()
  invented.add(2)
  const at = Date.UTC(2026, 10, 25) + minute
  const verified = (now: number) => verify({ lines: log.lines, own: log.checkpoints, now })
  expect(verified(at + 2 * minute)).toMatchObject({ intact: true, unsigned: 3, unsignedStreams: [invented.id] })
  expect(verified(at + 8 * minute)).toMatchObject({
    intact: false,
    findings: [{ problem: 'unsigned', stream: invented.id, seq: 1, until: 3 }],
    unsignedStreams: [invented.id],
  })
})

test.each([true, false])(
  'an unsigned event with a time in the future is a finding, with checkpoints due: %j',
  (isDue) => {
    const now = Date.UTC(2026, 10, 25, 1)
    const log = createSampleLog(now - minute)
    log.open()
    log.checkpoint()
    const late = createSampleLog(now + 4 * minute)
    const invented = late.open()
    invented.add(1)
    const lines = [...log.lines, ...late.lines]
    const verified = (at: number) =>
      verify({ lines, own: log.checkpoints, ...(isDue ? { now: at } : { readBefore: at }) })
    expect(verified(now)).toMatchObject({ intact: true, unsignedStreams: [invented.id] })
    expect(verified(now - 2 * minute)).toMatchObject({
      intact: false,
      findings: [
        { problem: 'future', stream: invented.id, seq: 1, until: 2, detail: new Date(now + 4 * minute).toISOString() },
      ],
    })
    late.checkpoint()
    expect(verify({ lines: late.lines, own: late.checkpoints, now: now - 2 * minute }).intact).toBe(true)
  },
)

test('events that a checkpoint should have signed are detected, even if checkpoints were removed', () => {
  const log = createSampleLog()
  const stream = log.open()
  log.checkpoint()
  stream.add(3)
  const at = Date.UTC(2026, 10, 25) + minute
  const unsigned = (first: number) => [{ problem: 'unsigned', stream: stream.id, seq: first, until: 4 }]
  const later = at + 7 * minute
  expect(verify({ lines: log.lines, own: log.checkpoints, now: later }).findings).toMatchObject(unsigned(2))
  expect(verify({ lines: log.lines, now: later }).findings).toMatchObject(unsigned(1))
  for (const own of [[], log.checkpoints])
    expect(verify({ lines: log.lines, own, now: at + 5 * minute })).toMatchObject({ intact: true })
  log.checkpoint()
  expect(verify({ lines: log.lines, own: log.checkpoints, now: later })).toMatchObject({ intact: true })
})

test('a history that was signed again with the same key is detected by external copies', () => {
  const { lines, checkpoints } = sample()
  const again = createSampleLog()
  const stream = again.open()
  stream.add(9)
  for (let count = 0; count < 3; count++) again.checkpoint()
  expect(verify({ lines: again.lines, own: again.checkpoints })).toMatchObject({ intact: true })
  const { findings, intact } = verify({ lines: again.lines, own: again.checkpoints, outside: checkpoints })
  expect(intact).toBe(false)
  expect(findings).toContainEqual({ about: 'checkpoint', problem: 'rewritten', number: 1, detail: '' })
  expect(verify({ lines, own: checkpoints.slice(0, 2), outside: checkpoints }).findings).toMatchObject([
    { problem: 'removed', number: 3 },
  ])
})

describe('a log that was restored from a backup', () => {
  /** Two streams are in the backup. Both grow after it, and a third one is lost. `close` ends the first of them. */
  function restored({ statement = true } = {}) {
    const log = createSampleLog()
    const [one, two] = [log.open(), log.open()]
    one.add(3)
    two.add(1)
    log.checkpoint()
    one.add(2)
    const restore = log.backup()
    one.add(4)
    two.add(2)
    log.checkpoint()
    const lost = log.open()
    lost.add(2)
    one.close()
    log.checkpoint()
    const before = [...log.lines]
    restore()
    const command = log.open()
    command.add(1, { kind: 'log.restored', detail: { by: 'ada', reason: 'the disk failed' } })
    command.close()
    const event = { from: 1, stream: command.id, seq: 2 }
    log.checkpoint({ restored: statement ? event : null })
    log.open().add(2)
    log.checkpoint()
    return { ...log, before, one: one.id, two: two.id, lost: lost.id, event }
  }

  test('has one finding, which names what was lost, who restored it, and why', () => {
    const { lines, checkpoints, one, two, lost } = restored()
    const finding = {
      about: 'restore',
      problem: 'restored',
      number: 4,
      from: 1,
      events: 10,
      streams: 3,
      lost: [
        { stream: one, first: 7, last: 11 },
        { stream: two, first: 3, last: 4 },
        { stream: lost, first: 1, last: 3 },
      ],
      event: { id: expect.any(String), at: expect.any(String), by: 'ada', reason: 'the disk failed' },
    }
    const expected = { intact: false, found: 1, findings: [finding], unsigned: 0, trust: 'pinned' }
    expect(verify({ lines, own: checkpoints, pinned: sampleKey.publicKey })).toMatchObject(expected)
    const withCopies = { lines, own: checkpoints, outside: checkpoints, pinned: sampleKey.publicKey }
    expect(verify(withCopies)).toMatchObject({ ...expected, anchored: true })
    const [sentence] = verify(withCopies).findings.map(describeFinding)
    expect(sentence).toContain('the log was restored from a backup that ends with checkpoint 1')
    expect(sentence).toContain(`10 events: stream ${one}, events 7 to 11; `)
    expect(sentence).toContain('Recorded by ada at 2026-11-25T')
    expect(sentence).toContain('"the disk failed"')
  })

  test('lacks checkpoints before the restore is recorded: one finding for all of them, and one for each stream', () => {
    const { before, checkpoints, one, two, lost } = restored()
    const { findings } = verify({
      lines: before.slice(0, 8),
      own: checkpoints.slice(0, 1),
      outside: checkpoints.slice(0, 3),
    })
    expect(findings).toMatchObject([
      { problem: 'removed', number: 2, detail: '3' },
      { problem: 'truncated', stream: one, seq: 7, until: 11 },
      { problem: 'truncated', stream: two, seq: 3, until: 4 },
      { problem: 'missing', stream: lost, seq: 1, until: 3 },
    ])
    expect(findings.map(describeFinding)[0]).toBe(
      'checkpoints 2 to 3: have external copies, but are missing in the log',
    )
  })

  test('an event log.restored without a signed statement of a checkpoint hides nothing', () => {
    const { lines, checkpoints, one, two, lost } = restored({ statement: false })
    const { findings } = verify({ lines, own: checkpoints })
    expect(findings.filter(({ about }) => about === 'restore')).toEqual([])
    expect(findings).toMatchObject([
      { problem: 'head', detail: one },
      { problem: 'head', detail: two },
      { problem: 'head', detail: lost },
      { problem: 'truncated', stream: one },
      { problem: 'truncated', stream: two },
      { problem: 'missing', stream: lost },
    ])
  })

  test('a statement that another key signs is a finding of its own', () => {
    const { lines, checkpoints, event } = restored({ statement: false })
    const [first = '', second = '', third = ''] = checkpoints
    const content = readCheckpoint(checkpoints[3] ?? '')
    if (content === null) throw new Error('the checkpoint cannot be read')
    const forged = signCheckpoint(
      { ...content, restored: event },
      { current: signingKeyOf(Buffer.alloc(32, 8)), replaces: null, previous: null },
    )
    const { findings } = verify({ lines, own: [first, second, third, forged], pinned: sampleKey.publicKey })
    expect(findings).toContainEqual(expect.objectContaining({ problem: 'key', number: 4 }))
    const unsigned = (checkpoints[3] ?? '').replace(/(key .*\n)/, `$1restored 1 ${event.stream} 2\n`)
    expect(readCheckpoint(unsigned)).toMatchObject({ restored: event })
    expect(verify({ lines, own: [first, second, third, unsigned] }).findings).toContainEqual(
      expect.objectContaining({ problem: 'signature', number: 4 }),
    )
  })

  test('an event that the backup had and the log lacks is reported beside the restore', () => {
    const { lines, checkpoints, one, two } = restored()
    const others = (problem: string, stream: string, seq: number) => [
      expect.objectContaining({ about: 'restore', events: 10 }),
      expect.objectContaining({ problem, stream, seq }),
    ]
    const verified = (kept: readonly string[]) => verify({ lines: kept, own: checkpoints }).findings
    expect(verified(lines.filter((line) => !isEvent(line, one, 6)))).toEqual(others('truncated', one, 6))
    expect(verified(lines.filter((line) => !isEvent(line, one, 2)))).toEqual(others('gap', one, 2))
    expect(verified(lines.filter((line) => !line.includes(two)))).toEqual(others('missing', two, 1))
  })

  test('events that were changed before the restore was signed are reported, as far as earlier checkpoints sign them', () => {
    const log = createSampleLog()
    const one = log.open()
    one.add(3)
    log.checkpoint()
    one.add(2)
    log.checkpoint()
    one.add(2)
    log.checkpoint()
    // The backup ends with checkpoint 1, and has the events up to 6. Then event 5 is changed and all later ones rehashed.
    const changed = rechained(log.lines.slice(0, 6), 4, webToApi)
    const tree = createTree()
    for (const line of changed) tree.append(leafOf(partsOf(line).hash))
    const newest = readCheckpoint(log.checkpoints[2] ?? '')
    if (newest === null) throw new Error('the checkpoint cannot be read')
    const written = signCheckpoint(
      {
        number: 4,
        at: newest.at,
        previous: newest.hash,
        restored: { from: 1, stream: one.id, seq: 6 },
        heads: [{ stream: one.id, size: 6, root: tree.root(), state: 'open' }],
      },
      { current: sampleKey, replaces: null, previous: null },
    )
    expect(verify({ lines: changed, own: [...log.checkpoints, written] }).findings).toMatchObject([
      { problem: 'restored', lost: [{ stream: one.id, first: 7, last: 8 }], event: null },
      { problem: 'root', stream: one.id, seq: 5, until: 6 },
    ])
  })

  test('a checkpoint after the restore that signs less than the last one of the backup hides nothing', () => {
    const { lines, checkpoints, one, two, event } = restored()
    const newest = readCheckpoint(checkpoints[3] ?? '')
    if (newest === null) throw new Error('the checkpoint cannot be read')
    // Ended streams are not in later checkpoints. The second stream is cut to its first event.
    const cut = lines.filter((line) => !line.includes(one) && !isEvent(line, two, 2))
    const head = createTree()
    head.append(leafOf(partsOf(cut.find((line) => line.includes(two)) ?? '').hash))
    const heads = [{ stream: two, size: 1, root: head.root(), state: 'open' as const }]
    const note = signCheckpoint(
      { ...newest, restored: event, heads },
      { current: sampleKey, replaces: null, previous: null },
    )
    const { findings } = verify({ lines: cut, own: [...checkpoints.slice(0, 3), note] })
    expect(findings).toContainEqual(expect.objectContaining({ problem: 'missing', stream: one, seq: 1, until: 4 }))
    expect(findings).toContainEqual(expect.objectContaining({ problem: 'truncated', stream: two, seq: 2, until: 2 }))
  })

  test('a second restore, from a backup between the first one and its own backup, is a second finding', () => {
    const log = createSampleLog()
    const one = log.open()
    one.add(1)
    log.checkpoint()
    const monday = log.backup()
    one.add(2)
    log.checkpoint()
    const tuesday = log.backup()
    one.add(4)
    log.checkpoint()
    function restoreFrom(backup: () => void, from: number, reason: string) {
      backup()
      const command = log.open()
      command.add(1, { kind: 'log.restored', detail: { by: 'ada', reason } })
      log.checkpoint({ restored: { from, stream: command.id, seq: 2 } })
      return command.id
    }
    const first = restoreFrom(monday, 1, 'monday')
    restoreFrom(tuesday, 2, 'tuesday')
    expect(verify({ lines: log.lines, own: log.checkpoints }).findings).toMatchObject([
      { problem: 'restored', number: 4, lost: [{ stream: one.id, first: 3, last: 8 }], event: null },
      { problem: 'restored', number: 5, lost: [{ stream: first, first: 1, last: 2 }], event: { reason: 'tuesday' } },
    ])
    expect(
      verify({ lines: log.lines.filter((line) => !isEvent(line, one.id, 4)), own: log.checkpoints }).findings,
    ).toContainEqual(expect.objectContaining({ problem: 'truncated', stream: one.id, seq: 4 }))
  })

  test('events that are added after the restore and not signed are reported', () => {
    const { lines, checkpoints, before, one } = restored()
    // The lost event 7, and events of the same stream that a caller of the database adds.
    const seventh = before.find((line) => isEvent(line, one, 7)) ?? ''
    const at = lines.findIndex((line) => isEvent(line, one, 6)) + 1
    expect(
      verify({ lines: lines.toSpliced(at, 0, seventh), own: checkpoints, now: Date.UTC(2026, 11, 1) }).findings,
    ).toMatchObject([{ about: 'restore' }, { problem: 'unsigned', stream: one, seq: 7, until: 7 }])
  })

  function isEvent(line: string, stream: string, seq: number): boolean {
    return line.includes(`"seq":${seq},`) && line.includes(`"stream":"${stream}"`)
  }
})

test('external copies can lag, and can start later than the log', () => {
  const { lines, checkpoints } = sample()
  const [first = '', second = '', third = ''] = checkpoints
  expect(verify({ lines, own: checkpoints, outside: [first, second, null] })).toMatchObject({
    intact: true,
    copied: { last: 2, at: expect.any(String) },
    checkpoints: { last: 3 },
  })
  expect(verify({ lines, own: [second, third], outside: [second, third] })).toMatchObject({ intact: true })
})

test('a missing, misplaced, or unsigned checkpoint is detected', () => {
  const { lines, checkpoints } = sample()
  const [first = '', second = '', third = ''] = checkpoints
  expect(verify({ lines, own: [first, third] }).findings).toMatchObject([{ problem: 'gap', number: 3, detail: '1' }])
  expect(verify({ lines, own: [first, first] }).findings).toMatchObject([{ problem: 'gap', number: 1 }])
  const unsigned = second.replace(
    /— (.*) (.{8})(.)/,
    (_, name, start, next) => `— ${name} ${start}${next === 'A' ? 'B' : 'A'}`,
  )
  expect(verify({ lines, own: [first, unsigned, third] }).findings).toMatchObject([{ problem: 'signature', number: 2 }])
  const changed = second.replace('closed', 'open')
  expect(verify({ lines, own: [first, changed, third] }).findings).toMatchObject([
    { problem: 'signature', number: 2 },
    { problem: 'previous', number: 3 },
  ])
  expect(verify({ lines, own: [first, 'nonsense', third] }).findings).toMatchObject([
    { problem: 'unreadable', number: 2 },
    { problem: 'gap', number: 3 },
  ])
})

test('a checkpoint by another key is rejected', () => {
  const { lines, checkpoints } = sample()
  const other = signingKeyOf(Buffer.alloc(32, 8))
  const log = createSampleLog()
  log.open().add(1)
  log.checkpoint()
  log.checkpoint({ key: other })
  expect(verify({ lines: log.lines, own: log.checkpoints }).findings).toMatchObject([{ problem: 'key', number: 2 }])
  expect(verify({ lines, own: checkpoints, pinned: other.publicKey }).findings).toMatchObject([{ problem: 'stranger' }])
})

test('a new key that the previous one signed is accepted', () => {
  const other = signingKeyOf(Buffer.alloc(32, 8))
  const log = createSampleLog()
  log.open().add(1)
  log.checkpoint()
  log.checkpoint({ key: other, before: sampleKey })
  log.checkpoint({ key: other })
  for (const pinned of [sampleKey.publicKey, other.publicKey])
    expect(verify({ lines: log.lines, own: log.checkpoints, pinned })).toMatchObject({
      intact: true,
      trust: 'pinned',
      keys: [sampleKey.publicKey.text, other.publicKey.text],
    })
})

test('a new key that the previous one did not sign is rejected', () => {
  const log = createSampleLog()
  log.open()
  log.checkpoint()
  log.checkpoint({ key: signingKeyOf(Buffer.alloc(32, 8)), replaces: sampleKey })
  expect(verify({ lines: log.lines, own: log.checkpoints }).findings).toMatchObject([{ problem: 'key', number: 2 }])
})

test('an open stream that is missing or smaller in the next checkpoint is detected', () => {
  const { lines, checkpoints, one } = sample()
  const [first = ''] = checkpoints
  const previous = createHash('sha256')
    .update(first.slice(0, first.lastIndexOf('\n\n') + 1))
    .digest('hex')
  const sign = (size: number | null) =>
    signCheckpoint(
      {
        number: 2,
        at: '2026-11-25T00:02:00.000Z',
        previous,
        heads: size === null ? [] : [{ stream: one, size, root: 'ab'.repeat(32), state: 'open' }],
      },
      { current: sampleKey, replaces: null, previous: null },
    )
  for (const size of [null, 4, 5])
    expect(verify({ lines: lines.slice(0, 5), own: [first, sign(size)] }).findings).toMatchObject([
      { problem: 'head', number: 2, detail: one },
    ])
})

test('an unreadable line is reported with its number, and other lines are read', () => {
  const { lines } = sample()
  const { findings, events } = verify({ lines: lines.toSpliced(2, 0, '{"event":1}', 'x'.repeat(200)) })
  expect(findings).toMatchObject([
    { problem: 'unreadable', detail: '3' },
    { problem: 'unreadable', detail: '4' },
  ])
  expect(events).toBe(13)
})

test('all findings are counted, and the first hundred are returned', () => {
  const { findings, found } = verify({ lines: Array.from({ length: 1_000 }, () => '{}') })
  expect([findings.length, found]).toEqual([100, 1_000])
})
