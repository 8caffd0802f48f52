import { VisibleText } from '../../../../ui/text/visible-text.tsx'
import type { useItemChanges } from './use-item-changes.ts'

export function ChangesNote({ changes: { data, error } }: { readonly changes: ReturnType<typeof useItemChanges> }) {
  if (error)
    return (
      <p role="status">
        Who made the changes is not known: <VisibleText>{error.message}</VisibleText>
      </p>
    )
  if (data === undefined || data.complete) return null
  return <p>People are named only for the newest 2,000 changes of the app.</p>
}
