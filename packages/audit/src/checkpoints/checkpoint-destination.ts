import type { Checkpoint } from '../signed-notes/checkpoint.ts'

/** Stores copies of checkpoints where the database owner cannot change them. */
export interface CheckpointDestination {
  /** Name for operators, without secrets. */
  readonly name: string
  /**
   * Resolves when the copy is stored. May be repeated for the same checkpoint.
   * @throws ObjectDiffers (`RGW_OBJECT_DIFFERS`) if another checkpoint with this number is stored. A webhook does not
   *   detect this
   */
  put(checkpoint: Checkpoint, signal: AbortSignal): Promise<void>
  /** The number up to which no copy is missing. The function is absent if the destination cannot list its copies. */
  lastCopy?(signal: AbortSignal): Promise<number>
}

/** The part of `@rack-gateway/object-store` that is used here. */
export interface WriteOnceStore {
  readonly location: string
  put(key: string, bytes: Uint8Array, options?: { readonly signal?: AbortSignal }): Promise<void>
  /** In the order of keys. */
  list(prefix: string, options?: { readonly signal?: AbortSignal }): AsyncIterable<{ readonly key: string }>
}

/** Object key of a checkpoint, with a thousand per folder. The order of keys is the order of numbers. */
export function checkpointKey(number: number): string {
  const folder = String(Math.floor(number / 1_000) * 1_000).padStart(12, '0')
  return `checkpoints/${folder}/${String(number).padStart(12, '0')}.note`
}

export function objectStoreDestination(store: WriteOnceStore): CheckpointDestination {
  return {
    name: store.location,
    put: ({ number, written }, signal) => store.put(checkpointKey(number), Buffer.from(written), { signal }),
    async lastCopy(signal) {
      let number = 0
      for await (const { key } of store.list('checkpoints/', { signal })) {
        if (key === checkpointKey(number + 1)) number++
        else if (key > checkpointKey(number + 1)) break
      }
      return number
    },
  }
}

/** The name of the destination is only the origin of the URL, because the rest may contain a secret. */
export function webhookDestination(address: string): CheckpointDestination {
  return {
    name: new URL(address).origin,
    async put({ number, hash, written }, signal) {
      const response = await fetch(address, {
        method: 'POST',
        headers: {
          'content-type': 'text/plain; charset=utf-8',
          'idempotency-key': hash,
          'rack-gateway-checkpoint': String(number),
        },
        body: written,
        redirect: 'manual',
        signal,
      })
      await response.body?.cancel()
      if (response.status < 200 || response.status > 299) throw new Error(`it answered with status ${response.status}`)
    },
  }
}
