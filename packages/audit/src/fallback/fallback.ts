import { setTimeout as wait } from 'node:timers/promises'
import { withTimeout } from '@rack-gateway/time'
import { StreamLost } from '../errors/errors.ts'
import type { EventDraft } from '../events/event.ts'
import type { RecordedEvent } from '../events/recorded-event.ts'
import type { AuditStore, NewStream } from '../log/audit-store.ts'
import { openFallbackDirectory } from './directory.ts'
import { type Disk, nodeDisk } from './disk.ts'
import { createFallbackFile, type FallbackFile } from './fallback-file.ts'
import { takenSuffix } from './file-name.ts'
import type { FallbackImporter } from './importer.ts'
import { createRecovery } from './recovery.ts'
import type { FallbackKeys } from './signed-line.ts'

export interface FallbackOptions {
  /** The database store. Closed with the fallback's store. */
  readonly primary: AuditStore
  readonly importer: FallbackImporter
  /** Created if needed. */
  readonly directory: string
  readonly keys: FallbackKeys
  readonly disk?: Disk
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  /** A monotonic clock, in milliseconds. */
  readonly elapsed?: () => number
  readonly limits?: Partial<FallbackLimits>
  /** Called with the cause when events start going to a file, and with `null` when they go to the database again. */
  readonly onSwitch?: (cause: unknown) => void
  /** Called for a file that an administrator must look at. */
  readonly onAlarm?: (draft: EventDraft) => void
  readonly onError?: (cause: unknown) => void
}

export interface FallbackLimits {
  /** Milliseconds that a database operation may take. Default 1,000, which is well below the writer's deadline. */
  readonly timeout: number
  /** Milliseconds between attempts to return to the database. Default 1,000. */
  readonly every: number
  /** Bytes that must stay free on the disk. Default 64 Mi. */
  readonly minimumFree: number
  /** A file of this many bytes gets no more events, because one transaction imports the file. Default 64 Mi. */
  readonly fileSize: number
  /**
   * Callers wait during the last import. The last import starts when the current file has at most this many events, or
   * after 20 earlier imports. Default 1,000.
   */
  readonly maxEventsForBlockingImport: number
}

const defaultFallbackLimits: FallbackLimits = {
  timeout: 1_000,
  every: 1_000,
  minimumFree: 64 * 1024 * 1024,
  fileSize: 64 * 1024 * 1024,
  maxEventsForBlockingImport: 1_000,
}

export interface FallbackStats {
  readonly usingFile: boolean
  /** False after a failed write to a file, until a write or a check of the directory succeeds. */
  readonly usable: boolean
  /** Bytes in the directory that are not imported. */
  readonly bytes: number
  /** Start of the oldest file that is not imported, in milliseconds since the epoch; null without such a file. */
  readonly since: number | null
  readonly refusedFiles: number
  /** Files whose last import failed and is retried. */
  readonly failingFiles: number
  /** Events that this process imported. */
  readonly imported: number
}

export interface Fallback {
  /** The writer's store. Writes to a file while the database is unavailable. */
  readonly store: AuditStore
  /**
   * Imports files of this process, and of processes that cannot import their own files. Then records the results.
   * @throws what the database, the directory, or `record` throws
   */
  importFiles(record: (draft: EventDraft) => Promise<unknown>): Promise<void>
  /** Covers the files that the last completed import left, and the files that this process began afterwards. */
  stats(): FallbackStats
}

/**
 * A store between the writer and the database. If the database does not accept a batch within the timeout, this batch
 * and all later ones go to a file, until the file is imported.
 *
 * @throws FallbackDirectoryUnfit
 */
