import type { ObjectStore } from '@rack-gateway/object-store'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { DeriveKeys } from './chunk.ts'
import type { RecordingLimits } from './limits.ts'
import { createRecordings, type Recordings } from './recordings.ts'

export interface RecordingsPluginOptions {
  /** Closed with the application; null: nothing is recorded. */
  readonly store: ObjectStore | null
  readonly deriveKeys: DeriveKeys
  readonly limits?: Partial<RecordingLimits>
}

declare module 'fastify' {
  interface FastifyInstance {
    recordings: Recordings | null
  }
}

/** The recordings of one application. A store that can't be used is said at once, and keeps nobody from calling; what waits is stored before it ends. */
export default fp(
  async function recordings(app: FastifyInstance, { store, deriveKeys, limits = {} }: RecordingsPluginOptions) {
    if (store === null) return void app.decorate('recordings', null)
    const made = createRecordings({
      store,
      deriveKeys,
      limits,
      onError: (err, recording) => app.log.error({ event: 'recording.not_stored', recording, err }),
    })
    app.decorate('recordings', made)
    app.addHook('onReady', async function lookAtStore() {
      await store.check().catch((err: unknown) => {
        app.log.error({ event: 'recording.store_unusable', err }, 'recordings can not be stored where RECORDINGS says')
      })
    })
    app.addHook('onClose', () => made.close())
  },
  { name: '@rack-gateway/recordings', fastify: '5.x' },
)
