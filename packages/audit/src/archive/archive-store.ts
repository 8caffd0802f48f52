/** The part of an object store that reading archives needs. */
export interface ArchiveReader {
  /** Name for operators, without secrets. */
  readonly location: string
  /** @returns null if the object does not exist */
  get(key: string): Promise<Buffer | null>
}

/** Where archives are written. Objects are never replaced. */
export interface ArchiveStore extends ArchiveReader {
  /**
   * Resolves when the bytes are durable, also if the same bytes already exist.
   * @throws an error with the code `RGW_OBJECT_DIFFERS` if the object exists with other bytes
   */
  put(key: string, bytes: Uint8Array): Promise<void>
}
