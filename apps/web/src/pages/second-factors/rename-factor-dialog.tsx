import type { SecondFactor } from '@rack-gateway/gateway-api'
import { useState } from 'react'
import { post } from '../../api/client.ts'
import { TextField } from '../../ui/controls/fields.tsx'
import { FormDialog } from '../../ui/dialogs/form-dialog.tsx'
import { useChange } from '../../ui/dialogs/use-change.ts'
import { announce } from '../../ui/status/announce.tsx'

interface RenameFactorDialogProps {
  readonly factor: SecondFactor
  readonly onClose: () => void
}

export function RenameFactorDialog({ factor, onClose }: RenameFactorDialogProps) {
  const [name, setName] = useState(factor.name)
  const rename = useChange(
    () =>
      post('/second-factors/{id}/name', {
        id: factor.id,
        action: `Rename the second factor ${factor.name}`,
        body: { name: name.trim() },
      }),
    (renamed) => {
      announce(`The second factor is now called ${renamed.name}.`)
      onClose()
    },
  )
  return (
    <FormDialog
      title={`Rename ${factor.name}`}
      submit="Rename"
      change={rename}
      onSubmit={() => rename.mutate()}
      onClose={onClose}
    >
      <TextField label="Name" value={name} onChange={setName} maxLength={60} isRequired autoFocus />
    </FormDialog>
  )
}
