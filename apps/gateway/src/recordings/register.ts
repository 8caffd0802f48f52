import { availableParallelism } from 'node:os'
import { openDatabase } from '@rack-gateway/database'
import { openObjectStore, readObjectStoreAddress } from '@rack-gateway/object-store'
import recordingsPlugin from '@rack-gateway/recordings/plugin'
import type { FastifyInstance } from 'fastify'
import type { Sql } from 'postgres'
import type { GatewayOptions } from '../gateway-options.ts'
import { adoptRecordings } from './adoption.ts'
import { createCatalogue } from './catalogue.ts'
import { createRecordedSecrets } from './recorded-secrets.ts'
import { recordingKeys } from './recording-keys.ts'
import { removeOldRecordings } from './retention.ts'
import { createRounds } from './rounds.ts'
import { createSessionEndings } from './session-endings.ts'
import { createSessionRecorder, type SessionRecorder } from './session-recorder.ts'
import { startRecorderThread } from './start-recorder-thread.ts'

/** @throws ObjectStoreAddressInvalid */
export async function registerRecordings(
  app: FastifyInstance,
  { recordings, secretKeys }: Pick<GatewayOptions, 'recordings' | 'secretKeys'>,
): Promise<void> {
  const store = recordings ? await openObjectStore(readObjectStoreAddress(recordings.address)) : null
  const { limits = {}, thread = availableParallelism() > 1, address = '' } = recordings ?? {}
  await app.register(recordingsPlugin, {
    store,
    deriveKeys: recordingKeys(secretKeys),
    limits,
    start: thread ? startRecorderThread(address, secretKeys) : null,
  })
}

const adoptEvery = 10_000
const removeEvery = 600_000

/** Recordings that other processes have left are closed, and those whose time is over removed, over connections of its own, so that no call waits behind it. */
export function careForRecordings(
  app: FastifyInstance,
  options: Pick<GatewayOptions, 'databaseUrl' | 'secretKeys' | 'now' | 'recordings'>,
): void {
  const { recordings, audit, log } = app
  if (recordings === null) return
  const { databaseUrl, secretKeys, now = Date.now } = options
  const { keep, maxSize } = options.recordings?.retention ?? { keep: null, maxSize: null }
  const database = openDatabase(databaseUrl, { max: 6, applicationName: 'rack-gateway recordings' })
  const adoption = createRounds({
    every: adoptEvery,
    round: (signal) =>
      adoptRecordings(
        {
          sql: database.sql,
          store: recordings.store,
          deriveKeys: recordingKeys(secretKeys),
          now,
          record: audit.record,
          onError: (err, recording) => log.error({ event: 'recording.not_adopted', recording, err }),
        },
        signal,
      ),
    onError: (err) => log.warn({ event: 'recording.adoption_failed', err }),
  })
  const retention = createRounds({
    every: removeEvery,
    round: (signal) =>
      removeOldRecordings(
        {
          keep,
          maxSize,
          sql: database.sql,
          store: recordings.store,
          now,
          record: audit.record,
          onError: (err, recording) => log.error({ event: 'recording.not_removed', recording, err }),
        },
        signal,
      ),
    onError: (err) => log.warn({ event: 'recording.retention_failed', err }),
  })
  app.addHook('onReady', async function startCare() {
    adoption.start()
    retention.start()
  })
  app.addHook('onClose', async function stopCare() {
    await Promise.all([adoption.stop(), retention.stop()])
    await database.close()
  })
}

export function sessionRecorderOf(
  app: FastifyInstance,
  { sql, now }: { readonly sql: Sql; readonly now: () => number },
): SessionRecorder {
  const { recordings, policy, audit, log, identities } = app
  const onError = (err: unknown) => log.error({ event: 'recording.failed', err })
  const endings = createSessionEndings({ sql, identities, onError })
  app.addHook('onClose', async () => endings.stop())
  const recorder = createSessionRecorder({
    recordings,
    policy,
    secrets: createRecordedSecrets(policy),
    catalogue: createCatalogue(sql),
    endings,
    now,
    record(draft) {
      audit.record(draft).catch((err: unknown) => log.error({ event: 'audit.late_record_failed', err }))
    },
    onError,
  })
  app.addHook('onClose', () => recorder.settled())
  return recorder
}
