import { useState } from 'react'
import type { Edits } from './env-text.ts'

const noEdits: Edits = new Map()

/**
 * A new environment that a person prepares. It is neither in the address nor in a store, because it can contain secrets. Leaving
 * the page discards it, but reading the base environment again does not.
 */
export function useDraft() {
  const [edits, setEdits] = useState(noEdits)
  const [isReviewing, setReviewing] = useState(false)
  const [createdId, setCreatedId] = useState<string | null>(null)
  return {
    edits,
    /** @param value null to remove the variable */
    edit: (key: string, value: string | null) => setEdits((before) => new Map(before).set(key, value)),
    undo: (key: string) => setEdits((before) => new Map([...before].filter(([name]) => name !== key))),
    isReviewing,
    setReviewing,
    /** The ID of the release that was created from the last draft; null before the first. */
    createdId,
    finish(id: string) {
      setCreatedId(id)
      setReviewing(false)
      setEdits(noEdits)
    },
  }
}

export type Draft = ReturnType<typeof useDraft>
