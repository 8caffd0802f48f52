import { type Checkpoint, readCheckpoint, type StreamHead } from '../checkpoints/checkpoint.ts'
import { leafOf } from '../tree/hashing.ts'
import { createRangeRoots, inclusionRanges } from '../tree/proofs.ts'
import { membersOf, placeIn } from '../verify/event-place.ts'
import { type LogRecord, readExportLine } from '../verify/export-line.ts'
import type { ProofResult } from '../verify/make-proof.ts'
import { proofFormat } from '../verify/proof.ts'
import type { ArchiveReader } from './archive-store.ts'
import { ArchiveRefused } from './errors.ts'
import { manifestKey, readManifest } from './manifest.ts'
import { type Month, monthAt } from './month.ts'
import { archivedMonth } from './verify-month.ts'

interface FoundEvent {
  readonly stream: string
  readonly seq: number
  readonly members: Readonly<Record<string, unknown>>
  readonly prev: string
}

/**
 * Proves that an event is in the log from the archive of its month, by the first checkpoint that signs it.
 *
 * @param months that the archive has
 * @param id the event's, a UUID
 * @throws ArchiveRefused when the archive isn't whole
 */
export async function proveArchived(reader: ArchiveReader, months: readonly Month[], id: string): Promise<ProofResult> {
  const month = monthAt(momentOf(id))
  return months.includes(month) ? proveIn(reader, month, id.toLowerCase()) : { kind: 'unknown' }
}

async function proveIn(reader: ArchiveReader, month: Month, id: string): Promise<ProofResult> {
  const manifest = readManifest(((await reader.get(manifestKey(month))) ?? '').toString('utf8'))
  if (manifest === null)
    throw new ArchiveRefused(`the archive of ${month} in ${reader.place} has no manifest that can be read`)
  const { source, findings } = archivedMonth(reader, manifest)
  const event = await findEvent(source, id)
  if (event === null) return { kind: 'unknown' }
  const notes: Checkpoint[] = []
  let signed: { readonly checkpoint: Checkpoint; readonly head: StreamHead } | null = null
  for await (const note of source.notes()) {
    const checkpoint = readCheckpoint(note)
    if (checkpoint === null) continue
    if (signed === null) {
      const head = checkpoint.heads.find(({ stream, size }) => stream === event.stream && size >= event.seq)
      if (head) signed = { checkpoint, head }
    } else if (checkpoint.replaces !== null) notes.push(checkpoint)
  }
  if (signed === null) return { kind: 'unsigned' }
  const path = await pathOf(source, event, signed.head.size)
  const [damaged] = findings()
  if (damaged) throw new ArchiveRefused(`the archive of ${month} in ${reader.place} is damaged: ${damaged.detail}`)
  return {
    kind: 'proof',
    proof: {
      format: proofFormat,
      event: event.members,
      prev: event.prev,
      path,
      checkpoint: signed.checkpoint.written,
      keyChanges: [...notes.map(({ written }) => written), ...manifest.keyChanges],
    },
  }
}

type Lines = Pick<ReturnType<typeof archivedMonth>['source'], 'lines'>

async function findEvent({ lines }: Lines, id: string): Promise<FoundEvent | null> {
  const said = `"id":"${id}"`
  let found: FoundEvent | null = null
  await lines(function look(line) {
    if (found !== null || line.indexOf(said, 0, 'latin1') === -1) return
    const record = readExportLine(line)
    const place = record && placeIn(record)
    const members = record && membersOf(record)
    if (record && place && members?.id === id) found = { ...place, members, prev: record.prev }
  })
  return found
}

async function pathOf({ lines }: Lines, { stream, seq }: FoundEvent, size: number): Promise<string[]> {
  const subtrees = createRangeRoots(inclusionRanges(seq - 1, size))
  let met = 0
  await lines(function addLeaf(line) {
    const record = readExportLine(line)
    if (record === null || met === size || !isOf(record, stream)) return
    met++
    subtrees.append(leafOf(record.hash))
  })
  return subtrees.roots()
}

function isOf(record: LogRecord, stream: string): boolean {
  return record.latin1.includes(`"stream":"${stream}"`) && placeIn(record)?.stream === stream
}

/** When a UUIDv7 was made, milliseconds since the epoch. */
function momentOf(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
}
