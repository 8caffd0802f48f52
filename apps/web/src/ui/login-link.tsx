import { loginAddress } from '../api/session-end.ts'
import styles from './login-link.module.css'

interface LoginLinkProps {
  readonly returnTo?: string
}

/** The login accepts only the hash of a line, such as `#L42`. */
const otherHash = /#(?!L\d+$).*$/

/** The login that leads back to a page of this console. @param returnTo the page with its query and its hash; by default this one */
export function LoginLink({ returnTo = location.pathname + location.search + location.hash }: LoginLinkProps) {
  return (
    <a className={styles.link} href={loginAddress(returnTo.replace(otherHash, ''))}>
      Log in again
    </a>
  )
}
