/** Where archives are read from: what `@rack-gateway/object-store` has of it. */
export interface ArchiveReader {
  /** As an operator knows it. Holds no secret. */
  readonly place: string
  /** @returns null when there is no such object */
  get(key: string): Promise<Buffer | null>
}

/** Where archives are kept: what is there is never replaced. */
export interface ArchiveStore extends ArchiveReader {
  /**
   * Resolves when the bytes are durable, so too when the same bytes already are.
   * @throws an error of the code `RGW_OBJECT_DIFFERS` when other bytes are there
   */
  put(key: string, bytes: Uint8Array): Promise<void>
}
