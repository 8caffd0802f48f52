import type { Checkpoint } from './checkpoint.ts'

/** A place for copies of checkpoints that the owner of the database can't reach. */
export interface CheckpointPlace {
  /** As an operator knows it; holds no secret. */
  readonly name: string
  /**
   * Resolves when the copy is kept. May be called again for the same one.
   * @throws ObjectDiffers (`RGW_OBJECT_DIFFERS`) when another checkpoint of this number is kept there
   */
  put(checkpoint: Checkpoint, signal: AbortSignal): Promise<void>
  /** The number up to which, from 1, no copy is missing there; absent where a place can't say. */
  complete?(signal: AbortSignal): Promise<number>
}

/** What `@rack-gateway/object-store` has of it. */
export interface WriteOnceStore {
  readonly place: string
  put(key: string, bytes: Uint8Array, options?: { readonly signal?: AbortSignal }): Promise<void>
  /** In the order of keys. */
  list(prefix: string, options?: { readonly signal?: AbortSignal }): AsyncIterable<{ readonly key: string }>
}

/** Where a checkpoint is in a directory or a bucket: a thousand to a folder, in the order of their numbers. */
export function checkpointKey(number: number): string {
  const folder = String(Math.floor(number / 1_000) * 1_000).padStart(12, '0')
  return `checkpoints/${folder}/${String(number).padStart(12, '0')}.note`
}

export function objectPlace(store: WriteOnceStore): CheckpointPlace {
  return {
    name: store.place,
    put: ({ number, written }, signal) => store.put(checkpointKey(number), Buffer.from(written), { signal }),
    async complete(signal) {
      let number = 0
      for await (const { key } of store.list('checkpoints/', { signal })) {
        if (key === checkpointKey(number + 1)) number++
        else if (key > checkpointKey(number + 1)) break
      }
      return number
    },
  }
}

/** A program that keeps what is posted to it. The address may hold a secret, so only its origin is the name. */
export function webhookPlace(address: string): CheckpointPlace {
  return {
    name: new URL(address).origin,
    async put({ number, hash, written }, signal) {
      const answer = await fetch(address, {
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
      await answer.body?.cancel()
      if (answer.status < 200 || answer.status > 299) throw new Error(`it answered with status ${answer.status}`)
    },
  }
}
