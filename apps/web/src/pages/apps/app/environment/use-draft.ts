import { useState } from 'react'
import type { Edits } from '../variables/env-text.ts'

const noEdits: Edits = new Map()

/** The draft can contain secrets, so it is only in the state of the component. The button Refresh keeps the draft. */
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
    /** The ID of the last release that was created from a draft; null before the first. */
    createdId,
    finish(id: string) {
      setCreatedId(id)
      setReviewing(false)
      setEdits(noEdits)
    },
  }
}

export type Draft = ReturnType<typeof useDraft>
