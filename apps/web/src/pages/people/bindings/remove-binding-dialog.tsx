import type { Binding } from '@rack-gateway/gateway-api'
import { remove } from '../../../api/client.ts'
import { ConfirmDialog } from '../../../ui/dialogs/confirm-dialog.tsx'
import { BindingText } from '../roles/binding-list.tsx'

interface RemoveBindingDialogProps {
  readonly binding: Binding
  /** The name of the subject. */
  readonly subject: string
  readonly onClose: () => void
}

export function RemoveBindingDialog({ binding, subject, onClose }: RemoveBindingDialogProps) {
  return (
    <ConfirmDialog
      title={`Remove this role from ${subject}?`}
      submit="Remove the binding"
      cancel="Keep it"
      change={() =>
        remove('/bindings/{id}', { id: binding.id, action: `Remove the role ${binding.role} from ${subject}` })
      }
      done={`${subject} no longer has the role ${binding.role} by this binding.`}
      onClose={onClose}
    >
      <p>
        <BindingText binding={binding} />
      </p>
      <p>
        Within a second, calls that need this binding are denied, and open streams that need this binding are closed.
        Other bindings are not affected.
      </p>
    </ConfirmDialog>
  )
}
