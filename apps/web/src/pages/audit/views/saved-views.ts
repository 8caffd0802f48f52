import { useMemo, useSyncExternalStore } from 'react'
import { useMe } from '../../../api/queries.ts'
import { isRange, type Range } from '../filter/time-range.ts'

/** A filter with a name, which a person saved. The browser stores the views of each person. */
export interface SavedView {
  readonly name: string
  /** The filter as text. */
  readonly q: string
  /** Undefined for the default range. */
  readonly range?: Range | undefined
}

export const maxSavedViews = 20
export const maxNameLength = 40

const storageKeyOf = (user: string) => `audit-views:${user}`

/** Leaves out what is not a view. */
export function parseSavedViews(stored: string | null): readonly SavedView[] {
  try {
    const list: unknown = JSON.parse(stored ?? '[]')
    return Array.isArray(list) ? list.flatMap(readView).slice(0, maxSavedViews) : []
  } catch {
    return []
  }
}

function readView(value: unknown): SavedView[] {
  const { name, q, range } = { ...(value as Record<string, unknown>) }
  if (typeof name !== 'string' || name === '' || typeof q !== 'string') return []
  return [{ name: name.slice(0, maxNameLength), q, ...(isRange(range) && { range }) }]
}

function storedText(user: string): string | null {
  try {
    return localStorage.getItem(storageKeyOf(user))
  } catch {
    return null
  }
}

const listeners = new Set<() => void>()

/** Other tabs also change the views. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  globalThis.addEventListener('storage', listener)
  return () => {
    listeners.delete(listener)
    globalThis.removeEventListener('storage', listener)
  }
}

export interface SavedViews {
  readonly views: readonly SavedView[]
  /** @throws Error if the browser does not store it */
  save(views: readonly SavedView[]): void
}

export function useSavedViews(): SavedViews {
  const { id: user } = useMe()
  const stored = useSyncExternalStore(subscribe, () => storedText(user))
  const views = useMemo(() => parseSavedViews(stored), [stored])
  return {
    views,
    save(changed) {
      try {
        localStorage.setItem(storageKeyOf(user), JSON.stringify(changed))
      } catch {
        throw new Error(
          'This browser does not store data for this page, so it cannot save the view. Allow storage for this address, or bookmark the page.',
        )
      }
      for (const listener of listeners) listener()
    },
  }
}
