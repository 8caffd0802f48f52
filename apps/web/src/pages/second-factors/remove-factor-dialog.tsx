import type { SecondFactor } from '@rack-gateway/gateway-api'
import { remove } from '../../api/client.ts'
import { ConfirmDialog } from '../../ui/dialogs/confirm-dialog.tsx'

interface RemoveFactorDialogProps {
  readonly factor: SecondFactor
  /** Whether the person has no other factor. */
  readonly isLast: boolean
  readonly onClose: () => void
}

export function RemoveFactorDialog({ factor, isLast, onClose }: RemoveFactorDialogProps) {
  const { id, kind, name } = factor
  return (
    <ConfirmDialog
      title={`Remove ${name}?`}
      submit={kind === 'passkey' ? 'Remove the passkey' : 'Remove the authenticator app'}
      cancel="Keep it"
      change={() => remove('/second-factors/{id}', { id, action: `Remove the second factor ${name}` })}
      done={`${name} was removed.`}
      onClose={onClose}
    >
      <p>
        You can no longer use it here. {kind === 'passkey' && 'Your device may keep the passkey: remove it there, too.'}
      </p>
      {isLast && (
        <p>
          This is your last second factor, so your backup codes are removed, too, and your other sessions end. Actions
          that need a second factor are denied.
        </p>
      )}
    </ConfirmDialog>
  )
}
