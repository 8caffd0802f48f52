import type { SecretFinder } from '../secret-finder.ts'
import type { ToThread } from './protocol.ts'

interface Known {
  readonly number: number
  /** Recordings that look for it. */
  uses: number
}

/** What the thread knows to look for, as long as one of its recordings does. */
export class KnownSecrets {
  readonly #post: (message: ToThread) => void
  readonly #known = new Map<SecretFinder, Known>()
  #next = 0

  constructor(post: (message: ToThread) => void) {
    this.#post = post
  }

  /** Tells the thread, if it doesn't know yet. @returns the number to name it by */
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

  /** One recording doesn't need it any more. */
  release(secrets: SecretFinder): void {
    const known = this.#known.get(secrets)
    if (known === undefined) return
    known.uses -= 1
    if (known.uses > 0) return
    this.#known.delete(secrets)
    this.#post({ kind: 'forget', secrets: known.number })
  }
}
