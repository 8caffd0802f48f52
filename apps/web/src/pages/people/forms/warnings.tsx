import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { Actions, Dialog } from '../../../ui/dialog.tsx'
import { VisibleText } from '../../../ui/visible-text.tsx'

/** What the gateway accepted but may be a mistake. */
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

interface DoneDialogProps {
  readonly title: string
  readonly warnings: readonly string[]
  readonly onClose: () => void
}

/** Something was created, and may be a mistake. */
export function DoneDialog({ title, warnings, onClose }: DoneDialogProps) {
  return (
    <Dialog title={title} isOpen onClose={onClose}>
      <WarningList warnings={warnings} />
      <Actions>
        <Button kind="primary" onPress={onClose}>
          Close
        </Button>
      </Actions>
    </Dialog>
  )
}
