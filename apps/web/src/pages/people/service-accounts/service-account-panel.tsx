import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { get, post } from '../../../api/client.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { ConfirmDialog } from '../../../ui/dialogs/confirm-dialog.tsx'
import { Facts } from '../../../ui/lists/facts.tsx'
import { Badge } from '../../../ui/status/badge.tsx'
import { Time } from '../../../ui/time/time.tsx'
import { usePeopleSearch } from '../address/use-people-search.ts'
import { LoadingPanel, Panel } from '../panel/panel.tsx'
import { SubjectRoles } from '../panel/subject-roles.tsx'
import { OwnedTokens } from '../tokens/owned-tokens.tsx'

export function ServiceAccountPanel({ id }: { readonly id: string }) {
  const { search, openDialog, closeDialog } = usePeopleSearch()
  const navigate = useNavigate()
  const query = useQuery({
    queryKey: ['/service-accounts', id],
    queryFn: ({ signal }) => get('/service-accounts/{id}', { id }, signal),
  })
  return (
    <LoadingPanel query={query}>
      {({ name, createdAt, disabledAt }) => (
        <Panel
          title={name}
          actions={
            <>
              <Button onPress={() => void navigate({ to: '/people/tokens', search: { dialog: 'create', item: id } })}>
                Create an API token for it
              </Button>
              {disabledAt === null ? (
                <Button kind="danger" onPress={() => openDialog('disable')}>
                  Disable
                </Button>
              ) : (
                <Button onPress={() => openDialog('enable')}>Enable</Button>
              )}
            </>
          }
        >
          <Facts
            facts={[
              [
                'State',
                disabledAt === null ? (
                  <Badge tone="allow">Enabled</Badge>
                ) : (
                  <>
                    <Badge tone="deny">Disabled</Badge> <Time at={disabledAt} kind="relative" />
                  </>
                ),
              ],
              ['Created', <Time at={createdAt} />],
            ]}
          />
          <SubjectRoles kind="service-account" id={id} name={name} />
          <OwnedTokens owner={id} isStopped={disabledAt !== null} />
          {search.dialog === 'disable' && (
            <ConfirmDialog
              title={`Disable the service account ${name}?`}
              submit="Disable"
              cancel="Keep it"
              change={() => post('/service-accounts/{id}/disable', { id })}
              done={`The service account ${name} was disabled.`}
              onClose={closeDialog}
            >
              <p>
                Within a second, its API tokens stop working, and their open streams are closed. You can enable it
                again.
              </p>
            </ConfirmDialog>
          )}
          {search.dialog === 'enable' && (
            <ConfirmDialog
              title={`Enable the service account ${name}?`}
              submit="Enable"
              kind="primary"
              change={() => post('/service-accounts/{id}/enable', { id, action: `Enable the service account ${name}` })}
              done={`The service account ${name} was enabled.`}
              onClose={closeDialog}
            >
              <p>Its API tokens that have not expired work again.</p>
            </ConfirmDialog>
          )}
        </Panel>
      )}
    </LoadingPanel>
  )
}
