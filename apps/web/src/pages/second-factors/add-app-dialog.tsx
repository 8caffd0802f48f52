import type { ResponseOf } from '@rack-gateway/gateway-api'
import { useState } from 'react'
import { post } from '../../api/client.ts'
import { TextField } from '../../ui/controls/fields.tsx'
import { SecretLine } from '../../ui/controls/secret-line.tsx'
import { FormDialog } from '../../ui/dialogs/form-dialog.tsx'
import { useChange } from '../../ui/dialogs/use-change.ts'
import { Stack } from '../../ui/layout/stack.tsx'
import { announce } from '../../ui/status/announce.tsx'
import type { AddFactorDialogProps } from './add-passkey-dialog.tsx'
import { QrCode } from './qr-code.tsx'

type Totp = NonNullable<ResponseOf<'beginEnrollment'>['totp']>

export function AddAppDialog({ onCodes, onClose }: AddFactorDialogProps) {
  const [name, setName] = useState('Authenticator app')
  const [code, setCode] = useState('')
  const begin = useChange(() =>
    post('/second-factors/enrollments', { action: 'Add an authenticator app', body: { kind: 'totp' } }),
  )
  const add = useChange(
    (enrollment: string) =>
      post('/second-factors', { body: { enrollment, name: name.trim(), code: code.replaceAll(' ', '') } }),
    ({ factor, backupCodes }) => {
      announce(`The authenticator app ${factor.name} was added.`)
      onClose()
      if (backupCodes !== null) onCodes(backupCodes)
    },
  )
  const { data } = begin
  if (data?.totp == null)
    return (
      <FormDialog
        title="Add an authenticator app"
        submit="Continue"
        change={begin}
        onSubmit={() => begin.mutate()}
        onClose={onClose}
      >
        <p>An authenticator app, such as a password manager, shows a new code of six digits every 30 seconds.</p>
        <TextField
          label="Name"
          value={name}
          onChange={setName}
          maxLength={60}
          isRequired
          autoFocus
          hint="So that you recognize the app later"
        />
      </FormDialog>
    )
  return (
    <FormDialog
      title="Add an authenticator app"
      submit="Add the app"
      change={add}
      onSubmit={() => add.mutate(data.id)}
      onClose={onClose}
    >
      <Secret totp={data.totp} />
      <TextField
        key="code"
        label="Code that the app shows"
        value={code}
        onChange={setCode}
        inputMode="numeric"
        autoComplete="one-time-code"
        validate={(value) => (/^[0-9]{3} ?[0-9]{3}$/.test(value) ? null : 'The code has six digits.')}
        maxLength={7}
        mono
        isRequired
        autoFocus
      />
    </FormDialog>
  )
}

function Secret({ totp: { secret, uri } }: { readonly totp: Totp }) {
  return (
    <Stack gap={2}>
      <p>Scan the QR code with the app, or type the secret into it. Both are shown only now.</p>
      <QrCode text={uri} label="QR code for the authenticator app" />
      <SecretLine secret={secret} what="The secret">
        {secret.match(/.{1,4}/g)?.join(' ')}
      </SecretLine>
    </Stack>
  )
}
