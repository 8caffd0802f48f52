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

/** The recordings of one application: the store is checked before it listens, and gets what waits before it ends. */
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
    app.addHook('onReady', () => store.check())
    app.addHook('onClose', () => made.close())
  },
  { name: '@rack-gateway/recordings', fastify: '5.x' },
)
