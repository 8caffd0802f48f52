import type { SecretFinder } from '../secret-finder.ts'
import type { ToThread } from './protocol.ts'

interface SharedFinder {
  readonly number: number
  /** Number of recordings that use it. */
  uses: number
}

/** Sends each secret finder to the recording thread once, for as long as a recording uses it. */
export class SharedSecrets {
  readonly #post: (message: ToThread) => void
  readonly #known = new Map<SecretFinder, SharedFinder>()
  #next = 0

  constructor(post: (message: ToThread) => void) {
    this.#post = post
  }

  /** Sends the finder unless the thread has it. @returns its number */
  use(secrets: SecretFinder): number {
    const known = this.#known.get(secrets)
    if (known !== undefined) {
      known.uses += 1
      return known.number
    }
    const number = this.#next++
    this.#known.set(secrets, { number, uses: 1 })
    const needles = secrets.needles.map(({ bytes, mark }) => ({ text: bytes.toString('latin1'), mark }))
    this.#post({ kind: 'know', secrets: number, needles })
    return number
  }

  /** Called when a recording no longer needs the finder. */
  release(secrets: SecretFinder): void {
    const known = this.#known.get(secrets)
    if (known === undefined) return
    known.uses -= 1
    if (known.uses > 0) return
    this.#known.delete(secrets)
    this.#post({ kind: 'forget', secrets: known.number })
  }
}
