import { AuthUnavailable } from '../errors.ts'
import type { Revision } from '../principals/revision.ts'
import type { Trust } from './trust.ts'

/** The trusts that count now. They are read once after each change of a trust, whoever asks. */
export function createTrustBook(load: () => Promise<readonly Trust[]>, revision: Revision, maxStale: number) {
  let known: Promise<readonly Trust[]> | null = null
  /** What is being read at this moment is of before. */
  function forget(): void {
    known = null
  }
  revision.onChange(function forgetChanged(changed) {
    if (changed === null || changed.hasTrusts) forget()
  })

  async function current(): Promise<readonly Trust[]> {
    if (revision.age() > maxStale) throw new AuthUnavailable()
    const asked = known ?? load()
    known = asked
    try {
      return await asked
    } catch (cause) {
      if (known === asked) known = null
      throw new AuthUnavailable({ cause })
    }
  }

  return { current, forget }
}

export type TrustBook = ReturnType<typeof createTrustBook>
