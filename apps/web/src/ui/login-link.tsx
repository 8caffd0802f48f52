import { loginAddress } from '../api/session-end.ts'
import styles from './login-link.module.css'

/** The login that leads back to a page of this console. @param returnTo the page with its query; by default this one */
export function LoginLink({ returnTo = location.pathname + location.search }: { readonly returnTo?: string }) {
  return (
    <a className={styles.link} href={loginAddress(returnTo)}>
      Log in again
    </a>
  )
}
