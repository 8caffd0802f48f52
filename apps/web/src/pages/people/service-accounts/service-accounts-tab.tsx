import { useState } from 'react'
import { post } from '../../../api/client.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { TextField } from '../../../ui/controls/fields.tsx'
import { FormDialog } from '../../../ui/dialogs/form-dialog.tsx'
import { useChange } from '../../../ui/dialogs/use-change.ts'
import { timeValue } from '../../../ui/lists/sort-rows.ts'
import { announce } from '../../../ui/status/announce.tsx'
import { Badge } from '../../../ui/status/badge.tsx'
import { Time } from '../../../ui/time/time.tsx'
import { usePeopleSearch } from '../address/use-people-search.ts'
import { ListView } from '../lists/list-view.tsx'
import { useList } from '../lists/use-list.ts'
import { ServiceAccountPanel } from './service-account-panel.tsx'

/** A service account owns API tokens that do not depend on a person. */
export default function ServiceAccountsTab() {
  const { search, openDialog, closeDialog } = usePeopleSearch()
  const list = useList('/service-accounts', {}, ({ name }) => [name])
  return (
    <>
      <ListView
        label="Service accounts"
        list={list}
        keyOf={({ id }) => id}
        empty="No service accounts yet. Create one for each pipeline that must keep working after a person leaves."
        actions={
          <Button kind="primary" onPress={() => openDialog('create')}>
            Create a service account
          </Button>
        }
        columns={[
          { title: 'Name', cell: ({ name }) => name, sortBy: ({ name }) => name },
          {
            title: 'State',
            cell: ({ disabledAt }) =>
              disabledAt === null ? <Badge tone="allow">Enabled</Badge> : <Badge tone="deny">Disabled</Badge>,
          },
          {
            title: 'Created',
            cell: ({ createdAt }) => <Time at={createdAt} kind="relative" />,
            sortBy: ({ createdAt }) => timeValue(createdAt),
            secondary: true,
          },
        ]}
        panel={(id) => <ServiceAccountPanel key={id} id={id} />}
      />
      {list.rows !== null && search.dialog === 'create' && <CreateServiceAccountDialog onClose={closeDialog} />}
    </>
  )
}

function CreateServiceAccountDialog({ onClose }: { readonly onClose: () => void }) {
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
