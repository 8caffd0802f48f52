import type { Token } from '@rack-gateway/gateway-api'
import { useState } from 'react'
import { post } from '../../../api/client.ts'
import { CloseButton, Dialog } from '../../../ui/dialogs/dialog.tsx'
import { FormDialog } from '../../../ui/dialogs/form-dialog.tsx'
import { useChange } from '../../../ui/dialogs/use-change.ts'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { type Subject, SubjectPicker } from '../bindings/subject-picker.tsx'

interface OwnerDialogProps {
  readonly token: Token
  readonly onClose: () => void
}

export function OwnerDialog({ token, onClose }: OwnerDialogProps) {
  const [owner, setOwner] = useState<Subject>({ kind: 'service-account', id: null, name: '' })
  const handOver = useChange((id: string) => {
    const kind = owner.kind === 'user' ? 'user' : 'service-account'
    return post('/tokens/{id}/owner', {
      id: token.id,
      action: `Give the API token ${token.name} to ${owner.name}`,
      body: { owner: { kind, id } },
    })
  })
  if (handOver.data)
    return (
      <Dialog title={`${token.name} has a new owner`} isOpen onClose={onClose}>
        <VisibleText as="p">{handOver.data.note}</VisibleText>
        <CloseButton onClose={onClose} />
      </Dialog>
    )
  return (
    <FormDialog
      title={`Change the owner of ${token.name}`}
      submit="Change the owner"
      change={handOver}
      onSubmit={() => owner.id !== null && handOver.mutate(owner.id)}
      onClose={onClose}
    >
      <p>
        The token can then do only what its new owner can do. The secret stays the same, and{' '}
        <VisibleText>{token.owner.name}</VisibleText> may know the secret. Rotate the token afterwards.
      </p>
      <SubjectPicker subject={owner} kinds={['service-account', 'user']} onChange={setOwner} />
    </FormDialog>
  )
}
