export interface StoredObject {
  readonly key: string
  /** Bytes. */
  readonly size: number
}

export interface PutOptions {
  /** Ends the attempt. */
  readonly signal?: AbortSignal
}

export interface GetOptions {
  readonly signal?: AbortSignal
  /** Bytes that are read at most. Default 64 MiB. @throws ObjectTooLarge for more */
  readonly limit?: number
}

/**
 * A store of objects that are written once and never replaced. It retries nothing, except for the retries of the S3 client
 * within one request. Callers retry as their deadline allows.
 */
export interface ObjectStore {
  /** Where it is, as an operator knows it. Holds no secret. */
  readonly place: string
  /** Whether nobody, its administrators included, can change or remove an object before its time. */
  readonly locked: boolean
  /**
   * Resolves when the bytes are durable under the key; so too when the same bytes already are, so that it may be called again.
   * Then it keeps no reference to them: their memory may be used again.
   * @throws ObjectDiffers when other bytes are there, ObjectKeyInvalid
   */
  put(key: string, bytes: Uint8Array, options?: PutOptions): Promise<void>
  /** @returns the bytes that were first put under the key; null when there are none */
  get(key: string, options?: GetOptions): Promise<Buffer | null>
  /** All objects whose keys begin with the prefix, in the order of their keys' bytes. */
  list(prefix: string, options?: { readonly signal?: AbortSignal }): AsyncIterable<StoredObject>
  /** Removes an object, for retention; nothing when there is none. A locked one stays. */
  remove(key: string, options?: { readonly signal?: AbortSignal }): Promise<void>
  /** That it can be used as it is set up, for a start and for readiness. @throws ObjectStoreUnusable with what to do */
  check(options?: { readonly signal?: AbortSignal }): Promise<void>
  close(): void
}

export const defaultLimit = 64 * 1024 * 1024
