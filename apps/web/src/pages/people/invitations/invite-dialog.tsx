import { X } from 'lucide-react'
import { useRef, useState } from 'react'
import { post } from '../../../api/client.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { SelectField, TextField } from '../../../ui/controls/fields.tsx'
import { FormDialog } from '../../../ui/dialogs/form-dialog.tsx'
import { useChange } from '../../../ui/dialogs/use-change.ts'
import { Frame } from '../../../ui/layout/frame.tsx'
import { Stack } from '../../../ui/layout/stack.tsx'
import { announce } from '../../../ui/status/announce.tsx'
import { BindingFields, type BindingValues, bindingOf, emptyBinding } from '../forms/binding-fields.tsx'
import { WarningsDialog } from '../forms/warnings.tsx'

export function InviteDialog({ onClose }: { readonly onClose: () => void }) {
  const [email, setEmail] = useState('')
  const [bindings, setBindings] = useState<readonly BindingValues[]>([emptyBinding])
  const roles = useRef<HTMLDivElement>(null)
  const [days, setDays] = useState('14')
  const [reason, setReason] = useState('')
  const invite = useChange(
    () =>
      post('/invitations', {
        action: `Invite ${email.trim()}`,
        body: {
          email: email.trim(),
          bindings: bindings.map(bindingOf).map(({ allowUnknownRacks: _, ...binding }) => binding),
          ...(bindings.some(({ allowUnknownRacks }) => allowUnknownRacks) && { allowUnknownRacks: true }),
          lifetimeSeconds: Number(days) * 86_400,
          ...(reason.trim() && { reason: reason.trim() }),
        },
      }),
    (invitation) => {
      announce(
        `${invitation.email} was invited. Send them the address of this gateway yourself: the gateway sends no email.`,
      )
      if (!invitation.warnings) onClose()
    },
  )
  if (invite.data?.warnings)
    return (
      <WarningsDialog title={`${invite.data.email} was invited`} warnings={invite.data.warnings} onClose={onClose} />
    )
  return (
    <FormDialog
      title="Invite a person"
      submit="Invite"
      change={invite}
      onSubmit={() => invite.mutate()}
      onClose={onClose}
    >
      <p>
        The person gets these roles at the first login, if you can still grant these roles then. The gateway sends no
        email: send the person the address of the gateway yourself, <code>{location.origin}</code>.
      </p>
      <TextField
        label="Email address"
        type="email"
        value={email}
        onChange={setEmail}
        maxLength={254}
        isRequired
        autoFocus
      />
      <Stack gap={4} ref={roles} tabIndex={-1} role="group" aria-label="Roles">
        {bindings.map((binding, index) => (
          <Frame as="fieldset" gap={3} key={index}>
            <legend>{bindings.length === 1 ? 'Role' : `Role ${index + 1}`}</legend>
            <BindingFields
              value={binding}
              onChange={(changed) => setBindings(bindings.map((one, at) => (at === index ? changed : one)))}
            />
            {bindings.length > 1 && (
              <div>
                <Button
                  kind="quiet"
                  onPress={() => {
                    // The button that has the focus is removed, too.
                    roles.current?.focus()
                    setBindings(bindings.filter((_, at) => at !== index))
                  }}
                >
                  <X aria-hidden />
                  Remove this role
                </Button>
              </div>
            )}
          </Frame>
        ))}
      </Stack>
      <div>
        <Button onPress={() => setBindings([...bindings, emptyBinding])}>Add a role</Button>
      </div>
      <SelectField
        label="The invitation expires"
        value={days}
        onChange={setDays}
        options={['1', '7', '14', '30', '90'].map((value) => ({
          value,
          label: value === '1' ? 'After 1 day' : `After ${value} days`,
        }))}
      />
      <TextField label="Reason" value={reason} onChange={setReason} maxLength={500} />
    </FormDialog>
  )
}
