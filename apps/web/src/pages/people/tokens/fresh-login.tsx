import { type ReactNode, useState } from 'react'
import { serverNow } from '../../../api/client.ts'
import { useMe } from '../../../api/queries.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { Dialog, DialogButtons } from '../../../ui/dialogs/dialog.tsx'
import { LoginLink } from '../../../ui/navigation/login-link.tsx'
import { Time } from '../../../ui/time/time.tsx'

/** Milliseconds after a login during which the API shows tokens. */
const maxLoginAge = 5 * 60_000

interface FreshLoginProps {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
}

/**
 * Shows its content only within five minutes of a login, because the API shows a token to a browser only then. If the
 * time of the login is unknown, shows the content, and the API decides.
 */
export function FreshLogin({ title, onClose, children }: FreshLoginProps) {
  const { loggedInAt } = useMe()
  // Decided once, so that a form or a shown token does not disappear after five minutes.
  const [isFresh] = useState(() => loggedInAt === undefined || serverNow() - Date.parse(loggedInAt) < maxLoginAge)
  if (isFresh || loggedInAt === undefined) return children
  return (
    <Dialog title={title} isOpen onClose={onClose}>
      <p>
        Tokens are shown only within five minutes of a login, so that someone who finds this browser open cannot take
        one. You logged in <Time at={loggedInAt} kind="relative" />. After you log in, you come back here.
      </p>
      <DialogButtons>
        <Button onPress={onClose}>Cancel</Button>
        <LoginLink />
      </DialogButtons>
    </Dialog>
  )
}
