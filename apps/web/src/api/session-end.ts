import { createStore } from '../store/create-store.ts'
import { ApiError } from './errors/api-error.ts'

const endError = createStore<ApiError | null>(null)

/** Shows that the gateway has ended the session, if the error says so. Only the first such error is shown. */
export function showSessionEndOn401(error: unknown): void {
  if (error instanceof ApiError && error.status === 401 && endError.get() === null) endError.set(error)
}

/** Null while the session is valid. */
export const useSessionEnd = endError.use

export function loginAddress(returnTo: string): string {
  return `/gateway/auth/login?return_to=${encodeURIComponent(returnTo)}`
}
