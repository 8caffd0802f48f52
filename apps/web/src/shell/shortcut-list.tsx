import { useMe } from '../api/queries.ts'
import { Dialog } from '../ui/dialogs/dialog.tsx'
import { Facts } from '../ui/lists/facts.tsx'
import { pagesFor } from './pages.ts'

const otherShortcuts = [
  ['Ctrl K or ⌘ K', 'Find a page, an action, an app, a rack, a user, an API token, or an ID'],
  ['?', 'Show this list'],
  ['r', 'Refresh, on a page with the button Refresh'],
  ['/', 'Go to the filter of the page'],
  ['j and k, or arrows', 'Move through rows'],
  ['Home, End, Page Up, Page Down', 'Move farther through the events of the audit log'],
  ['← and →', 'Move through the values of an event'],
  ['Enter', 'Open the row'],
  ['Space, ← and →, [ and ], i', 'Play a recording, go 5 s, change its speed, skip its pauses'],
  ['Ctrl Enter or ⌘ Enter', 'Check the proposed document'],
  ['Escape', 'Close the open dialog or the open row'],
] as const

/** Each action must also be available without its shortcut. */
export default function ShortcutList({ onClose }: { readonly onClose: () => void }) {
  const shortcuts = [
    ...pagesFor(useMe()).map(({ key, label }) => [`g ${key}`, `Open ${label}`] as const),
    ...otherShortcuts,
  ]
  return (
    <Dialog title="Keyboard shortcuts" isOpen onClose={onClose}>
      <Facts isWide facts={shortcuts} />
    </Dialog>
  )
}
