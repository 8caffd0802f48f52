import type { Token } from '@rack-gateway/gateway-api'
import { useState } from 'react'
import { post } from '../../../api/client.ts'
import { SelectField } from '../../../ui/controls/fields.tsx'
import { FormDialog } from '../../../ui/dialogs/form-dialog.tsx'
import { useChange } from '../../../ui/dialogs/use-change.ts'
import { ExpiryField, policyExpiry, tokenExpiryOf } from '../forms/expiry-field.tsx'
import { FreshLogin } from './fresh-login.tsx'
import { SecretDialog } from './secret-dialog.tsx'

interface RotateTokenDialogProps {
  readonly token: Token
  readonly onClose: () => void
}

export function RotateTokenDialog(props: RotateTokenDialogProps) {
  return (
    <FreshLogin title={`Rotate the API token ${props.token.name}`} onClose={props.onClose}>
      <RotateTokenForm {...props} />
    </FreshLogin>
  )
}

function RotateTokenForm({ token, onClose }: RotateTokenDialogProps) {
  const [overlap, setOverlap] = useState('24')
  const [expiry, setExpiry] = useState(policyExpiry)
  const rotate = useChange(() =>
    post('/tokens/{id}/rotate', {
      id: token.id,
      action: `Rotate the API token ${token.name}`,
      body: { overlapSeconds: Number(overlap) * 3_600, ...tokenExpiryOf(expiry) },
    }),
  )
  if (rotate.data)
    return (
      <SecretDialog
        title={`The new secret of ${token.name}`}
        secret={rotate.data.token}
        onClose={() => {
          rotate.reset()
          onClose()
        }}
      />
    )
  return (
    <FormDialog
      title={`Rotate the API token ${token.name}`}
      submit="Rotate"
      change={rotate}
      onSubmit={() => rotate.mutate()}
      onClose={onClose}
    >
      <p>
        The token gets a new secret. It keeps its ID and roles, and calls in progress continue. If the previous secret
        leaked, revoke the token instead.
      </p>
      <SelectField
        label="The previous secret stays valid"
        value={overlap}
        onChange={setOverlap}
        options={[
          { value: '24', label: 'For 24 hours' },
          { value: '168', label: 'For a week' },
          { value: '1', label: 'For an hour' },
          { value: '0', label: 'Not at all' },
        ]}
      />
      <ExpiryField label="The new secret expires" value={expiry} onChange={setExpiry} isLimited />
    </FormDialog>
  )
}
