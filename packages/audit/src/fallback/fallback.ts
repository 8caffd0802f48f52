import { setTimeout as wait } from 'node:timers/promises'
import { withTimeout } from '@rack-gateway/errors/with-timeout'
import type { AuditStore, NewStream } from '../audit-store.ts'
import { StreamLost } from '../errors.ts'
import type { EventDraft } from '../event.ts'
import type { RecordedEvent } from '../recorded-event.ts'
import { openFallbackDirectory } from './directory.ts'
import { type Disk, nodeDisk } from './disk.ts'
import { taken } from './file-name.ts'
import { beginFile, type GrowingFile } from './growing-file.ts'
import type { FallbackImporter } from './importer.ts'
import type { FallbackKeys } from './line.ts'
import { createRecovery } from './recovery.ts'

export interface FallbackOptions {
  /** The database. Closed with the fallback's store. */
  readonly primary: AuditStore
  readonly importer: FallbackImporter
  /** Path of the directory; made when there is none. */
  readonly directory: string
  readonly keys: FallbackKeys
  readonly disk?: Disk
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  readonly limits?: Partial<FallbackLimits>
  /** Told when records begin to go to a file, and when they go to the database again (`null`). */
  readonly onAway?: (cause: unknown) => void
  /** Told of a file that somebody has to look at. */
  readonly onAlarm?: (draft: EventDraft) => void
  readonly onError?: (cause: unknown) => void
}

export interface FallbackLimits {
  /** Milliseconds that the database may take for a batch, or a lease. Default 1,000: well below what callers wait. */
  readonly patience: number
  /** Milliseconds between attempts to go back to the database. Default 1,000. */
  readonly every: number
  /** Bytes that must stay free on the disk. Default 64 Mi. */
  readonly minimumFree: number
  /** Bytes after which another file is begun, because each is imported in one transaction. Default 64 Mi. */
  readonly fileSize: number
  /** Events that may be left to import while callers wait. Default 1,000. */
  readonly rest: number
}

const defaultFallbackLimits: FallbackLimits = {
  patience: 1_000,
  every: 1_000,
  minimumFree: 64 * 1024 * 1024,
  fileSize: 64 * 1024 * 1024,
  rest: 1_000,
}

export interface FallbackStats {
  /** Records go to a file. */
  readonly away: boolean
  /** Whether the last record could be written to it. */
  readonly usable: boolean
  /** Bytes in the directory that are not in the database. */
  readonly bytes: number
  /** When the oldest of these files was begun, milliseconds since the epoch; null: there is none. */
  readonly since: number | null
  /** Files that were set aside and are there for somebody to look at. */
  readonly refusedFiles: number
  /** Files that could not be imported at the last look and are tried again. */
  readonly failingFiles: number
  /** Events that came into the database from files. */
  readonly imported: number
}

export interface Fallback {
  /** For the writer: takes records into a file while the database can't. */
  readonly store: AuditStore
  /** Imports what lies in the directory and whose process can't, then says so by `record`. @throws what the database throws */
  look(record: (draft: EventDraft) => Promise<unknown>): Promise<void>
  /** As of the last look, but for our own file. */
  stats(): FallbackStats
}

/**
 * Between the writer and the database. A batch that the database doesn't take in time goes to a file, and so do all that follow,
 * until the file is in the database and nothing is in between.
 *
 * @throws FallbackDirectoryUnfit
 */
