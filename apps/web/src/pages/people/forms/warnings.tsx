import { CloseButton, Dialog } from '../../../ui/dialogs/dialog.tsx'
import { Badge } from '../../../ui/status/badge.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'

/** Warnings about a request that the gateway accepted, but that may be a mistake. */
export function WarningList({ warnings = [] }: { readonly warnings?: readonly string[] | undefined }) {
  if (warnings.length === 0) return null
  return (
    <ul>
      {warnings.map((warning) => (
        <li key={warning}>
          <Badge tone="warn">Check this</Badge> <VisibleText>{warning}</VisibleText>
        </li>
      ))}
    </ul>
  )
}

interface WarningsDialogProps {
  readonly title: string
  readonly warnings: readonly string[]
  readonly onClose: () => void
}

export function WarningsDialog({ title, warnings, onClose }: WarningsDialogProps) {
  return (
    <Dialog title={title} isOpen onClose={onClose}>
      <WarningList warnings={warnings} />
      <CloseButton onClose={onClose} />
    </Dialog>
  )
}
