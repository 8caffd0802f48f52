import type { Digest, StreamHead } from '@rack-gateway/audit-proof'
import type { Sql } from 'postgres'
import { ArchiveRefused } from '../errors/errors.ts'
import { boundsOf, type Month } from '../months/month.ts'
import { type ArchivePart, type ManifestContent, manifestKey, signManifest } from '../signed-notes/manifest.ts'
import type { SigningKey } from '../signed-notes/signing-key.ts'
import { keyChangesAfter, linesOfMonth } from '../verify/database-log.ts'
import { describeFinding } from '../verify/finding-sentence.ts'
import type { ArchiveStore } from './archive-store.ts'
import { checkMonth } from './check-month.ts'
import { coveringCheckpoints, databaseMonth } from './database-month.ts'
import { createLinesDigest } from './lines-digest.ts'
import { createPartWriter } from './parts.ts'

export interface WriteOptions {
  readonly store: ArchiveStore
  readonly key: SigningKey
  readonly partSize: number
}

/**
 * Verifies a month in the database and writes its archive, with the manifest last. Can be interrupted and repeated,
 * because the same month produces the same parts.
 *
 * @throws ArchiveRefused if the month does not match its checkpoints, is not closed, has unsigned events, or changes
 *   meanwhile, or if the store has parts of another month or log. Then no manifest was written
 */
export async function writeMonth(sql: Sql, month: Month, { store, key, partSize }: WriteOptions): Promise<void> {
  const { streams, range } = await coveringCheckpoints(sql, month)
  const source = databaseMonth(sql, month, range)
  const { verification, heads, events, digest } = await checkMonth(source, { streams, copies: null })
  // A month that lost events with a restore can be archived. Every verification of the archive names the restore.
  const finding = verification.findings.find(({ about }) => about !== 'restore')
  if (finding)
    throw new ArchiveRefused(
      `${month} was changed after it was recorded: ${describeFinding(finding)}.`,
      'Find out who changed it.',
    )
  const open = [...heads.values()].find(({ state }) => state !== 'closed' && state !== 'abandoned')
  if (open)
    throw new ArchiveRefused(
      `${month} is not closed: stream ${open.stream} is ${open.state} in the last checkpoint that names it.`,
      'Wait until the stream ends, and run the command again.',
    )
  const unsigned = verification.unsigned
  if (unsigned > 0)
    throw new ArchiveRefused(
      `${month} has ${unsigned} events that no checkpoint has signed.`,
      'Wait for the next checkpoint.',
    )
  const partOptions = { store, month, partSize }
  const checkpoints = createPartWriter({ ...partOptions, kind: 'checkpoints' })
  for await (const checkpoint of source.notes()) await checkpoints.add(Buffer.from(JSON.stringify({ checkpoint })))
  const parts = { checkpoints: await checkpoints.end(), events: await writeEvents(sql, digest, partOptions) }
  const content = {
    month,
    events,
    digest,
    streams: [...heads.values()].toSorted(byStream).map(archivedStream),
    checkpoints: range,
    parts,
    keyChanges: range === null ? [] : await keyChangesAfter(sql, range.last),
  }
  await store.put(manifestKey(month), Buffer.from(signManifest(content, key)))
}

/** @throws ArchiveRefused if the month has changed since it was verified */
async function writeEvents(
  sql: Sql,
  verified: Digest,
  part: { readonly store: ArchiveStore; readonly month: Month; readonly partSize: number },
): Promise<ArchivePart[]> {
  const parts = createPartWriter({ ...part, kind: 'events' })
  const digest = createLinesDigest()
  for await (const lines of linesOfMonth(sql, boundsOf(part.month))) {
    for (const text of lines) {
      const line = Buffer.from(text)
      digest.add(line)
      await parts.add(line)
    }
  }
  const written = await parts.end()
  if (digest.value !== verified)
    throw new ArchiveRefused(`${part.month} was changed while it was archived.`, 'Find out who changed it.')
  return written
}

function archivedStream({ stream, size, root, state }: StreamHead): ManifestContent['streams'][number] {
  return { stream, first: 1, last: size, root, state }
}

function byStream(one: StreamHead, other: StreamHead): number {
  return one.stream < other.stream ? -1 : 1
}
