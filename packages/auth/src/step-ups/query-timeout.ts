import { withTimeout } from '@rack-gateway/time'
import { AuthUnavailable, throwLookUpTooSlow } from '../errors/errors.ts'

/** Milliseconds. */
const deadline = 5_000

/** @throws AuthUnavailable if the query fails, and LookUpTooSlow if it takes too long */
export async function withQueryTimeout<T>(query: PromiseLike<T>): Promise<T> {
  try {
    return await withTimeout(query, deadline, throwLookUpTooSlow)
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && String(cause.code).startsWith('RGW_')) throw cause
    throw new AuthUnavailable({ cause })
  }
}
