import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router'
import { ApiError } from '../api/errors/api-error.ts'
import { Page } from '../ui/layout/page.tsx'
import { LoginLink } from '../ui/navigation/login-link.tsx'
import { Problem } from '../ui/problems/problem.tsx'
import { MissingFile } from './missing-file.tsx'

/** The messages of Vite and of browsers for a missing file of a page. */
const missingFilePattern = /preload CSS|dynamically imported module|importing a module script/i

export function LoadFailed({ error }: ErrorComponentProps) {
  const router = useRouter()
  if (error instanceof Error && missingFilePattern.test(error.message)) return <MissingFile />
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

export function NotFoundPage() {
  return (
    <Page title="Page not found">
      <p>
        Check the address, or <Link to="/">open the first page</Link>.
      </p>
    </Page>
  )
}
