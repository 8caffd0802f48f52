import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router'
import { ApiError } from '../api/errors.ts'
import { LoginLink } from '../ui/login-link.tsx'
import { Page } from '../ui/page.tsx'
import { Problem } from '../ui/problem.tsx'

/** A page that could not be loaded. */
export function LoadFailed({ error }: ErrorComponentProps) {
  const router = useRouter()
  const isLoggedOut = error instanceof ApiError && error.status === 401
  return (
    <Page title={isLoggedOut ? 'Your session has ended' : 'This page could not be loaded'}>
      <Problem
        error={error instanceof Error ? error : new Error(String(error))}
        retry={() => void router.invalidate()}
        action={isLoggedOut && <LoginLink />}
      />
    </Page>
  )
}

/** No page has this address. */
export function NotFoundPage() {
  return (
    <Page title="Page not found">
      <p>
        Check the address, or <Link to="/">open the first page</Link>.
      </p>
    </Page>
  )
}
