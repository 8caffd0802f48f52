import { useState } from 'react'
import { can } from '../../../api/can.ts'
import { post } from '../../../api/client.ts'
import { useMe } from '../../../api/queries.ts'
import { SelectField, TextField } from '../../../ui/controls/fields.tsx'
import { FormDialog } from '../../../ui/dialogs/form-dialog.tsx'
import { useChange } from '../../../ui/dialogs/use-change.ts'
import { emptyBinding, RoleField } from '../forms/binding-fields.tsx'
import { ExpiryField, policyExpiry, tokenExpiryOf } from '../forms/expiry-field.tsx'
import { ScopeFields, scopeOf } from '../forms/scope-fields.tsx'
import { useSubjects } from '../subjects/subjects.ts'
import { FreshLogin } from './fresh-login.tsx'
import { SecretDialog } from './secret-dialog.tsx'

interface CreateTokenDialogProps {
  /** The ID of the service account that is chosen as the owner at first; undefined: the person. */
  readonly serviceAccount: string | undefined
  readonly onClose: () => void
}

const title = 'Create an API token'

export function CreateTokenDialog(props: CreateTokenDialogProps) {
  return (
    <FreshLogin title={title} onClose={props.onClose}>
      <CreateTokenForm {...props} />
    </FreshLogin>
  )
}

function CreateTokenForm({ serviceAccount = '', onClose }: CreateTokenDialogProps) {
  const me = useMe()
  const { options } = useSubjects()
  const [name, setName] = useState('')
  const [owner, setOwner] = useState(serviceAccount)
  const [binding, setBinding] = useState(emptyBinding)
  const [access, setAccess] = useState('role')
  const [permissions, setPermissions] = useState('')
  const [onlyRack, setOnlyRack] = useState('')
  const [expiry, setExpiry] = useState(policyExpiry)
  const [sources, setSources] = useState('')
  const [reason, setReason] = useState('')
  const create = useChange(() => {
    const { role } = binding
    const networks = wordsOf(sources)
    return post('/tokens', {
      action: `Create the API token ${name.trim()}`,
      body: {
        name: name.trim(),
        ...(access === 'role' ? { role } : { permissions: [...new Set(wordsOf(permissions))] }),
        ...scopeOf(binding),
        ...(owner && { serviceAccount: owner }),
        ...(onlyRack && { rack: onlyRack }),
        ...tokenExpiryOf(expiry),
        ...(networks.length > 0 && { sources: networks }),
        ...(reason.trim() && { reason: reason.trim() }),
      },
    })
  })
  if (create.data) {
    const { name: created, token, warnings } = create.data
    return (
      <SecretDialog
        title={`The API token ${created}`}
        secret={token}
        warnings={warnings}
        onClose={() => {
          create.reset()
          onClose()
        }}
      />
    )
  }
  return (
    <FormDialog
      title={title}
      submit="Create the token"
      change={create}
      onSubmit={() => create.mutate()}
      onClose={onClose}
    >
      <TextField
        label="Name"
        value={name}
        onChange={setName}
        maxLength={100}
        isRequired
        autoFocus
        hint="For example, the name of the script that uses the token"
      />
      {can(me, 'gateway:service-account:write') && (
        <SelectField
          label="Owner"
          value={owner}
          onChange={setOwner}
          options={[
            { value: '', label: `You (${me.name})` },
            ...options['service-account'].map(({ id, label }) => ({ value: id, label: `Service account ${label}` })),
          ]}
          hint="A token can do only what its owner can do. Tokens of a service account do not stop when you leave."
        />
      )}
      <SelectField
        label="Access"
        value={access}
        onChange={setAccess}
        options={[
          { value: 'role', label: 'A role' },
          { value: 'permissions', label: 'Single permissions' },
        ]}
      />
      {access === 'role' ? (
        <RoleField value={binding} onChange={setBinding} />
      ) : (
        <TextField
          label="Permissions"
          value={permissions}
          onChange={setPermissions}
          lines={3}
          mono
          isRequired
          placeholder="app:list log:read"
          hint="Names, separated by spaces. The page Policy lists them. The token can have only permissions that you have."
        />
      )}
      <ScopeFields value={binding} onChange={setBinding} />
      <SelectField
        label="Bind to one rack"
        value={onlyRack}
        onChange={setOnlyRack}
        options={[{ value: '', label: 'No' }, ...me.racks.map((rack) => ({ value: rack, label: rack }))]}
        hint="A bound token works only on this rack, and its RACK_URL needs no rack name."
      />
      <ExpiryField label="Expires" value={expiry} onChange={setExpiry} isLimited />
      <TextField
        label="Allowed from"
        value={sources}
        onChange={setSources}
        mono
        placeholder="192.0.2.0/24"
        hint="Addresses and networks, separated by spaces. Leave empty to allow any address."
      />
      <TextField label="Reason" value={reason} onChange={setReason} maxLength={500} />
    </FormDialog>
  )
}

function wordsOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '')
}