export async function openFallback(options: FallbackOptions): Promise<Fallback> {
  const { primary, importer, keys, disk = nodeDisk, now = Date.now } = options
  const { elapsed = performance.now.bind(performance) } = options
  const limits = { ...defaultFallbackLimits, ...options.limits }
  const directory = await openFallbackDirectory(options.directory, disk)
  const runExclusively = createQueue()
  const runImport = createQueue()
  /** The streams of this process. */
  const streams = new Map<string, NewStream>()
  /** Streams that get no more events, because the log cannot get all events of their files. */
  const stoppedStreams = new Set<string>()
  /** Streams with a file that cannot be imported completely. They end, unless the database has all their events. */
  const brokenStreams = new Set<string>()
  /** Streams that ended while the database was unavailable. */
  const endedStreams = new Set<string>()
  let waitingFiles = { bytes: 0, since: null as number | null, refusedFiles: 0 }
  let failingFiles = 0
  let currentFile: FallbackFile | null = null
  /** When the newest file of this process began, in milliseconds since the epoch. */
  let newestBegunAt: number | null = null
  let usingFile = false
  let databaseError: unknown
  /** Whether `onSwitch` was called with the cause. */
  let isReported = false
  let usable = true
  let closed = false
  /** The last event that the database must have before it is used again. */
  let newestEvent: { readonly stream: NewStream; readonly seq: number } | null = null
  let timer: NodeJS.Timeout | undefined
  let recordDraft: ((draft: EventDraft) => Promise<unknown>) | null = null

  const recovery = createRecovery({
    directory,
    importer,
    keys,
    onDifferent: (stream) => stoppedStreams.add(stream),
    onBroken: (stream) => brokenStreams.add(stream),
    onAlarm: (draft) => options.onAlarm?.(draft),
  })

  function switchToFile() {
    usingFile = true
    scheduleReturn()
  }

  function scheduleReturn() {
    clearTimeout(timer)
    if (closed) return
    timer = setTimeout(() => {
      returnToDatabase().catch((cause) => {
        options.onError?.(cause)
        scheduleReturn()
      })
    }, limits.every).unref()
  }

  /** @throws StreamLost; any other error means that the database is unavailable */
  async function withRetries<T>(operation: () => Promise<T>): Promise<T> {
    const end = elapsed() + limits.timeout
    for (let pause = 10; ; pause *= 2) {
      try {
        return await withTimeout(operation(), Math.max(0, Math.round(end - elapsed())), throwTooSlow)
      } catch (error) {
        if (error instanceof StreamLost || elapsed() + pause >= end) throw error
      }
      await wait(pause)
    }
  }

  /** @returns false if the database is unavailable */
  async function tryDatabase(operation: () => Promise<void>): Promise<boolean> {
    if (usingFile) return false
    try {
      await withRetries(operation)
      return true
    } catch (error) {
      if (error instanceof StreamLost) throw error
      databaseError = error
      switchToFile()
      return false
    }
  }
  async function writeToFile(stream: string, events: readonly RecordedEvent[]) {
    const row = streams.get(stream)
    if (!row) throw new StreamLost(stream, 'it was not opened here')
    if (currentFile && (currentFile.stream !== stream || !currentFile.trusted || currentFile.size >= limits.fileSize))
      await endFile()
    try {
      if (currentFile) await currentFile.append(events)
      else currentFile = await beginFile(row, events)
    } catch (error) {
      usable = false
      if (currentFile && !currentFile.trusted) await endFile()
      throw error
    }
    usable = true
    const last = events.at(-1)
    if (last) newestEvent = { stream: row, seq: last.position.seq }
    if (!isReported) options.onSwitch?.(databaseError)
    isReported = true
  }

  async function beginFile(header: NewStream, events: readonly RecordedEvent[]) {
    const { minimumFree } = limits
    const begunAt = now()
    const file = await createFallbackFile(
      { disk, directory: directory.path, keys, minimumFree, header, now: begunAt },
      events,
    )
    newestBegunAt = begunAt
    return file
  }

  /** Closes the current file for import. Confirmed events in an unlinked file are written to another file first. */
  async function endFile() {
    const file = currentFile
    if (!file) return
    if (await file.salvage(now()))
      options.onError?.(new Error(`${file.name} was removed; its events are in a new file`))
    currentFile = null
    waitingFiles.bytes += file.size
    waitingFiles.since ??= newestBegunAt
    await file.close()
  }

  /** Updates the statistics. @returns whether files of this process remain */
  async function countFiles(): Promise<boolean> {
    const { waiting: files, refused } = await directory.list()
    const others = files.filter(({ name }) => name !== currentFile?.name)
    waitingFiles = {
      bytes: others.reduce((sum, { size }) => sum + size, 0),
      since: files.length === 0 ? null : Math.min(...files.map(({ begunAt }) => begunAt)),
      refusedFiles: refused,
    }
    return others.some(({ stream }) => streams.has(stream))
  }

  /**
   * Imports all files except the current file, and except files of other processes that still reach the database.
   * Imports a file in any case if its import already began.
   */
  async function importOthers() {
    const { waiting: files } = await directory.list()
    const foreign = files.filter(({ stream, name }) => !streams.has(stream) && !name.endsWith(takenSuffix))
    const liveStreams = await importer.findLive([...new Set(foreign.map(({ stream }) => stream))])
    const failed = await recovery.importFiles(
      ({ stream, name }) => name !== currentFile?.name && !liveStreams.has(stream),
    )
    failingFiles = failed.length
    for (const { file, cause } of failed)
      options.onError?.(new Error(`${file.name} cannot be imported now and is retried`, { cause }))
  }

  async function returnToDatabase() {
    await runImport(async () => {
      await runExclusively(async () => currentFile?.check().catch(endFile))
      await importer.ping()
      await importOthers()
      for (let turn = 0; turn < 20 && currentFile && currentFile.events > limits.maxEventsForBlockingImport; turn++) {
        await runExclusively(endFile)
        await importOthers()
      }
      await runExclusively(async () => {
        await endFile()
        const [failed] = await recovery.importFiles(({ stream }) => streams.has(stream))
        if (failed) throw failed.cause
        await expectComplete()
        for (const stream of endedStreams) await primary.closeStream(stream)
        endedStreams.clear()
        usingFile = false
      })
      await countFiles()
    })
    if (isReported) options.onSwitch?.(null)
    isReported = false
    newestEvent = null
    if (recordDraft) await recovery.report(recordDraft)
    // Files of this process remain if another process held the lock of their stream.
    if (await countFiles()) scheduleReturn()
  }

  /**
   * Fails if the database lacks events of this process, because another process may still be importing them. If the
   * file of these events could be imported only partly, stops their stream instead.
   */
  async function expectComplete() {
    if (newestEvent === null || stoppedStreams.has(newestEvent.stream.id)) return
    const { stream, seq } = newestEvent
    const found = await importer.lastSeq(stream)
    if (found < seq && brokenStreams.has(stream.id)) {
      stoppedStreams.add(stream.id)
      return
    }
    if (found < seq)
      throw new Error(`the database has stream ${stream.id} up to event ${found}, and not yet up to ${seq}`)
    await primary.renewLease(stream.id, stream.lease)
  }

  const store: AuditStore = {
    openStream: (stream) =>
      runExclusively(async () => {
        // The first stream of a process needs the database.
        if (streams.size === 0) await primary.openStream(stream)
        else await tryDatabase(() => primary.openStream(stream))
        streams.set(stream.id, stream)
      }),
    append: (stream, events, progress) =>
      runExclusively(async () => {
        if (stoppedStreams.has(stream)) throw new StreamLost(stream, 'its file could not be imported completely')
        if (await tryDatabase(() => primary.append(stream, events, progress))) return
        // Only the database can store the progress of an adoption, so a batch with such progress cannot go to a file.
        if (progress) throw new StreamLost(stream, 'the database became unavailable during an adoption')
        await writeToFile(stream, events)
      }),
    async renewLease(stream, lease) {
      if (stoppedStreams.has(stream)) return 'lost'
      let response: 'renewed' | 'lost' = 'renewed'
      const reached = await tryDatabase(async () => {
        response = await primary.renewLease(stream, lease)
      })
      if (!reached && !usable) await expectUsable()
      return response
    },
    closeStream: (stream) =>
      runExclusively(async () => {
        if (!(await tryDatabase(() => primary.closeStream(stream)))) endedStreams.add(stream)
      }),
    async close() {
      closed = true
      clearTimeout(timer)
      const ending = runImport(() => runExclusively(endFile)).catch((cause) => options.onError?.(cause))
      await importer.close()
      await ending
      await primary.close()
    },
  }

  /**
   * While `usable` is false, the lease is not renewed. Once the lease has expired, the writer rejects callers without
   * any write. So only this check can find that writes to a file work again.
   */
  async function expectUsable() {
    await openFallbackDirectory(options.directory, disk)
    if ((await disk.free(directory.path)) < limits.minimumFree) throw new Error('the disk of the fallback is full')
    usable = true
  }

  await countFiles()
  return {
    store,
    async importFiles(record) {
      recordDraft = record
      if (usingFile) return await returnToDatabase()
      await runImport(importOthers)
      await recovery.report(record)
      await countFiles()
    },
    stats() {
      const currentBytes = currentFile?.size ?? 0
      return {
        usingFile,
        usable,
        ...waitingFiles,
        bytes: waitingFiles.bytes + currentBytes,
        since: waitingFiles.since ?? (currentFile === null ? null : newestBegunAt),
        failingFiles,
        imported: recovery.stats().imported,
      }
    },
  }
}

/** Runs work one at a time, in order. */
function createQueue() {
  let last: Promise<unknown> = Promise.resolve()
  return function enqueue<T>(work: () => Promise<T>): Promise<T> {
    const result = last.then(work)
    last = result.catch(() => {})
    return result
  }
}

function throwTooSlow(milliseconds: number): never {
  throw new Error(`the database did not answer within ${milliseconds} ms`)
}
