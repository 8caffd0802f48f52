import { useSyncExternalStore } from 'react'

let proposed = ''
const listeners = new Set<() => void>()

/** Keeps the proposed document only in the memory of this browser tab. */
export function setProposal(text: string): void {
  proposed = text
  for (const listener of listeners) listener()
}

export function useProposal(): string {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => proposed,
  )
}
