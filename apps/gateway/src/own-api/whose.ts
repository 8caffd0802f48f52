import { isUuid } from '@rack-gateway/audit/uuid'
import type { Principal } from '@rack-gateway/rbac-policy'
import { NotPermitted, ruled } from '../errors.ts'

interface Asker {
  readonly principal: Principal
  readonly others: boolean
}

/** Whose things a list shows: null for everybody's. @throws NotPermitted for what is of others */
export function whoseList({ principal, others }: Asker, wanted: string | undefined, permission: string): string | null {
  const own = principal.kind === 'user' ? principal.id : null
  const id = wanted === 'me' ? own : (wanted ?? (others ? undefined : own))
  if (id === undefined) return null
  if (id !== null && (others || id === own)) return checkedId(id)
  throw ruled(
    new NotPermitted(
      own === null
        ? `A token or job has none of its own, and this one does not hold ${permission} for those of others (rule no-permission)`
        : `You see what is yours; for what is of others ask an administrator for ${permission} (rule no-permission)`,
    ),
    'no-permission',
  )
}

/** Anything but a UUID is nobody's. */
function checkedId(id: string): string {
  return isUuid(id) ? id : '00000000-0000-0000-0000-000000000000'
}
