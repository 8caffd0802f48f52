export interface StoredObject {
  readonly key: string
  /** Bytes. */
  readonly size: number
}

export interface PutOptions {
  readonly signal?: AbortSignal
}

export interface GetOptions {
  readonly signal?: AbortSignal
  /** The maximum size in bytes. Default: 64 MiB. @throws ObjectTooLarge for a larger object */
  readonly limit?: number
}

/**
 * A store of objects that are written once and never replaced. Callers must retry failed calls: the store itself
 * repeats only requests to S3, once.
 */
export interface ObjectStore {
  /** The directory, or the `s3://` address. Contains no secret. */
  readonly location: string
  /** True if nobody, not even an administrator, can change or remove an object before its retention ends. */
  readonly immutable: boolean
  /**
   * Resolves when the bytes are durable under the key. Also resolves if the key already has these bytes, so retries are
   * safe. Afterwards the caller can reuse the buffer.
   * @throws ObjectDiffers if the key has other bytes, ObjectKeyInvalid
   */
  put(key: string, bytes: Uint8Array, options?: PutOptions): Promise<void>
  /** @returns null if there is no object with this key @throws ObjectTooLarge, ObjectKeyInvalid */
  get(key: string, options?: GetOptions): Promise<Buffer | null>
  /** Yields the objects whose keys begin with the prefix, in the order of their keys' bytes. */
  list(prefix: string, options?: { readonly signal?: AbortSignal }): AsyncIterable<StoredObject>
  /** Does nothing if the object does not exist. A locked object stays. @throws ObjectKeyInvalid */
  remove(key: string, options?: { readonly signal?: AbortSignal }): Promise<void>
  /** @throws ObjectStoreUnusable with the remedy */
  check(options?: { readonly signal?: AbortSignal }): Promise<void>
  close(): void
}

export const defaultLimit = 64 * 1024 * 1024
