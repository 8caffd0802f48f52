import type { Me } from '@rack-gateway/gateway-api'
import { Link } from '@tanstack/react-router'
import { useMe } from '../../../api/queries.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { Card } from '../../../ui/layout/card.tsx'
import { Stack } from '../../../ui/layout/stack.tsx'
import { useFirstRows } from '../../../ui/lists/use-first-rows.ts'
import { scopeText } from '../../../ui/text/scope-text.ts'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { Time } from '../../../ui/time/time.tsx'
import styles from './roles-card.module.css'

const firstRows = 5

/** What the person can do, and until when. */
export function RolesCard() {
  const { access } = useMe()
  const { rows, hidesRows, showAll } = useFirstRows(access ?? [], firstRows)
  if (access === undefined)
    return (
      <Card title="What you can do">
        <p className="soft">The database does not answer, so your roles are not shown. Reload this page later.</p>
      </Card>
    )
  return (
    <Card title="What you can do" actions={<Link to="/access">Roles and sessions</Link>}>
      <Stack as="ul" gap={2}>
        {rows.map((binding) => (
          <RoleRow key={binding.id} binding={binding} />
        ))}
      </Stack>
      {hidesRows && (
        <p>
          <Button kind="quiet" onPress={showAll}>
            Show all {access.length}
          </Button>
        </p>
      )}
    </Card>
  )
}

function RoleRow({ binding }: { readonly binding: NonNullable<Me['access']>[number] }) {
  const { role, permissions, roleDescription, expiresAt } = binding
  return (
    <li className={styles.row}>
      <span>
        <VisibleText as="strong">{permissions === null ? role : 'Individual permissions'}</VisibleText> on{' '}
        <VisibleText>{scopeText(binding)}</VisibleText>
      </span>
      <span className={styles.until}>
        {expiresAt === null ? (
          'without end'
        ) : (
          <>
            ends <Time at={expiresAt} kind="relative" />
          </>
        )}
      </span>
      <p className={styles.description}>
        <VisibleText>{permissions?.join(', ') ?? roleDescription ?? ''}</VisibleText>
      </p>
    </li>
  )
}
