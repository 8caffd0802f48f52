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

export interface FailedFile {
  readonly file: FileName
  readonly cause: unknown
}

export interface Recovery {
  /**
   * Imports the files that `which` says, each stream's in order. One that fails does not keep others out, but for those that follow
   * it in its stream.
   *
   * @returns the files that failed and are tried again
   * @throws what the database throws when it is away
   */
  take(which: (file: WaitingFile) => boolean): Promise<readonly FailedFile[]>
  /** Records what was done, then removes or sets aside the files. */
  report(record: (draft: EventDraft) => Promise<unknown>): Promise<void>
  stats(): { readonly imported: number }
}

export interface RecoveryOptions {
  readonly directory: FallbackDirectory
  readonly importer: FallbackImporter
  readonly keys: FallbackKeys
  /** A stream of which the log has something else than its file. */
  readonly onDifferent: (stream: string) => void
  /** A stream of which the log may never have all that its file had. */
  readonly onBroken: (stream: string) => void
  /** Somebody has to look at a file. */
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
  const done = new Map<string, Recovered>()
  const counts = { imported: 0 }

  async function takeOne(waiting: WaitingFile): Promise<'done' | 'busy'> {
    const file = await directory.take(waiting)
    if (file === null || done.has(file.name)) return 'done'
    const result = await readAndImport(file)
    if (result.kind === 'busy') return 'busy'
    if (result.kind === 'imported') counts.imported += result.inserted
    if (result.kind === 'refused' && result.different) onDifferent(file.stream)
    if (isBroken(result)) onBroken(file.stream)
    const recovered = recoveredOf(file, result)
    done.set(file.name, recovered)
    if (recovered.whole) return 'done'
    onAlarm(recovered.draft)
    return 'done'
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
      const failed: FailedFile[] = []
      const later = new Set<string>()
      for (const file of waiting.filter(which)) {
        if (later.has(file.stream)) continue
        try {
          if ((await takeOne(file)) === 'busy') later.add(file.stream)
        } catch (cause) {
          // Its own fault, as long as the database answers.
          await importer.ping()
          later.add(file.stream)
          failed.push({ file, cause })
        }
      }
      return failed
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

/** What was torn was never promised, so its stream goes on without it. */
function isBroken(result: ImportResult): boolean {
  return result.kind === 'refused' || (result.kind === 'imported' && result.end.kind === 'damaged')
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
