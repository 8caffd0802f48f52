import { useRouterState } from '@tanstack/react-router'
import { useSessionEnd } from '../api/session-end.ts'
import { Dialog } from '../ui/dialogs/dialog.tsx'
import { LoginLink } from '../ui/navigation/login-link.tsx'

/** For other rules, the remedy says only to log in again. */
const rulesWithRemedy: readonly string[] = ['locked-user', 'two-credentials', 'browser-session']

export function SessionEnded() {
  const error = useSessionEnd()
  const href = useRouterState({ select: ({ location }) => location.href })
  if (error === null) return null
  return (
    <Dialog title="Your session has ended" isOpen onClose={() => {}} isDismissable={false}>
      <p>{error.body.reason}</p>
      {rulesWithRemedy.includes(error.body.rule) && <p>{error.body.next}</p>}
      <p>
        <LoginLink returnTo={`/gateway${href}`} />
      </p>
    </Dialog>
  )
}
