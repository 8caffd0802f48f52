import type { Binding } from '@rack-gateway/gateway-api'
import { remove } from '../../../api/client.ts'
import { ConfirmDialog } from '../parts/confirm-dialog.tsx'
import { GrantText } from '../parts/grant-list.tsx'
import { useSubjects } from '../parts/subjects.ts'

interface RemoveBindingDialogProps {
  readonly binding: Binding
  readonly onClose: () => void
}

export function RemoveBindingDialog({ binding, onClose }: RemoveBindingDialogProps) {
  const subject = useSubjects().nameOf(binding.subject.id)
  return (
    <ConfirmDialog
      title={`Remove this role from ${subject}?`}
      submit="Remove the binding"
      cancel="Keep it"
      change={() => remove('/bindings/{id}', { id: binding.id })}
      done={`${subject} no longer has the role ${binding.role} by this binding.`}
      onClose={onClose}
    >
      <p>
        <GrantText grant={binding} />
      </p>
      <p>Calls and open streams that need it end within a second. Other bindings stay.</p>
    </ConfirmDialog>
  )
}
