import {
  type Alarm,
  type Checkpoint,
  type CheckpointDestination,
  type Checkpointer,
  createCheckpointer,
  objectStoreDestination,
  type SigningKeys,
  webhookDestination,
} from '@rack-gateway/audit'
import type { CheckpointConfig } from '@rack-gateway/config'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyInstance {
    checkpoints: Checkpointer
  }
}

export interface CheckpointsOptions {
  readonly keys: SigningKeys
  readonly config: CheckpointConfig
  /** Milliseconds between checkpoints. Default 50,000. */
  readonly interval?: number | undefined
}

/**
 * Must be registered before the audit log, because plugins stop in the reverse order. The audit log then writes its last
 * events before this plugin makes the last checkpoint.
 *
 * @throws ObjectStoreAddressInvalid, ObjectStoreUnusable
 */
export default fp<CheckpointsOptions>(
  async function checkpoints(app, { keys, config, interval }) {
    const checkpointer = createCheckpointer({
      pool: app.pools.checkpoints,
      keys,
      destinations: await openDestinations(config),
      ...(interval !== undefined && { interval }),
      onAlarm: (alarm) => recordAlarm(app, alarm),
      onKey: (checkpoint) => recordKey(app, checkpoint),
      onError: (what, err) => app.log.warn({ event: 'audit.checkpoint_failed', what, err }),
    })
    app.decorate('checkpoints', checkpointer)
    app.addHook('onReady', async () => checkpointer.start())
    app.addHook('onClose', () => checkpointer.stop())
  },
  { name: 'checkpoints', dependencies: ['database'] },
)

async function openDestinations({ directory, s3, webhook }: CheckpointConfig): Promise<CheckpointDestination[]> {
  const destinations: CheckpointDestination[] = webhook === null ? [] : [webhookDestination(webhook.reveal())]
  if (directory === null && s3 === null) return destinations
  // Imported here, because most installations have no such destination.
  const { openObjectStore, readObjectStoreAddress } = await import('@rack-gateway/object-store')
  for (const { address, lockMs } of [
    ...(directory === null ? [] : [{ address: directory, lockMs: 0 }]),
    ...(s3 === null ? [] : [s3]),
  ]) {
    const lock = lockMs > 0 ? { lock: { mode: 'compliance', duration: lockMs } as const } : {}
    const store = await openObjectStore(readObjectStoreAddress(address), lock)
    await store.check()
    destinations.push(objectStoreDestination(store))
  }
  return destinations
}

function recordAlarm(app: FastifyInstance, { problem, stream, seq, number, place }: Alarm): void {
  const detail = {
    problem,
    ...(stream !== undefined && { stream }),
    ...(seq !== undefined && { seq }),
    ...(number !== undefined && { checkpoint: number }),
    ...(place !== undefined && { place }),
  }
  app.log.error(
    { event: 'audit.inconsistent', ...detail },
    problem === 'ahead'
      ? 'the audit log lacks checkpoints that have copies: if it was restored from a backup, stop the gateway, restore again, and run rack-gateway-server audit restored before the start'
      : 'the audit log is not what was recorded and signed: run rack-gateway audit verify',
  )
  recordLater(app, { kind: 'audit.inconsistent', detail })
}

function recordKey(app: FastifyInstance, { number, key, replaces, note }: Checkpoint): void {
  app.log.info({ event: 'audit.signing_key', number, key: key.text, replaces: replaces?.text ?? null })
  if (replaces === null) return
  const vouched = note.signatures.some(({ id }) => id === replaces.id)
  recordLater(app, {
    kind: 'signing-key.changed',
    detail: { checkpoint: number, key: key.text, replaces: replaces.text, vouched },
  })
}

function recordLater(app: FastifyInstance, draft: Parameters<FastifyInstance['audit']['recordSoon']>[0]): void {
  app.audit
    .recordSoon(draft)
    .catch((err: unknown) => app.log.error({ event: 'audit.late_record_failed', kind: draft.kind, err }))
}
