import { useEffect } from 'react'
import { isField, isInDialog } from '../../../../ui/keyboard/key-target.ts'
import type { Player } from '../engine/player.ts'

/** Milliseconds of one step. */
const step = 5_000

/** Ignores keys that are typed into a field, and Space while a button or a link has the focus. */
export function usePlayerKeys(player: Player, focusSearch: () => void): void {
  useEffect(() => {
    const actions: Readonly<Record<string, () => void>> = {
      ' ': () => player.toggle(),
      ArrowLeft: () => player.seekBy(-step),
      ArrowRight: () => player.seekBy(step),
      '[': () => player.changeSpeed(-1),
      ']': () => player.changeSpeed(1),
      i: () => player.toggleIdle(),
      '/': focusSearch,
    }
    function onKeyDown(event: KeyboardEvent) {
      const { key, target } = event
      if (event.ctrlKey || event.metaKey || event.altKey || isText(target) || isInDialog(target)) return
      if (key === ' ' && target instanceof HTMLElement && target.closest('button, a, summary') !== null) return
      const action = actions[key]
      if (action === undefined) return
      event.preventDefault()
      action()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [player, focusSearch])
}

/** The timeline is also a field, but the player handles its keys. */
function isText(target: EventTarget | null): boolean {
  return isField(target) && !(target instanceof HTMLInputElement && target.type === 'range')
}
