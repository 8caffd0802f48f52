import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startFaultyProxy } from '@rack-gateway/database/testing'
import { onTestFinished } from 'vitest'
import type { EventDraft } from '../events/event.ts'
import { type FallbackOptions, openFallback } from '../fallback/fallback.ts'
import { createPostgresImporter } from '../fallback/importer.ts'
import type { FallbackKeys } from '../fallback/signed-line.ts'
import { createPostgresAuditStore } from '../log/postgres-audit-store.ts'
import { createAuditWriter } from '../log/writer.ts'
import type { AuditWriterOptions } from '../log/writer-options.ts'

export const testKeys: FallbackKeys = [Buffer.alloc(32, 1)]

/** A directory for the test, removed when it ends. */
export async function directoryForTest(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rack-gateway-fallback-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return join(directory, 'audit')
}

/** A writer with a fallback, whose database can be stopped and started. Closed when the test ends. */
export async function openWriterWithFallback(
  databaseUrl: string,
  {
    directory,
    writer: writerOptions = {},
    ...options
  }: Partial<FallbackOptions> & { readonly directory: string; readonly writer?: Partial<AuditWriterOptions> },
) {
  const proxy = await startFaultyProxy(databaseUrl)
  // The timeout never passes while the database answers, and passes at once while it does not.
  const timeout = 60_000
  let skipped = 0
  function elapsed(): number {
    if (proxy.mode() !== 'pass') skipped += timeout
    return performance.now() + skipped
  }
  const alarms: EventDraft[] = []
  const errors: unknown[] = []
  const states: ('away' | 'back')[] = []
  const fallback = await openFallback({
    primary: createPostgresAuditStore({ pool: { url: proxy.url }, timeout: 4_000, fallback: true }),
    importer: createPostgresImporter({ pool: { url: proxy.url }, timeout: 4_000 }),
    keys: testKeys,
    onAlarm: (draft) => alarms.push(draft),
    onError: (cause) => errors.push(cause),
    onSwitch: (cause) => states.push(cause === null ? 'back' : 'away'),
    directory,
    elapsed,
    ...options,
    limits: { timeout, every: 50, minimumFree: 1, ...options.limits },
  })
  const writer = createAuditWriter({ store: fallback.store, clock: Date, host: 'test', pid: 1, ...writerOptions })
  await writer.open()
  await fallback.importFiles(writer.record)
  let ended: Promise<void> | null = null
  async function end() {
    await writer.close()
    await fallback.store.close()
    await proxy.stop()
  }
  const endOnce = () => {
    ended ??= end()
    return ended
  }
  onTestFinished(endOnce)
  return {
    ...writer,
    fallback,
    alarms,
    errors,
    states,
    end: endOnce,
    stream: () => writer.stats().stream ?? '',
    stopDatabase() {
      proxy.set('refuse')
      proxy.cut()
    },
    startDatabase: () => proxy.set('pass'),
    proxy,
  }
}
