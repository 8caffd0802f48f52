import type { ObjectStore } from '@rack-gateway/object-store'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { DeriveKeys } from './chunk.ts'
import type { RecordingLimits } from './limits.ts'
import { createRecordings, type Recordings } from './recordings.ts'
import type { StartThread } from './thread/recording-thread.ts'
import { createRecordingsThread } from './thread/recordings-thread.ts'

export interface RecordingsPluginOptions {
  /** Closed with the application. Null turns recording off. */
  readonly store: ObjectStore | null
  readonly deriveKeys: DeriveKeys
  readonly limits?: Partial<RecordingLimits>
  /** Starts the recording thread. Default null: record in the main thread. */
  readonly start?: StartThread | null
}

declare module 'fastify' {
  interface FastifyInstance {
    recordings: Recordings | null
  }
}

/** An unusable store is logged at the start but does not stop the gateway. */
export default fp(
  async function recordingsPlugin(app: FastifyInstance, options: RecordingsPluginOptions) {
    const { store, deriveKeys, limits = {}, start = null } = options
    if (store === null) return void app.decorate('recordings', null)
    const common = {
      store,
      deriveKeys,
      limits,
      onError: (err: unknown, recording: string) => app.log.error({ event: 'recording.not_stored', recording, err }),
    }
    const recordings = start === null ? createRecordings(common) : createRecordingsThread({ ...common, start })
    app.decorate('recordings', recordings)
    app.addHook('onReady', async function checkStore() {
      recordings.prepare()
      await store.check().catch((err: unknown) => {
        app.log.error(
          { event: 'recording.store_unusable', err },
          'The store in RECORDINGS cannot be used, so recordings are not stored.',
        )
      })
    })
    app.addHook('onClose', () => recordings.close())
  },
  { name: '@rack-gateway/recordings', fastify: '5.x' },
)
