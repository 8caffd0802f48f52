import type { ServerConfig } from '@rack-gateway/config'
import { openPool } from '@rack-gateway/database'
import { type ObjectStore, openObjectStore, readObjectStoreAddress } from '@rack-gateway/object-store'
import type { DeriveKeys, RecordingLimits } from '@rack-gateway/recordings'
import recordingsPlugin from '@rack-gateway/recordings/plugin'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { adoptRecordings } from './adoption.ts'
import { createArchive, type RecordingArchive } from './archive.ts'
import { createPeriodicWork } from './periodic-work.ts'
import { createRecordedSecrets } from './recorded-secrets.ts'
import { createRecordingIndex } from './recording-index.ts'
import { removeOldRecordings } from './retention.ts'
import { createSessionRecorder, type SessionRecorder } from './session-recorder.ts'

declare module 'fastify' {
  interface FastifyInstance {
    recordingArchive: RecordingArchive
  }
}

export interface SessionRecordingsOptions {
  readonly config: Pick<ServerConfig, 'recordings' | 'recordingsKeep' | 'recordingsMaxSize'>
  readonly deriveKeys: DeriveKeys
  readonly limits?: Partial<RecordingLimits> | undefined
  /** Average milliseconds between two searches for abandoned recordings. Default 10,000. */
  readonly adoptionInterval?: number | undefined
}

const retentionInterval = 600_000

/** @throws ObjectStoreAddressInvalid */
export default fp<SessionRecordingsOptions>(
  async function sessionRecordings(app, options) {
    const { config, deriveKeys, limits = {} } = options
    const address = config.recordings
    await app.register(recordingsPlugin, {
      store: address === null ? null : await openObjectStore(readObjectStoreAddress(address)),
      deriveKeys,
      limits,
    })
    app.decorate(
      'recordingArchive',
      createArchive({
        store: app.recordings?.store ?? null,
        deriveKeys,
        sql: app.database.sql,
        follow: (id) => app.recordings?.follow(id) ?? (() => {}),
      }),
    )
    if (app.recordings !== null) startPeriodicWork(app, app.recordings.store, options)
  },
  { name: 'session-recordings', dependencies: ['clock', 'database', 'audit-log'] },
)

/** Uses separate connections, so that calls do not wait. */
function startPeriodicWork(
  app: FastifyInstance,
  store: ObjectStore,
  { config, deriveKeys, adoptionInterval = 10_000 }: SessionRecordingsOptions,
): void {
  const { audit, clock, log, pools } = app
  const sql = openPool(pools.recordings, { connect_timeout: 5 })
  const { recordingsKeep: keep, recordingsMaxSize: maxSize } = config
  const common = { sql, store, now: clock.now, record: audit.record }
  const notAdopted = (err: unknown, recording: string) => log.error({ event: 'recording.not_adopted', recording, err })
  const notRemoved = (err: unknown, recording: string) => log.error({ event: 'recording.not_removed', recording, err })
  const adoption = createPeriodicWork({
    every: adoptionInterval,
    run: (signal) => adoptRecordings({ ...common, deriveKeys, onError: notAdopted }, signal),
    onError: (err) => log.warn({ event: 'recording.adoption_failed', err }),
  })
  const retention = createPeriodicWork({
    every: retentionInterval,
    run: (signal) => removeOldRecordings({ ...common, keep, maxSize, onError: notRemoved }, signal),
    onError: (err) => log.warn({ event: 'recording.retention_failed', err }),
  })
  app.addHook('onReady', async function startRecordingWork() {
    adoption.start()
    retention.start()
  })
  app.addHook('onClose', async function stopRecordingWork() {
    await Promise.all([adoption.stop(), retention.stop()])
    await sql.end({ timeout: 5 })
  })
}

export function createRecorder(app: FastifyInstance): SessionRecorder {
  const { recordings, policy, audit, clock, database, log } = app
  const onError = (err: unknown) => log.error({ event: 'recording.failed', err })
  const recorder = createSessionRecorder({
    recordings,
    policy,
    secrets: createRecordedSecrets(policy),
    index: createRecordingIndex(database.sql),
    now: clock.now,
    record(draft) {
      audit.record(draft).catch((err: unknown) => log.error({ event: 'audit.late_record_failed', err }))
    },
    onError,
  })
  app.addHook('onClose', () => recorder.settled())
  return recorder
}
