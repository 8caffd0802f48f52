import { Button } from '../../../ui/controls/button.tsx'
import { timeValue } from '../../../ui/lists/sort-rows.ts'
import { Tag } from '../../../ui/status/badge.tsx'
import { scopeText } from '../../../ui/text/scope-text.ts'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { Time } from '../../../ui/time/time.tsx'
import { usePeopleSearch } from '../address/use-people-search.ts'
import { ListView } from '../lists/list-view.tsx'
import { useList } from '../lists/use-list.ts'
import { subjectKindNames, useSubjects } from '../subjects/subjects.ts'
import { BindingDialog } from './binding-dialog.tsx'
import { RemoveBindingDialog } from './remove-binding-dialog.tsx'

export default function BindingsTab() {
  const { search, openDialog, closeDialog } = usePeopleSearch()
  const { nameOf } = useSubjects()
  const list = useList('/bindings', { subject: search.of }, (binding) => [
    nameOf(binding.subject.id),
    subjectKindNames[binding.subject.kind],
    binding.role,
    binding.racks,
    binding.apps,
    binding.reason,
    ...(binding.permissions ?? []),
  ])
  const bindingToRemove = list.rows?.find(({ id }) => id === search.item)
  return (
    <>
      <ListView
        label="Bindings"
        list={list}
        keyOf={({ id }) => id}
        limitedTo={search.of && nameOf(search.of)}
        empty="No bindings yet. Without one, nobody has a role."
        actions={
          <Button kind="primary" onPress={() => openDialog('create')}>
            Grant a role
          </Button>
        }
        columns={[
          {
            title: 'Subject',
            cell: ({ subject }) => (
              <>
                <VisibleText>{nameOf(subject.id)}</VisibleText>{' '}
                <Tag tone="neutral">{subjectKindNames[subject.kind] ?? subject.kind}</Tag>
              </>
            ),
            sortBy: ({ subject }) => nameOf(subject.id),
          },
          {
            title: 'Role',
            cell: ({ role, permissions }) => permissions?.join(', ') ?? role,
            sortBy: ({ role, permissions }) => permissions?.join(', ') ?? role,
          },
          { title: 'On', cell: (binding) => scopeText(binding), sortBy: (binding) => scopeText(binding) },
          {
            title: 'Expires',
            cell: ({ expiresAt }) => (expiresAt === null ? 'Never' : <Time at={expiresAt} />),
            sortBy: ({ expiresAt }) => timeValue(expiresAt),
            secondary: true,
          },
          { title: 'Reason', cell: ({ reason }) => reason ?? '', secondary: true },
          {
            title: 'Action',
            cell: (binding) => (
              <Button
                kind="danger"
                aria-label={`Remove the role ${binding.role} from ${nameOf(binding.subject.id)}`}
                onPress={() => openDialog('remove', binding.id)}
              >
                Remove
              </Button>
            ),
          },
        ]}
      />
      {list.rows !== null && search.dialog === 'create' && <BindingDialog onClose={closeDialog} />}
      {search.dialog === 'remove' && bindingToRemove && (
        <RemoveBindingDialog
          binding={bindingToRemove}
          subject={nameOf(bindingToRemove.subject.id)}
          onClose={closeDialog}
        />
      )}
    </>
  )
}
