import { useMe } from '../../api/queries.ts'
import { Stack } from '../../ui/layout/stack.tsx'
import { scopeText } from '../../ui/text/scope-text.ts'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import { Time } from '../../ui/time/time.tsx'

export function AccessList() {
  const { access } = useMe()
  if (access === undefined)
    return <p className="soft">The gateway’s database is not responding. Reload this page in a moment.</p>
  if (access.length === 0) return <p className="soft">You have no roles.</p>
  return (
    <Stack as="ul" gap={2}>
      {access.map((binding) => (
        <li key={binding.id}>
          <p>
            <VisibleText as="strong">{binding.role}</VisibleText> on <VisibleText>{scopeText(binding)}</VisibleText>
          </p>
          <p className="soft">
            {binding.subject.kind === 'group' ? (
              <>
                Through your group <VisibleText>{binding.subject.id}</VisibleText>
              </>
            ) : (
              'Granted to you'
            )}
            {binding.grantedBy.email !== null && (
              <>
                {' by '}
                <VisibleText>{binding.grantedBy.email}</VisibleText>
              </>
            )}
            , since <Time at={binding.createdAt} />
            {binding.expiresAt !== null && (
              <>
                , until <Time at={binding.expiresAt} />
              </>
            )}
            {binding.reason !== null && (
              <>
                {': '}
                <VisibleText>{binding.reason}</VisibleText>
              </>
            )}
          </p>
        </li>
      ))}
    </Stack>
  )
}
