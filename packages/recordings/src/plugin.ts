import type { ObjectStore } from '@rack-gateway/object-store'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { DeriveKeys } from './chunk.ts'
import type { RecordingLimits } from './limits.ts'
import { createRecordings, type Recordings } from './recordings.ts'

export interface RecordingsPluginOptions {
  /** Closed with the application. Null turns recording off. */
  readonly store: ObjectStore | null
  readonly deriveKeys: DeriveKeys
  readonly limits?: Partial<RecordingLimits>
}

declare module 'fastify' {
  interface FastifyInstance {
    recordings: Recordings | null
  }
}

/** An unusable store is logged at the start but does not stop the gateway. */
export default fp(
  async function recordingsPlugin(app: FastifyInstance, options: RecordingsPluginOptions) {
    const { store, deriveKeys, limits = {} } = options
    if (store === null) return void app.decorate('recordings', null)
    const recordings = createRecordings({
      store,
      deriveKeys,
      limits,
      onError: (err, recording) => app.log.error({ event: 'recording.not_stored', recording, err }),
    })
    app.decorate('recordings', recordings)
    app.addHook('onReady', async function checkStore() {
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
