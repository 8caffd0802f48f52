import { useState } from 'react'
import { post } from '../../../api/client.ts'
import { announce } from '../../../ui/announce.tsx'
import { TextField } from '../../../ui/fields.tsx'
import { FormDialog } from '../../../ui/form-dialog.tsx'
import { useChange } from '../../../ui/use-change.ts'
import { usePeopleSearch } from '../use-people-search.ts'

export function CreateServiceAccountDialog({ onClose }: { readonly onClose: () => void }) {
  const { change } = usePeopleSearch()
  const [name, setName] = useState('')
  const create = useChange(
    () =>
      post('/service-accounts', { action: `Create the service account ${name.trim()}`, body: { name: name.trim() } }),
    (account) => {
      announce(`The service account ${account.name} was created. Grant it a role.`)
      change({ open: account.id, dialog: undefined })
    },
  )
  return (
    <FormDialog
      title="Create a service account"
      submit="Create"
      change={create}
      onSubmit={() => create.mutate()}
      onClose={onClose}
    >
      <p>It has no permissions until you grant it a role. It cannot log in: programs use its API tokens.</p>
      <TextField label="Name" value={name} onChange={setName} maxLength={100} isRequired autoFocus />
    </FormDialog>
  )
}
