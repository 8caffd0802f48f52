import { useState } from 'react'
import { post } from '../../api/client.ts'
import { makePasskey } from '../../second-factor/passkey.ts'
import { TextField } from '../../ui/controls/fields.tsx'
import { FormDialog } from '../../ui/dialogs/form-dialog.tsx'
import { useChange } from '../../ui/dialogs/use-change.ts'
import { announce } from '../../ui/status/announce.tsx'
import { deviceName } from '../../ui/text/device-name.ts'

export interface AddFactorDialogProps {
  /** Called with the backup codes, which come with the first factor. */
  readonly onCodes: (codes: readonly string[]) => void
  readonly onClose: () => void
}

export function AddPasskeyDialog({ onCodes, onClose }: AddFactorDialogProps) {
  const [name, setName] = useState(() => deviceName(`browser: ${navigator.userAgent}`))
  const add = useChange(
    async () => {
      const { id, passkey } = await post('/second-factors/enrollments', {
        action: 'Add a passkey',
        body: { kind: 'passkey' },
      })
      const response = await makePasskey(passkey ?? {})
      return post('/second-factors', { body: { enrollment: id, name: name.trim(), response } })
    },
    ({ factor, backupCodes }) => {
      announce(`The passkey ${factor.name} was added.`)
      onClose()
      if (backupCodes !== null) onCodes(backupCodes)
    },
  )
  return (
    <FormDialog
      title="Add a passkey"
      submit="Add the passkey"
      change={add}
      onSubmit={() => add.mutate()}
      onClose={onClose}
    >
      <p>
        Your browser asks where to keep the passkey: on this device, on your phone, or on a security key. You confirm
        with a PIN, a fingerprint, or your face.
      </p>
      <TextField
        label="Name"
        value={name}
        onChange={setName}
        maxLength={60}
        isRequired
        autoFocus
        hint="So that you recognize the passkey later. Example: YubiKey"
      />
    </FormDialog>
  )
}
