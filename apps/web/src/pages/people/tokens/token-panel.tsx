import type { Token } from '@rack-gateway/gateway-api'
import { useQuery } from '@tanstack/react-query'
import { can } from '../../../api/can.ts'
import { get } from '../../../api/client.ts'
import { useMe } from '../../../api/queries.ts'
import { Button } from '../../../ui/button.tsx'
import { Facts } from '../../../ui/facts.tsx'
import { Time } from '../../../ui/time.tsx'
import { VisibleText } from '../../../ui/visible-text.tsx'
import { AuditLink } from '../panel/audit-link.tsx'
import { LoadingPanel, Panel } from '../panel/panel.tsx'
import { SubjectRoles } from '../panel/subject-roles.tsx'
import { usePeopleSearch } from '../use-people-search.ts'
import { canRotate } from './can-rotate.ts'
import { TokenDialogs } from './token-dialogs.tsx'
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
                ['Last used', <LastUse token={token} />],
                token.revokedAt === null ? null : ['Revoked', <Time at={token.revokedAt} />],
                ['Audit', <AuditLink actor={token.id} />],
              ]}
            />
            <SubjectRoles kind="api-token" id={id} name={token.name} grants={token.grants} />
          </Panel>
          <TokenDialogs token={token} />
        </>
      )}
    </LoadingPanel>
  )
}

function LastUse({ token: { lastUsedAt, lastUsedFrom } }: { readonly token: Token }) {
  if (lastUsedAt === null) return 'Never'
  return (
    <>
      <Time at={lastUsedAt} kind="relative" />
      {lastUsedFrom !== null && (
        <>
          {' from '}
          <VisibleText>{lastUsedFrom}</VisibleText>
        </>
      )}
    </>
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
