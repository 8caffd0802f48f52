import { NotCanonical, canonical as writeCanonical } from '@rack-gateway/audit-proof'
import { NoCanonicalForm } from '../errors/errors.ts'

/**
 * The canonical form of a JSON value (RFC 8785), as every verifier computes it.
 *
 * @throws NoCanonicalForm for NaN, infinities, lone surrogates, types that JSON lacks, and more than 64 nested levels
 */
export function canonical(value: unknown): string {
  try {
    return writeCanonical(value)
  } catch (error) {
    throw error instanceof NotCanonical ? new NoCanonicalForm(error.message) : error
  }
}
