import { type KeyboardEvent, useEffect, useRef } from 'react'

export interface EventKeyActions {
  readonly move: (by: number) => void
  readonly openActive: () => void
  readonly close: () => void
  readonly focusFilter: () => void
}

export function useEventKeys(keys: EventKeyActions): void {
  const latestKeys = useRef(keys)
  latestKeys.current = keys
  useEffect(() => {
    function onKeyDown(event: globalThis.KeyboardEvent) {
      const { key, target, ctrlKey, metaKey, altKey } = event
      if (ctrlKey || metaKey || altKey || event.defaultPrevented || isInFieldOrDialog(target)) return
      if (key === 'j' || key === 'k') latestKeys.current.move(key === 'j' ? 1 : -1)
      else if (key === '/') latestKeys.current.focusFilter()
      else if (key === 'Escape') latestKeys.current.close()
      else return
      event.preventDefault()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [])
}

function isInFieldOrDialog(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [role=dialog], [role=menu]') !== null
}

/** Handles keys in addition to `useEventKeys`. The left and right arrows move between a row and its values. */
export function onGridKeyDown(
  event: KeyboardEvent,
  { move, openActive }: Pick<EventKeyActions, 'move' | 'openActive'>,
): void {
  const { key, target } = event
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: 20,
    PageUp: -20,
    Home: Number.NEGATIVE_INFINITY,
    End: Number.POSITIVE_INFINITY,
  }
  const step = Object.hasOwn(steps, key) ? steps[key] : undefined
  const isOnRow = target instanceof HTMLElement && target.role === 'row'
  if (step !== undefined) move(step)
  else if (key === 'Enter' && isOnRow) openActive()
  else if (key === 'ArrowRight' || key === 'ArrowLeft') focusSibling(target, key === 'ArrowRight' ? 1 : -1)
  else return
  event.preventDefault()
}

function focusSibling(target: EventTarget, by: 1 | -1): void {
  const row = target instanceof HTMLElement ? target.closest<HTMLElement>('[role=row]') : null
  if (row === null) return
  const stops: EventTarget[] = [row, ...row.querySelectorAll('button')]
  const stop = stops[stops.indexOf(target) + by]
  if (stop instanceof HTMLElement) stop.focus()
}
