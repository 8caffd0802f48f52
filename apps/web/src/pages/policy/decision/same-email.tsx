import type { ErrorResponse } from '@rack-gateway/gateway-api'
import { Button } from '../../../ui/controls/button.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import styles from './same-email.module.css'

type NamedUser = NonNullable<ErrorResponse['users']>[number]

interface SameEmailProps {
  readonly reason: string
  readonly users: readonly NamedUser[]
  readonly onChoose: (id: string) => void
}

/** The users of an ambiguous email address. A button repeats the question for one of them. */
export function SameEmail({ reason, users, onChoose }: SameEmailProps) {
  return (
    <div className={styles.users} role="alert">
      <p>
        <VisibleText>{reason}</VisibleText> Which one do you mean?
      </p>
      {users.map((user) => (
        <Button key={user.id} onPress={() => onChoose(user.id)}>
          <span className={styles.name}>
            <VisibleText>{`${user.email} ${accountText(user, users)}`}</VisibleText>
          </span>
        </Button>
      ))}
    </div>
  )
}

function accountText({ id, issuer }: NamedUser, users: readonly NamedUser[]): string {
  const account = issuer === 'local' ? 'created by rack-gateway-server' : `at ${issuer.replace(/^https?:\/\//, '')}`
  const isRepeated = users.some((other) => other.id !== id && other.issuer === issuer)
  return isRepeated ? `${account}, ID ${id}` : account
}
