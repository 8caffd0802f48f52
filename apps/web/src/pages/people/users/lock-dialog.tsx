import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { post } from '../../../api/client.ts'
import { TextField } from '../../../ui/controls/fields.tsx'
import { CloseButton, Dialog } from '../../../ui/dialogs/dialog.tsx'
import { FormDialog } from '../../../ui/dialogs/form-dialog.tsx'
import { useChange } from '../../../ui/dialogs/use-change.ts'
import { announce } from '../../../ui/status/announce.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { Time } from '../../../ui/time/time.tsx'
import type { RowOf } from '../lists/list-query.ts'

interface LockDialogProps {
  readonly user: RowOf<'/users'>
  readonly onClose: () => void
}

export function LockDialog({ user, onClose }: LockDialogProps) {
  const { id, email } = user
  const [reason, setReason] = useState('')
  const lock = useChange(
    () => post('/users/{id}/lock', { id, body: { reason: reason.trim() } }),
    ({ stoppedTokens }) => {
      announce(`${email} was locked.`)
      if (stoppedTokens.length === 0) onClose()
    },
  )
  if (lock.data) return <StoppedTokens email={email} tokens={lock.data.stoppedTokens} onClose={onClose} />
  return (
    <FormDialog
      title={`Lock ${email}?`}
      submit="Lock"
      kind="danger"
      change={lock}
      onSubmit={() => lock.mutate()}
      onClose={onClose}
    >
      <p>
        Within a second, all sessions and API tokens of the person stop working, their open streams are closed, and they
        cannot log in. Nothing is deleted, and you can unlock them.
      </p>
      <TextField
        label="Reason"
        value={reason}
        onChange={setReason}
        maxLength={500}
        isRequired
        autoFocus
        hint="Administrators see it in the list of users, and the audit log records it. The person does not see it."
      />
    </FormDialog>
  )
}

interface StoppedTokensProps {
  readonly email: string
  readonly tokens: readonly { readonly id: string; readonly name: string; readonly expiresAt: string }[]
  readonly onClose: () => void
}

function StoppedTokens({ email, tokens, onClose }: StoppedTokensProps) {
  return (
    <Dialog title={`${email} was locked`} isOpen onClose={onClose}>
      <p>These API tokens stopped. To make one work again, open it, and give it another owner.</p>
      <ul>
        {tokens.map(({ id, name, expiresAt }) => (
          <li key={id}>
            <Link to="/people/tokens" search={{ open: id }}>
              <VisibleText>{name}</VisibleText>
            </Link>
            , expires <Time at={expiresAt} />
          </li>
        ))}
      </ul>
      <CloseButton onClose={onClose} />
    </Dialog>
  )
}
