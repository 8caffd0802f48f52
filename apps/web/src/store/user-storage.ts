import { useSyncExternalStore } from 'react'

/** A text that this browser stores for each user. A browser that forbids storage has none. */
export interface UserStorage {
  read(user: string): string | null
  /** @returns false if the browser does not store it */
  write(user: string, text: string): boolean
  remove(user: string): void
  /** The text as it is now. Other tabs also change it. */
  useText(user: string): string | null
}

/** @param name what is stored. The user's ID is appended, so that no user sees what another user stored. */
export function createUserStorage(name: string): UserStorage {
  const keyOf = (user: string) => `${name}:${user}`
  const listeners = new Set<() => void>()

  function subscribe(listener: () => void): () => void {
    listeners.add(listener)
    globalThis.addEventListener('storage', listener)
    return () => {
      listeners.delete(listener)
      globalThis.removeEventListener('storage', listener)
    }
  }

  function read(user: string): string | null {
    return attempt(() => localStorage.getItem(keyOf(user))) ?? null
  }

  function change(action: () => void): boolean {
    const isDone = attempt(() => {
      action()
      return true
    })
    for (const listener of listeners) listener()
    return isDone ?? false
  }

  return {
    read,
    write: (user, text) => change(() => localStorage.setItem(keyOf(user), text)),
    remove: (user) => void change(() => localStorage.removeItem(keyOf(user))),
    useText: (user) => useSyncExternalStore(subscribe, () => read(user)),
  }
}

/** A browser that forbids storage, or has no more room, throws. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action()
  } catch {
    return undefined
  }
}
