import { loginAddress } from '../../api/session-end.ts'
import { ButtonLink } from '../controls/button.tsx'

interface LoginLinkProps {
  readonly returnTo?: string
}

/** Matches every hash except a line number, such as `#L42`. The login accepts no other hash. */
const otherHash = /#(?!L\d+$).*$/

/** @param returnTo a path with its query and its hash */
export function LoginLink({ returnTo = location.pathname + location.search + location.hash }: LoginLinkProps) {
  return (
    <ButtonLink kind="primary" href={loginAddress(returnTo.replace(otherHash, ''))}>
      Log in again
    </ButtonLink>
  )
}
