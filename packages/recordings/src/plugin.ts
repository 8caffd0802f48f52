import type { ObjectStore } from '@rack-gateway/object-store'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { DeriveKeys } from './chunk.ts'
import type { RecordingLimits } from './limits.ts'
import { createRecordings, type Recordings } from './recordings.ts'
import type { StartThread } from './thread/recording-thread.ts'
import { createRecordingsThread } from './thread/recordings-thread.ts'

export interface RecordingsPluginOptions {
  /** Closed with the application; null: nothing is recorded. */
  readonly store: ObjectStore | null
  readonly deriveKeys: DeriveKeys
  readonly limits?: Partial<RecordingLimits>
  /** Starts the thread that records. Default null: what forwards sessions records them, too. */
  readonly start?: StartThread | null
}

declare module 'fastify' {
  interface FastifyInstance {
    recordings: Recordings | null
  }
}

/** The recordings of one application. A store that can't be used is said at once, and keeps nobody from calling; what waits is stored before it ends. */
export default fp(
  async function recordings(app: FastifyInstance, options: RecordingsPluginOptions) {
    const { store, deriveKeys, limits = {}, start = null } = options
    if (store === null) return void app.decorate('recordings', null)
    const common = {
      store,
      deriveKeys,
      limits,
      onError: (err: unknown, recording: string) => app.log.error({ event: 'recording.not_stored', recording, err }),
    }
    const made = start === null ? createRecordings(common) : createRecordingsThread({ ...common, start })
    app.decorate('recordings', made)
    app.addHook('onReady', async function lookAtStore() {
      made.prepare()
      await store.check().catch((err: unknown) => {
        app.log.error({ event: 'recording.store_unusable', err }, 'recordings can not be stored where RECORDINGS says')
      })
    })
    app.addHook('onClose', () => made.close())
  },
  { name: '@rack-gateway/recordings', fastify: '5.x' },
)
