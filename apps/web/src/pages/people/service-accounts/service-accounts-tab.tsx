import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { Time } from '../../../ui/time.tsx'
import { ListView } from '../lists/list-view.tsx'
import { useList } from '../lists/use-list.ts'
import { usePeopleSearch } from '../use-people-search.ts'
import { CreateServiceAccountDialog } from './create-dialog.tsx'
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
          { title: 'Name', cell: ({ name }) => name },
          {
            title: 'State',
            cell: ({ disabledAt }) =>
              disabledAt === null ? <Badge tone="allow">Enabled</Badge> : <Badge tone="deny">Disabled</Badge>,
          },
          { title: 'Created', cell: ({ createdAt }) => <Time at={createdAt} kind="relative" />, secondary: true },
        ]}
        panel={(id) => <ServiceAccountPanel key={id} id={id} />}
      />
      {list.rows !== null && search.dialog === 'create' && <CreateServiceAccountDialog onClose={closeDialog} />}
    </>
  )
}
