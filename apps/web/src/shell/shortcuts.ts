import { useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useMe } from '../api/queries.ts'
import { isField, isInDialog } from '../ui/keyboard/key-target.ts'
import { pagesFor } from './pages.ts'

interface ShortcutActions {
  readonly openPalette: () => void
  readonly openShortcuts: () => void
}

/** The longest time between the two keys of a shortcut such as `g a`, in milliseconds. */
const maxPause = 1_500

export function useShortcuts({ openPalette, openShortcuts }: ShortcutActions): void {
  const navigate = useNavigate()
  const me = useMe()
  useEffect(() => {
    let prefixAt = Number.NEGATIVE_INFINITY
    function onKeyDown(event: KeyboardEvent) {
      const { key, target } = event
      if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && key.toLowerCase() === 'k') {
        event.preventDefault()
        return openPalette()
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isField(target) || isInDialog(target)) return
      if (key === '?') return openShortcuts()
      const to = pagesFor(me).find((page) => page.key === key)?.to
      if (to !== undefined && event.timeStamp - prefixAt < maxPause) {
        event.preventDefault()
        void navigate({ to })
      }
      prefixAt = key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [me, navigate, openPalette, openShortcuts])
}
