import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router'
import { ApiError } from '../api/errors/api-error.ts'
import { Button } from '../ui/controls/button.tsx'
import { Page } from '../ui/layout/page.tsx'
import { LoginLink } from '../ui/navigation/login-link.tsx'
import { MissingItem } from '../ui/problems/missing-item.tsx'
import { Problem } from '../ui/problems/problem.tsx'
import { SessionEndReason } from './session-ended.tsx'

/** The messages of Vite and of browsers for a missing file of a page. A file is missing after an update of the gateway. */
const missingFilePattern = /preload CSS|dynamically imported module|importing a module script/i

const missingFileError = new Error(
  'A file of this page could not be loaded. The gateway was probably updated since you opened the console.',
)

export function LoadFailed({ error }: ErrorComponentProps) {
  const router = useRouter()
  if (error instanceof Error && missingFilePattern.test(error.message))
    return (
      <Page title="This page could not be loaded">
        <Problem error={missingFileError} action={<Button onPress={() => location.reload()}>Reload the page</Button>} />
      </Page>
    )
  if (error instanceof ApiError && error.status === 401)
    return (
      <Page title="Your session has ended">
        <SessionEndReason error={error} />
        <p>
          <LoginLink />
        </p>
      </Page>
    )
  return (
    <Page title="This page could not be loaded">
      <Problem
        error={error instanceof Error ? error : new Error(String(error))}
        retry={() => void router.invalidate()}
      />
    </Page>
  )
}

export function NotFoundPage() {
  return (
    <Page title="There is no such page">
      <MissingItem what="The console has no page at this address. A link can be incomplete, or from another version.">
        Choose a page in the navigation, or <Link to="/">open the first page</Link>.
      </MissingItem>
    </Page>
  )
}
