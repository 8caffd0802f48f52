import { loginAddress } from '../../api/session-end.ts'
import styles from './login-link.module.css'

interface LoginLinkProps {
  readonly returnTo?: string
}

/** Matches every hash except a line number, such as `#L42`. The login accepts no other hash. */
const otherHash = /#(?!L\d+$).*$/

/** @param returnTo a path with its query and its hash */
export function LoginLink({ returnTo = location.pathname + location.search + location.hash }: LoginLinkProps) {
  return (
    <a className={styles.link} href={loginAddress(returnTo.replace(otherHash, ''))}>
      Log in again
    </a>
  )
}
