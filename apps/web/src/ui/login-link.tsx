import { loginAddress } from '../api/session-end.ts'
import styles from './login-link.module.css'

interface LoginLinkProps {
  readonly returnTo?: string
}

/** Any hash except that of a line, such as `#L42`, which is the only kind that the login accepts. */
const otherHash = /#(?!L\d+$).*$/

/** A link to the login, which returns to a page of the console. @param returnTo the page with its query and its hash; by default this one */
export function LoginLink({ returnTo = location.pathname + location.search + location.hash }: LoginLinkProps) {
  return (
    <a className={styles.link} href={loginAddress(returnTo.replace(otherHash, ''))}>
      Log in again
    </a>
  )
}
