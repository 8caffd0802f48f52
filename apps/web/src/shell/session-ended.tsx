import { useRouterState } from '@tanstack/react-router'
import { useSessionEnd } from '../api/session-end.ts'
import { Dialog } from '../ui/dialog.tsx'
import { LoginLink } from '../ui/login-link.tsx'

/** Rules whose remedy says more than to log in again. */
const rulesWithRemedy: readonly string[] = ['locked-user', 'two-credentials', 'browser-session']

/** Why the session ended, with the login that returns to the same page. */
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
