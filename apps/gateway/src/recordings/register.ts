import { deriveKey } from '@rack-gateway/auth'
import { openObjectStore, readObjectStoreAddress } from '@rack-gateway/object-store'
import type { DeriveKeys, RecordingLimits } from '@rack-gateway/recordings'
import recordingsPlugin from '@rack-gateway/recordings/plugin'
import type { FastifyInstance } from 'fastify'
import type { GatewayOptions, SecretKeys } from '../gateway.ts'
import type { RecordingCatalogue } from './catalogue.ts'
import { createRecordedSecrets } from './recorded-secrets.ts'
import { createSessionRecorder, type SessionRecorder } from './session-recorder.ts'

export interface RecordingSettings {
  /** Of an object store. */
  readonly address: string
  readonly limits?: Partial<RecordingLimits>
}

/** @throws ObjectStoreAddressInvalid */
export async function registerRecordings(
  app: FastifyInstance,
  { recordings, secretKeys }: Pick<GatewayOptions, 'recordings' | 'secretKeys'>,
): Promise<void> {
  const store = recordings ? await openObjectStore(readObjectStoreAddress(recordings.address)) : null
  const limits = recordings?.limits ?? {}
  await app.register(recordingsPlugin, { store, deriveKeys: recordingKeys(secretKeys), limits })
}

/** The newest key seals, every key opens. */
export function recordingKeys(secretKeys: SecretKeys): DeriveKeys {
  return (purpose) => secretKeys.map((key) => deriveKey(key, purpose))
}

export function sessionRecorderOf(
  app: FastifyInstance,
  { catalogue, now }: { readonly catalogue: RecordingCatalogue; readonly now: () => number },
): SessionRecorder {
  const { recordings, policy, audit, log } = app
  const recorder = createSessionRecorder({
    recordings,
    policy,
    secrets: createRecordedSecrets(policy),
    catalogue,
    now,
    record(draft) {
      audit.record(draft).catch((err: unknown) => log.error({ event: 'audit.late_record_failed', err }))
    },
    onError: (err) => log.error({ event: 'recording.failed', err }),
  })
  app.addHook('onClose', () => recorder.settled())
  return recorder
}
