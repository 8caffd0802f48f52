import { join } from 'node:path'
import type { EventDraft } from '../events/event.ts'
import type { FallbackDirectory, WaitingFile } from './directory.ts'
import type { FileName } from './file-name.ts'
import type { FallbackImporter, ImportResult } from './importer.ts'
import { type FileEnd, openFallbackFile } from './read-fallback-file.ts'
import type { FallbackKeys } from './signed-line.ts'

/** The result of an import, which is recorded before the file is removed. */
export interface ImportOutcome {
  readonly file: FileName
  readonly draft: EventDraft
  /** Whether the file ended with a complete line and was imported up to its end. Otherwise the file is kept. */
  readonly whole: boolean
}

export interface FailedFile {
  readonly file: FileName
  readonly cause: unknown
}

export interface Recovery {
  /**
   * Imports the files for which `isWanted` is true, per stream in order. If a file fails, or its
   * stream is locked, skips the later files of the stream.
   *
   * @returns the failed files, which a later call tries again
   * @throws what the database throws if it is unavailable
   */
  importFiles(isWanted: (file: WaitingFile) => boolean): Promise<readonly FailedFile[]>
  /** Records the results, then removes or renames the files. */
  report(record: (draft: EventDraft) => Promise<unknown>): Promise<void>
  stats(): { readonly imported: number }
}

export interface RecoveryOptions {
  readonly directory: FallbackDirectory
  readonly importer: FallbackImporter
  readonly keys: FallbackKeys
  /** Called for a stream whose events in the log differ from its file. */
  readonly onDifferent: (stream: string) => void
  /** Called for a stream whose file cannot be imported completely. */
  readonly onBroken: (stream: string) => void
  /** Called for a file that an administrator must look at. */
  readonly onAlarm: (draft: EventDraft) => void
}

export function createRecovery({
  directory,
  importer,
  keys,
  onDifferent,
  onBroken,
  onAlarm,
}: RecoveryOptions): Recovery {
  const outcomes = new Map<string, ImportOutcome>()
  const counts = { imported: 0 }

  async function importOne(waiting: WaitingFile): Promise<'done' | 'busy'> {
    const file = await directory.claimForImport(waiting)
    if (file === null || outcomes.has(file.name)) return 'done'
    const result = await readAndImport(file)
    if (result.kind === 'busy') return 'busy'
    if (result.kind === 'imported') counts.imported += result.inserted
    if (result.kind === 'refused' && result.different) onDifferent(file.stream)
    if (isBroken(result)) onBroken(file.stream)
    const outcome = outcomeOf(file, result)
    outcomes.set(file.name, outcome)
    if (outcome.whole) return 'done'
    onAlarm(outcome.draft)
    return 'done'
  }

  async function readAndImport(file: FileName): Promise<ImportResult> {
    const reader = await openFallbackFile(join(directory.path, file.name), file, keys).catch(ignoreLink)
    if (reader === null) return { kind: 'refused', reason: 'it is a link or a socket', different: false }
    try {
      return await importer.importFile(reader)
    } finally {
      await reader.close()
    }
  }

  return {
    async importFiles(isWanted) {
      const { waiting } = await directory.list()
      const failed: FailedFile[] = []
      const skippedStreams = new Set<string>()
      for (const file of waiting.filter(isWanted)) {
        if (skippedStreams.has(file.stream)) continue
        try {
          if ((await importOne(file)) === 'busy') skippedStreams.add(file.stream)
        } catch (cause) {
          // If the database answers, the file itself is the cause.
          await importer.ping()
          skippedStreams.add(file.stream)
          failed.push({ file, cause })
        }
      }
      return failed
    },
    async report(record) {
      for (const { file, draft, whole } of [...outcomes.values()]) {
        await record(draft)
        if (whole) await directory.remove(file)
        else await directory.setAside(file)
        outcomes.delete(file.name)
      }
    },
    stats: () => ({ ...counts }),
  }
}

/** Whether confirmed events of the file may be missing in the log. An incomplete line was never confirmed. */
function isBroken(result: ImportResult): boolean {
  return result.kind === 'refused' || (result.kind === 'imported' && result.end.kind === 'damaged')
}

/** Null for a link (`ELOOP`) and for a socket (`ENXIO`), which are not opened. */
function ignoreLink(error: NodeJS.ErrnoException): null {
  if (error.code === 'ELOOP' || error.code === 'ENXIO') return null
  throw error
}

function outcomeOf(file: FileName, result: Exclude<ImportResult, { kind: 'busy' }>): ImportOutcome {
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
    close: `nothing was imported from the file: ${reason}`,
    detail: { stream, file: name },
  }
}

function problemOf(end: FileEnd): string | null {
  switch (end.kind) {
    case 'whole':
      return null
    case 'torn':
      return `the complete lines are in the log; the last ${end.bytes} bytes are an incomplete line, as after a crash, and were never confirmed`
    case 'damaged':
      return `only the lines before the first invalid line are in the log: ${end.reason}`
  }
}
