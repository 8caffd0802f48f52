import { join } from 'node:path'
import type { EventDraft } from '../event.ts'
import type { FallbackDirectory, WaitingFile } from './directory.ts'
import type { FileName } from './file-name.ts'
import type { FallbackImporter, ImportResult } from './importer.ts'
import type { FallbackKeys } from './line.ts'
import { type FileEnd, openFallbackFile } from './read-file.ts'

/** What has become of a file: to be recorded before the file is removed. */
export interface Recovered {
  readonly file: FileName
  readonly draft: EventDraft
  /** Whether all of it is in the log. What is not so is kept for somebody to look at. */
  readonly whole: boolean
}

export interface Recovery {
  /** Imports the files that `which` says, each stream's in order. @throws what the database or the file system throws */
  take(which: (file: WaitingFile) => boolean): Promise<void>
  /** Records what was done, then removes or sets aside the files. */
  report(record: (draft: EventDraft) => Promise<unknown>): Promise<void>
  stats(): { readonly imported: number; readonly refused: number }
}

export interface RecoveryOptions {
  readonly directory: FallbackDirectory
  readonly importer: FallbackImporter
  readonly keys: FallbackKeys
  /** A stream of which the log has something else than its file. */
  readonly onDifferent: (stream: string) => void
  /** Somebody has to look at a file. */
  readonly onAlarm: (draft: EventDraft) => void
}

export function createRecovery({ directory, importer, keys, onDifferent, onAlarm }: RecoveryOptions): Recovery {
  const done = new Map<string, Recovered>()
  const counts = { imported: 0, refused: 0 }

  async function takeOne(waiting: WaitingFile) {
    const file = await directory.take(waiting)
    if (file === null || done.has(file.name)) return
    const result = await readAndImport(file)
    if (result.kind === 'busy') return
    if (result.kind === 'imported') counts.imported += result.inserted
    if (result.kind === 'refused' && result.different) onDifferent(file.stream)
    const recovered = recoveredOf(file, result)
    done.set(file.name, recovered)
    if (recovered.whole) return
    counts.refused++
    onAlarm(recovered.draft)
  }

  async function readAndImport(file: FileName): Promise<ImportResult> {
    const reader = await openFallbackFile(join(directory.path, file.name), file, keys).catch(strange)
    if (reader === null) return { kind: 'refused', reason: 'it is a link', different: false }
    try {
      return await importer.take(reader)
    } finally {
      await reader.close()
    }
  }

  return {
    async take(which) {
      const { waiting } = await directory.list()
      for (const file of waiting.filter(which)) await takeOne(file)
    },
    async report(record) {
      for (const { file, draft, whole } of [...done.values()]) {
        await record(draft)
        if (whole) await directory.remove(file)
        else await directory.setAside(file)
        done.delete(file.name)
      }
    },
    stats: () => ({ ...counts }),
  }
}

/** Opened without following links. */
function strange(error: NodeJS.ErrnoException): null {
  if (error.code === 'ELOOP' || error.code === 'ENXIO') return null
  throw error
}

function recoveredOf(file: FileName, result: Exclude<ImportResult, { kind: 'busy' }>): Recovered {
  if (result.kind === 'refused') return { file, whole: false, draft: refusedDraft(file, result.reason) }
  const { header, inserted, last, adoptedBy, end } = result
  const problem = problemOf(end)
  const detail = {
    stream: file.stream,
    file: file.name,
    host: header.host,
    from: header.seq,
    seq: last.seq,
    hash: last.hash.toString('hex'),
    inserted,
    ...(adoptedBy === null ? {} : { adoptedBy }),
  }
  return problem === null
    ? { file, whole: true, draft: { kind: 'stream.recovered', detail } }
    : { file, whole: false, draft: { kind: 'stream.not-recovered', close: problem, detail } }
}

function refusedDraft({ stream, name }: FileName, reason: string): EventDraft {
  return {
    kind: 'stream.not-recovered',
    close: `nothing of the file went in: ${reason}`,
    detail: { stream, file: name },
  }
}

function problemOf(end: FileEnd): string | null {
  switch (end.kind) {
    case 'whole':
      return null
    case 'torn':
      return `what stands before is in the log; its last ${end.bytes} bytes are no whole line, as after a crash, and were never promised`
    case 'damaged':
      return `what stands before is in the log, the rest is not: ${end.reason}`
  }
}
