import { useSyncExternalStore } from 'react'
import type { ApiError } from './errors.ts'

let endError: ApiError | null = null
const listeners = new Set<() => void>()

/** Shows why the session ended. The first reason stays. */
export function endSession(error: ApiError): void {
  if (endError !== null) return
  endError = error
  for (const listener of listeners) listener()
}

/** Why the session ended; null while it is valid. */
export function useSessionEnd(): ApiError | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => endError,
  )
}

/** The address of the login, which leads back to a page of this console. */
export function loginAddress(returnTo: string): string {
  return `/gateway/auth/login?return_to=${encodeURIComponent(returnTo)}`
}