export async function openFallback(options: FallbackOptions): Promise<Fallback> {
  const { primary, importer, keys, disk = nodeDisk, now = Date.now } = options
  const limits = { ...defaultFallbackLimits, ...options.limits }
  const directory = await openFallbackDirectory(options.directory, disk)
  const exclusively = createQueue()
  const looking = createQueue()
  /** The streams of this process, and those of them that may not go on. */
  const streams = new Map<string, NewStream>()
  const stopped = new Set<string>()
  /** Those with a file of which not all went in: they may go on only if the database has it all the same. */
  const broken = new Set<string>()
  /** Ended while the database was away. */
  const ended = new Set<string>()
  let waiting = { bytes: 0, since: null as number | null, refusedFiles: 0 }
  let failing = 0
  let growing: GrowingFile | null = null
  let away = false
  /** Why, and whether anybody was told. */
  let awayBecause: unknown
  let told = false
  let usable = true
  let closed = false
  /** What the database must have before it is written to again. */
  let newest: { readonly stream: NewStream; readonly seq: number } | null = null
  let timer: NodeJS.Timeout | undefined
  let report: ((draft: EventDraft) => Promise<unknown>) | null = null

  const recovery = createRecovery({
    directory,
    importer,
    keys,
    onDifferent: (stream) => stopped.add(stream),
    onBroken: (stream) => broken.add(stream),
    onAlarm: (draft) => options.onAlarm?.(draft),
  })

  function leave() {
    away = true
    returnLater()
  }

  function returnLater() {
    clearTimeout(timer)
    if (closed) return
    timer = setTimeout(() => {
      comeBack().catch((cause) => {
        options.onError?.(cause)
        returnLater()
      })
    }, limits.every).unref()
  }

  /** @throws StreamLost; anything else says that the database is away */
  async function patiently<T>(operation: () => Promise<T>): Promise<T> {
    const end = performance.now() + limits.patience
    for (let pause = 10; ; pause *= 2) {
      try {
        return await withTimeout(operation(), Math.max(0, Math.round(end - performance.now())), throwTooSlow)
      } catch (error) {
        if (error instanceof StreamLost || performance.now() + pause >= end) throw error
      }
      await wait(pause)
    }
  }

  /** Does it in the database, or says that it is away. */
  async function reached(operation: () => Promise<void>): Promise<boolean> {
    if (away) return false
    try {
      await patiently(operation)
      return true
    } catch (error) {
      if (error instanceof StreamLost) throw error
      awayBecause = error
      leave()
      return false
    }
  }
  async function write(stream: string, events: readonly RecordedEvent[]) {
    const row = streams.get(stream)
    if (!row) throw new StreamLost(stream, 'it was not opened here')
    if (growing && (growing.stream !== stream || !growing.trusted || growing.size >= limits.fileSize)) await endFile()
    try {
      if (growing) await growing.append(events)
      else growing = await begin(row, events)
    } catch (error) {
      usable = false
      if (growing && !growing.trusted) await endFile()
      throw error
    }
    usable = true
    const last = events.at(-1)
    if (last) newest = { stream: row, seq: last.place.seq }
    if (!told) options.onAway?.(awayBecause)
    told = true
  }

  function begin(header: NewStream, events: readonly RecordedEvent[]) {
    const { minimumFree } = limits
    return beginFile({ disk, directory: directory.path, keys, minimumFree, header, now: now() }, events)
  }

  /** It is imported from now on. What was promised and then unlinked is written to another file first. */
  async function endFile() {
    const file = growing
    if (!file) return
    if (await file.salvage(now()))
      options.onError?.(new Error(`${file.name} was removed; its records are in a new file`))
    growing = null
    await file.close()
  }

  /** @returns whether files of our own are left */
  async function count(): Promise<boolean> {
    const { waiting: files, refused } = await directory.list()
    const others = files.filter(({ name }) => name !== growing?.name)
    waiting = {
      bytes: others.reduce((sum, { size }) => sum + size, 0),
      since: files.length === 0 ? null : Math.min(...files.map(({ begunAt }) => begunAt)),
      refusedFiles: refused,
    }
    return others.some(({ stream }) => streams.has(stream))
  }

  /** All but the file that grows, and those of processes that are alive and reach the database themselves. */
  async function takeOthers() {
    const { waiting: files } = await directory.list()
    const foreign = files.filter(({ stream, name }) => !streams.has(stream) && !name.endsWith(taken))
    const alive = await importer.alive([...new Set(foreign.map(({ stream }) => stream))])
    const failed = await recovery.take(({ stream, name }) => name !== growing?.name && !alive.has(stream))
    failing = failed.length
    for (const { file, cause } of failed)
      options.onError?.(new Error(`${file.name} can not be imported now; it is tried again`, { cause }))
  }

  async function comeBack() {
    await looking(async () => {
      await exclusively(async () => growing?.check().catch(endFile))
      await importer.ping()
      await takeOthers()
      for (let turn = 0; turn < 20 && growing && growing.events > limits.rest; turn++) {
        await exclusively(endFile)
        await takeOthers()
      }
      await exclusively(async () => {
        await endFile()
        const [failed] = await recovery.take(({ stream }) => streams.has(stream))
        if (failed) throw failed.cause
        await expectComplete()
        for (const stream of ended) await primary.closeStream(stream)
        ended.clear()
        away = false
      })
      await count()
    })
    if (told) options.onAway?.(null)
    told = false
    newest = null
    if (report) await recovery.report(report)
    // Somebody else held the stream of one of them.
    if (await count()) returnLater()
  }

  /** Nothing may be added behind a gap: somebody else may hold a file of ours that is not in yet. */
  async function expectComplete() {
    if (newest === null || stopped.has(newest.stream.id)) return
    const { stream, seq } = newest
    const found = await importer.lastSeq(stream)
    if (found < seq && broken.has(stream.id)) {
      stopped.add(stream.id)
      return
    }
    if (found < seq) throw new Error(`the database has ${stream.id} up to ${found} and not yet to ${seq}`)
    await primary.renewLease(stream.id, stream.lease)
  }

  const store: AuditStore = {
    openStream: (stream) =>
      exclusively(async () => {
        // The first one of a process is not begun without its database.
        if (streams.size === 0) await primary.openStream(stream)
        else await reached(() => primary.openStream(stream))
        streams.set(stream.id, stream)
      }),
    append: (stream, events, accounting) =>
      exclusively(async () => {
        if (stopped.has(stream)) throw new StreamLost(stream, 'not all of its file can be in the log')
        if (await reached(() => primary.append(stream, events, accounting))) return
        // Whether it took place decides who goes on with the adoption: it must be known to the database alone.
        if (accounting) throw new StreamLost(stream, 'the database went away while it adopted another')
        await write(stream, events)
      }),
    async renewLease(stream, lease) {
      if (stopped.has(stream)) return 'lost'
      let answer: 'renewed' | 'lost' = 'renewed'
      const asked = await reached(async () => {
        answer = await primary.renewLease(stream, lease)
      })
      if (!asked && !usable) await expectUsable()
      return answer
    },
    closeStream: (stream) =>
      exclusively(async () => {
        if (!(await reached(() => primary.closeStream(stream)))) ended.add(stream)
      }),
    async close() {
      closed = true
      clearTimeout(timer)
      const ending = looking(() => exclusively(endFile)).catch((cause) => options.onError?.(cause))
      await importer.close()
      await ending
      await primary.close()
    },
  }

  /** While nothing can be written nobody is let in, so that nothing would ever find out that it can again. */
  async function expectUsable() {
    await openFallbackDirectory(options.directory, disk)
    if ((await disk.free(directory.path)) < limits.minimumFree) throw new Error('the disk of the fallback is full')
    usable = true
  }

  await count()
  return {
    store,
    async look(record) {
      report = record
      if (away) return await comeBack()
      await looking(takeOthers)
      await recovery.report(record)
      await count()
    },
    stats() {
      const own = growing?.size ?? 0
      return {
        away,
        usable,
        ...waiting,
        bytes: waiting.bytes + own,
        failingFiles: failing,
        imported: recovery.stats().imported,
      }
    },
  }
}

/** One at a time, in the order in which they come. */
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
