import type { Me, Token } from '@rack-gateway/gateway-api'
import { useQuery } from '@tanstack/react-query'
import { can } from '../../../api/can.ts'
import { get, remove } from '../../../api/client.ts'
import { useMe } from '../../../api/queries.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { ConfirmDialog } from '../../../ui/dialogs/confirm-dialog.tsx'
import { Facts } from '../../../ui/lists/facts.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { LastUse } from '../../../ui/time/last-use.tsx'
import { Time } from '../../../ui/time/time.tsx'
import { usePeopleSearch } from '../address/use-people-search.ts'
import { AuditLink } from '../panel/audit-link.tsx'
import { LoadingPanel, Panel } from '../panel/panel.tsx'
import { SubjectRoles } from '../panel/subject-roles.tsx'
import { OwnerDialog } from './owner-dialog.tsx'
import { RotateTokenDialog } from './rotate-token-dialog.tsx'
import { TokenState, tokenState } from './token-state.tsx'

export function TokenPanel({ id }: { readonly id: string }) {
  const query = useQuery({
    queryKey: ['/tokens', id],
    queryFn: ({ signal }) => get('/tokens/{id}', { id }, signal),
  })
  return (
    <LoadingPanel query={query}>
      {(token) => (
        <>
          <Panel title={token.name} actions={<TokenActions token={token} />}>
            <Facts
              facts={[
                ['State', <TokenState token={token} />],
                [
                  'Owner',
                  <>
                    <VisibleText>{token.owner.name}</VisibleText>
                    {token.owner.kind === 'service-account' && ', a service account'}
                  </>,
                ],
                token.prefix === null ? null : ['Begins with', <code>{token.prefix}</code>],
                ['Bound to rack', token.rack ?? 'No'],
                ['Allowed from', token.sources.join(', ') || 'Any address'],
                ['Created', <Time at={token.createdAt} />],
                ['Expires', <Time at={token.expiresAt} />],
                ['Last used', <LastUse use={token} />],
                token.revokedAt === null ? null : ['Revoked', <Time at={token.revokedAt} />],
                ['Audit', <AuditLink actor={token.id} />],
              ]}
            />
            <SubjectRoles kind="api-token" id={id} name={token.name} bindings={token.bindings} />
          </Panel>
          <TokenDialogs token={token} />
        </>
      )}
    </LoadingPanel>
  )
}

function TokenActions({ token }: { readonly token: Token }) {
  const me = useMe()
  const { openDialog } = usePeopleSearch()
  if (tokenState(token) !== 'active') return null
  return (
    <>
      {canRotate(me, token) && <Button onPress={() => openDialog('rotate')}>Rotate</Button>}
      {can(me, 'gateway:token:write') && <Button onPress={() => openDialog('owner')}>Change the owner</Button>}
      <Button kind="danger" onPress={() => openDialog('revoke')}>
        Revoke
      </Button>
    </>
  )
}

function TokenDialogs({ token }: { readonly token: Token }) {
  const { search, closeDialog } = usePeopleSearch()
  const me = useMe()
  switch (search.dialog) {
    case 'rotate':
      return canRotate(me, token) && <RotateTokenDialog token={token} onClose={closeDialog} />
    case 'owner':
      return can(me, 'gateway:token:write') && <OwnerDialog token={token} onClose={closeDialog} />
    case 'revoke':
      return (
        <ConfirmDialog
          title={`Revoke the API token ${token.name}?`}
          submit="Revoke the API token"
          cancel="Keep it"
          change={() => remove('/tokens/{id}', { id: token.id })}
          done={`The API token ${token.name} was revoked.`}
          onClose={closeDialog}
        >
          <p>
            Within a second, the token stops working, and streams opened with it are closed. Its owner is{' '}
            <VisibleText>{token.owner.name}</VisibleText>. This cannot be undone.
          </p>
        </ConfirmDialog>
      )
    default:
      return null
  }
}

function canRotate(me: Me, { owner }: Token): boolean {
  return owner.kind === 'service-account' ? can(me, 'gateway:service-account:write') : owner.id === me.id
}
