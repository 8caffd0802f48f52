export interface ConcurrencyLimit {
  /**
   * @returns a function that releases the slot
   * @throws SearchBusy
   */
  acquire(caller: string): () => void
}

export const unlimited: ConcurrencyLimit = { acquire: () => () => {} }
