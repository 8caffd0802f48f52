import { useRouterState } from '@tanstack/react-router'
import { useSessionEnd } from '../api/session-end.ts'
import { Dialog } from '../ui/dialog.tsx'
import { LoginLink } from '../ui/login-link.tsx'

/** Rules whose remedy is more than to log in again. */
const remedies: readonly string[] = ['locked-user', 'two-credentials', 'browser-session']

/** Why the session ended, with the login that returns to the same page. */
export function SessionEnded() {
  const ended = useSessionEnd()
  const href = useRouterState({ select: ({ location }) => location.href })
  if (ended === null) return null
  return (
    <Dialog title="Your session has ended" isOpen onClose={() => {}} isDismissable={false}>
      <p>{ended.body.reason}</p>
      {remedies.includes(ended.body.rule) && <p>{ended.body.next}</p>}
      <p>
        <LoginLink returnTo={`/gateway${href}`} />
      </p>
    </Dialog>
  )
}
