import { proofFormat, type StreamHead } from '@rack-gateway/audit-proof'
import { ArchiveRefused } from '../errors/errors.ts'
import { timeOfUuid } from '../events/uuid.ts'
import { type Month, monthAt } from '../months/month.ts'
import { type Checkpoint, readCheckpoint } from '../signed-notes/checkpoint.ts'
import { manifestKey, readManifest } from '../signed-notes/manifest.ts'
import { leafOf } from '../tree/hashing.ts'
import { createRangeRoots, inclusionRanges } from '../tree/proofs.ts'
import { membersOf, readPosition } from '../verify/event-position.ts'
import { type LogRecord, readExportLine } from '../verify/export-line.ts'
import { describeFinding } from '../verify/finding-sentence.ts'
import type { ProofResult } from '../verify/make-proof.ts'
import type { ArchiveReader } from './archive-store.ts'
import type { MonthSource } from './check-month.ts'
import { archivedMonth } from './verify-month.ts'

interface EventToProve {
  readonly stream: string
  readonly seq: number
  readonly members: Readonly<Record<string, unknown>>
  readonly prev: string
}

/**
 * Proves from an archive that an event is in the log, by the first checkpoint that signs it.
 *
 * @param months months that have an archive
 * @param id UUID of the event
 * @throws ArchiveRefused if the archive is damaged
 */
export async function proveArchived(reader: ArchiveReader, months: readonly Month[], id: string): Promise<ProofResult> {
  const moment = timeOfUuid(id)
  const month = moment === null ? null : monthAt(moment)
  return month !== null && months.includes(month) ? proveIn(reader, month, id.toLowerCase()) : { kind: 'unknown' }
}

async function proveIn(reader: ArchiveReader, month: Month, id: string): Promise<ProofResult> {
  const manifest = readManifest(((await reader.get(manifestKey(month))) ?? '').toString('utf8'))
  if (manifest === null)
    throw new ArchiveRefused(
      `The archive of ${month} in ${reader.location} has no readable manifest.`,
      'Look for a copy of the archive.',
    )
  const { source, findings } = archivedMonth(reader, manifest)
  function throwIfDamaged(): void {
    const [damaged] = findings()
    if (damaged)
      throw new ArchiveRefused(
        `The archive of ${month} in ${reader.location} is damaged: ${describeFinding(damaged)}.`,
        'Look for a copy of the archive.',
      )
  }
  const event = await findEvent(source, id)
  throwIfDamaged()
  if (event === null) return { kind: 'unknown' }
  const signed = await firstCheckpoint(source, event)
  if (signed === null) return { kind: 'unsigned' }
  const path = await pathOf(source, event, signed.head.size)
  throwIfDamaged()
  return {
    kind: 'proof',
    proof: {
      format: proofFormat,
      event: event.members,
      prev: event.prev,
      path,
      checkpoint: signed.checkpoint.written,
      keyChanges: [...signed.keyChanges, ...manifest.keyChanges],
    },
  }
}

interface SignedEvent {
  readonly checkpoint: Checkpoint
  readonly head: StreamHead
  /** The checkpoints of the month that introduced a new key. */
  readonly keyChanges: readonly string[]
}

async function firstCheckpoint(
  { notes }: Pick<MonthSource, 'notes'>,
  event: EventToProve,
): Promise<SignedEvent | null> {
  let first: Pick<SignedEvent, 'checkpoint' | 'head'> | null = null
  const keyChanges: string[] = []
  for await (const note of notes()) {
    const checkpoint = readCheckpoint(note)
    if (checkpoint?.replaces) keyChanges.push(note)
    const head = checkpoint?.heads.find(({ stream, size }) => stream === event.stream && size >= event.seq)
    if (checkpoint && head) first ??= { checkpoint, head }
  }
  return first && { ...first, keyChanges }
}

type Lines = Pick<MonthSource, 'lines'>

async function findEvent({ lines }: Lines, id: string): Promise<EventToProve | null> {
  const member = `"id":"${id}"`
  let found: EventToProve | null = null
  await lines(function checkLine(line) {
    if (found !== null || line.indexOf(member, 0, 'latin1') === -1) return
    const record = readExportLine(line)
    const position = record && readPosition(record)
    const members = record && membersOf(record)
    if (record && position && members?.id === id) found = { ...position, members, prev: record.prev }
  })
  return found
}

async function pathOf({ lines }: Lines, { stream, seq }: EventToProve, size: number): Promise<string[]> {
  const subtrees = createRangeRoots(inclusionRanges(seq - 1, size))
  let count = 0
  await lines(function addLeaf(line) {
    const record = readExportLine(line)
    if (record === null || count === size || !belongsTo(record, stream)) return
    count++
    subtrees.append(leafOf(record.hash))
  })
  return subtrees.roots()
}

function belongsTo(record: LogRecord, stream: string): boolean {
  return record.latin1.includes(`"stream":"${stream}"`) && readPosition(record)?.stream === stream
}
