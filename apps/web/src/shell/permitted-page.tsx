import { lazyRouteComponent } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { can } from '../api/can.ts'
import { useMe } from '../api/queries.ts'
import { MissingPermission } from '../ui/denials/missing-permission.tsx'
import { Page } from '../ui/layout/page.tsx'

/** A lazy page that opens only for a person with the permission. It asks the API for nothing that the API would deny. */
export function permittedPage(title: string, permission: string, load: () => Promise<{ default: () => ReactNode }>) {
  const LazyPage = lazyRouteComponent(load)
  function PermittedPage() {
    if (can(useMe(), permission)) return <LazyPage />
    return (
      <Page title={title}>
        <MissingPermission permission={permission} />
      </Page>
    )
  }
  return Object.assign(PermittedPage, { preload: LazyPage.preload })
}
