import type { GrantedAccess } from '@rack-gateway/gateway-api'
import { Link } from '@tanstack/react-router'
import { can } from '../../api/can.ts'
import { useMe } from '../../api/queries.ts'
import { VisibleText } from '../../ui/text/visible-text.tsx'

/** Why the subject has the access: the binding, and the group, API token, or trust that it belongs to, as links. */
export function GrantedAccessThrough({ access }: { readonly access: GrantedAccess }) {
  const { subject, group, binding, grantedBy, reason } = access
  const canOpenBindings = can(useMe(), 'gateway:binding:write')
  const by = grantedBy.email ?? grantedBy.id
  return (
    <>
      <Source access={access} />
      {canOpenBindings ? (
        <Link to="/people/bindings" search={{ of: group ?? subject.id, open: binding }}>
          binding
        </Link>
      ) : (
        'binding'
      )}
      <span className="soft">
        {' by '}
        <VisibleText>{by}</VisibleText>
        {reason !== null && (
          <>
            {': '}
            <VisibleText>{reason}</VisibleText>
          </>
        )}
      </span>
    </>
  )
}

function Source({ access: { subject, group } }: { readonly access: GrantedAccess }) {
  const me = useMe()
  if (group !== null)
    return (
      <>
        {'group '}
        {can(me, 'gateway:binding:write') ? (
          <Link to="/people/groups" search={{ open: group }}>
            <VisibleText>{group}</VisibleText>
          </Link>
        ) : (
          <VisibleText>{group}</VisibleText>
        )}
        {', '}
      </>
    )
  const source = sources[subject.kind]
  if (source === undefined) return null
  return (
    <>
      {`${source.name} `}
      {can(me, source.permission) ? (
        <Link to={source.to} search={{ open: subject.id }}>
          <VisibleText>{subject.name}</VisibleText>
        </Link>
      ) : (
        <VisibleText>{subject.name}</VisibleText>
      )}
      {', '}
    </>
  )
}

const sources: Readonly<
  Record<
    string,
    { name: string; permission: string; to: '/people/tokens' | '/people/trusts' | '/people/service-accounts' }
  >
> = {
  'api-token': { name: 'API token', permission: 'gateway:token:write', to: '/people/tokens' },
  trust: { name: 'CI trust', permission: 'gateway:trust:write', to: '/people/trusts' },
  'service-account': {
    name: 'service account',
    permission: 'gateway:service-account:write',
    to: '/people/service-accounts',
  },
}
