import type { SecretFinder } from '../secret-finder.ts'
import type { ToThread } from './protocol.ts'

interface SharedFinder {
  readonly number: number
  uses: number
}

/** Sends each secret finder to the recording thread only once. Removes a finder when no recording uses it. */
export class SharedSecrets {
  readonly #post: (message: ToThread) => void
  readonly #sent = new Map<SecretFinder, SharedFinder>()
  #nextNumber = 0

  constructor(post: (message: ToThread) => void) {
    this.#post = post
  }

  /** @returns the number of the finder */
  use(secrets: SecretFinder): number {
    const shared = this.#sent.get(secrets)
    if (shared !== undefined) {
      shared.uses += 1
      return shared.number
    }
    const number = this.#nextNumber++
    this.#sent.set(secrets, { number, uses: 1 })
    const needles = secrets.needles.map(({ bytes, mark }) => ({ text: bytes.toString('latin1'), mark }))
    this.#post({ kind: 'add-finder', finder: number, needles })
    return number
  }

  /** Call it once for each `use`. */
  release(secrets: SecretFinder): void {
    const shared = this.#sent.get(secrets)
    if (shared === undefined) return
    shared.uses -= 1
    if (shared.uses > 0) return
    this.#sent.delete(secrets)
    this.#post({ kind: 'remove-finder', finder: shared.number })
  }
}
