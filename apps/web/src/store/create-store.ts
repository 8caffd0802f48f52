import { useSyncExternalStore } from 'react'

/** A value outside of components. `use` is a hook that returns the current value. */
export function createStore<T>(initial: T) {
  let current = initial
  const listeners = new Set<() => void>()
  function subscribe(listener: () => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  return {
    get: () => current,
    set(value: T): void {
      current = value
      for (const listener of listeners) listener()
    },
    use: () => useSyncExternalStore(subscribe, () => current),
  }
}
