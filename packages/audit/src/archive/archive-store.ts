/** The part of an object store that reading archives needs. */
export interface ArchiveReader {
  /** Name for operators, without secrets. */
  readonly location: string
  /** @returns null if the object does not exist */
  get(key: string): Promise<Buffer | null>
}

/** The object store for new archives. It never replaces an object. */
export interface ArchiveStore extends ArchiveReader {
  /**
   * Resolves when the bytes are durable. An object that already exists with the same bytes is no error.
   * @throws an error with the code `RGW_OBJECT_DIFFERS` if the object exists with other bytes
   */
  put(key: string, bytes: Uint8Array): Promise<void>
}
