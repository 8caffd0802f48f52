import { useRouterState } from '@tanstack/react-router'
import type { ApiError } from '../api/errors/api-error.ts'
import { useSessionEnd } from '../api/session-end.ts'
import { Dialog } from '../ui/dialogs/dialog.tsx'
import { LoginLink } from '../ui/navigation/login-link.tsx'

/** For other rules, the remedy says only to log in again. */
const rulesWithRemedy: readonly string[] = ['locked-user', 'two-credentials', 'browser-session']

/** Why the session ended. Its remedy is shown only if it is more than to log in again, which a link does here. */
export function SessionEndReason({ error: { body } }: { readonly error: ApiError }) {
  return (
    <>
      <p>{body.reason}</p>
      {rulesWithRemedy.includes(body.rule) && <p>{body.next}</p>}
    </>
  )
}

export function SessionEnded() {
  const error = useSessionEnd()
  const href = useRouterState({ select: ({ location }) => location.href })
  if (error === null) return null
  return (
    <Dialog title="Your session has ended" isOpen onClose={() => {}} isDismissable={false}>
      <SessionEndReason error={error} />
      <p>
        <LoginLink returnTo={`/gateway${href}`} />
      </p>
    </Dialog>
  )
}
