import { useState } from 'react'
import { post } from '../../../api/client.ts'
import { TextField } from '../../../ui/controls/fields.tsx'
import { FormDialog } from '../../../ui/dialogs/form-dialog.tsx'
import { useChange } from '../../../ui/dialogs/use-change.ts'
import { announce } from '../../../ui/status/announce.tsx'
import type { RowOf } from '../lists/list-query.ts'

interface ResetFactorsDialogProps {
  readonly user: RowOf<'/users'>
  readonly onClose: () => void
}

export function ResetFactorsDialog({ user: { id, email }, onClose }: ResetFactorsDialogProps) {
  const [reason, setReason] = useState('')
  const reset = useChange(
    () =>
      post('/users/{id}/second-factors/reset', {
        id,
        action: `Reset the second factors of ${email}`,
        body: { reason: reason.trim() },
      }),
    () => {
      announce(`The second factors of ${email} were removed.`)
      onClose()
    },
  )
  return (
    <FormDialog
      title={`Reset the second factors of ${email}?`}
      submit="Reset second factors"
      kind="danger"
      cancel="Keep them"
      change={reset}
      onSubmit={() => reset.mutate()}
      onClose={onClose}
    >
      <p>
        All passkeys, authenticator apps, and backup codes of the person are removed, and all sessions of the person
        end. The person can then add new ones after a login. Make sure that the person really asked you, for example by
        a call.
      </p>
      <TextField
        label="Reason"
        value={reason}
        onChange={setReason}
        maxLength={200}
        isRequired
        autoFocus
        hint="The audit log records it."
      />
    </FormDialog>
  )
}
