import { useState } from 'react'
import type { Edits } from './env-text.ts'

const none: Edits = new Map()

/**
 * A new environment that a person prepares. It is in no address and no store, because it can contain secrets: leaving the page
 * discards it. It stays when the environment that it is based on is read again.
 */
export function useDraft() {
  const [edits, setEdits] = useState(none)
  const [isReviewing, setReviewing] = useState(false)
  const [created, setCreated] = useState<string | null>(null)
  return {
    edits,
    /** @param value null to remove the variable */
    edit: (key: string, value: string | null) => setEdits((before) => new Map(before).set(key, value)),
    undo: (key: string) => setEdits((before) => new Map([...before].filter(([name]) => name !== key))),
    isReviewing,
    setReviewing,
    /** The ID of the last release that a draft became. */
    created,
    finish(id: string) {
      setCreated(id)
      setReviewing(false)
      setEdits(none)
    },
  }
}

export type Draft = ReturnType<typeof useDraft>
