import { Button } from '../../../ui/controls/button.tsx'
import { timeValue } from '../../../ui/lists/sort-rows.ts'
import { scopeText } from '../../../ui/text/scope-text.ts'
import { Time } from '../../../ui/time/time.tsx'
import { usePeopleSearch } from '../address/use-people-search.ts'
import { ListView } from '../lists/list-view.tsx'
import { useList } from '../lists/use-list.ts'
import { ClaimTester } from './claim-tester.tsx'
import { TrustDialog } from './trust-dialog.tsx'
import { TrustPanel } from './trust-panel.tsx'
import { TrustState } from './trust-state.tsx'

export default function TrustsTab() {
  const { search, openDialog, closeDialog } = usePeopleSearch()
  const list = useList('/trusts', {}, (trust) => [
    trust.name,
    trust.issuer,
    trust.role,
    trust.createdBy,
    ...trust.conditions.map((condition) => JSON.stringify(condition)),
  ])
  return (
    <>
      <ListView
        label="CI trusts"
        list={list}
        keyOf={({ id }) => id}
        empty="No trusts yet. Create one for each repository that deploys, so that its pipeline needs no stored token."
        actions={
          <>
            <Button onPress={() => openDialog('test')}>Test claims</Button>
            <Button kind="primary" onPress={() => openDialog('create')}>
              Create a trust
            </Button>
          </>
        }
        columns={[
          { title: 'Name', cell: ({ name }) => name, sortBy: ({ name }) => name },
          { title: 'State', cell: ({ revokedAt }) => <TrustState revokedAt={revokedAt} /> },
          { title: 'Issuer', cell: ({ issuer }) => issuer, secondary: true },
          {
            title: 'Role',
            cell: ({ role, racks, apps }) =>
              role === null ? 'None' : `${role} on ${scopeText({ racks: racks ?? '*', apps: apps ?? '*' })}`,
          },
          {
            title: 'Created',
            cell: ({ createdAt }) => <Time at={createdAt} kind="relative" />,
            sortBy: ({ createdAt }) => timeValue(createdAt),
            secondary: true,
          },
        ]}
        panel={(id) => <TrustPanel key={id} id={id} />}
      />
      {list.rows !== null && search.dialog === 'test' && <ClaimTester onClose={closeDialog} />}
      {list.rows !== null && search.dialog === 'create' && <TrustDialog onClose={closeDialog} />}
    </>
  )
}
