import { useSyncExternalStore } from 'react'
import type { ApiError } from './errors.ts'

let endError: ApiError | null = null
const listeners = new Set<() => void>()

/** Shows that the gateway has ended the session. Only the first error is shown. */
export function showSessionEnd(error: ApiError): void {
  if (endError !== null) return
  endError = error
  for (const listener of listeners) listener()
}

/** Null while the session is valid. */
export function useSessionEnd(): ApiError | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => endError,
  )
}

export function loginAddress(returnTo: string): string {
  return `/gateway/auth/login?return_to=${encodeURIComponent(returnTo)}`
}
