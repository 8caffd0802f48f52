import type { Binding, BindingSummary } from '@rack-gateway/gateway-api'
import { useQueries } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { can } from '../../../api/can.ts'
import { get } from '../../../api/client.ts'
import { useMe } from '../../../api/queries.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { Problem } from '../../../ui/problems/problem.tsx'
import { Spinner } from '../../../ui/status/spinner.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { usePeopleSearch } from '../address/use-people-search.ts'
import { BindingDialog } from '../bindings/binding-dialog.tsx'
import { RemoveBindingDialog } from '../bindings/remove-binding-dialog.tsx'
import { BindingList } from '../roles/binding-list.tsx'
import type { SubjectKind } from '../subjects/subjects.ts'
import { PanelPart } from './panel.tsx'

interface SubjectRolesProps {
  readonly kind: SubjectKind
  readonly id: string
  readonly name: string
  /** For a user: the groups whose bindings the user also has. */
  readonly groups?: readonly string[]
  /** The roles to show to a person who cannot list bindings. Undefined: shows no roles to this person. */
  readonly bindings?: readonly BindingSummary[]
}

export function SubjectRoles({ kind, id, name, groups = [], bindings: shown }: SubjectRolesProps) {
  const me = useMe()
  const { search, openDialog, closeDialog } = usePeopleSearch()
  const isAllowed = can(me, 'gateway:binding:write')
  const results = useQueries({
    queries: [id, ...groups].map((subject) => ({
      queryKey: ['/bindings', 'of', subject],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        get('/bindings', { query: { subject, limit: 200 } }, signal).then(({ items }) => items),
      enabled: isAllowed,
    })),
  })
  if (!isAllowed)
    return (
      shown && (
        <PanelPart title="Roles">
          <BindingList bindings={shown} keyOf={(binding) => binding.id} empty="No roles." />
        </PanelPart>
      )
    )
  const error = results.find((result) => result.error)?.error
  const bindings = results.flatMap(({ data }) => data ?? [])
  const bindingToRemove = bindings.find((binding) => binding.id === search.item)
  return (
    <PanelPart
      title="Roles"
      action={
        <Button kind="quiet" onPress={() => openDialog('grant')}>
          Grant a role
        </Button>
      }
    >
      {error && <Problem error={error} />}
      {results.some(({ isPending }) => isPending) ? (
        <Spinner label="Loading the roles" />
      ) : (
        <BindingList
          bindings={bindings}
          keyOf={(binding) => binding.id}
          empty="No roles."
          actionOf={(binding) =>
            binding.subject.id === id ? (
              <Button
                kind="quiet"
                aria-label={`Remove the role ${binding.role}`}
                onPress={() => openDialog('remove-binding', binding.id)}
              >
                Remove
              </Button>
            ) : (
              <ThroughGroup binding={binding} />
            )
          }
        />
      )}
      {search.dialog === 'grant' && <BindingDialog subject={{ kind, id, name }} onClose={closeDialog} />}
      {search.dialog === 'remove-binding' && bindingToRemove && (
        <RemoveBindingDialog binding={bindingToRemove} subject={name} onClose={closeDialog} />
      )}
    </PanelPart>
  )
}

function ThroughGroup({ binding }: { readonly binding: Binding }) {
  return (
    <span className="soft">
      through{' '}
      <Link to="/people/groups" search={{ open: binding.subject.id }}>
        <VisibleText>{binding.subject.id}</VisibleText>
      </Link>
    </span>
  )
}
