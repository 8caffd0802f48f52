import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { meQuery } from './api/queries.ts'
import { HomePage } from './pages/home/home-page.tsx'
import { LoadFailed, NotFoundPage } from './shell/failures.tsx'
import { Shell } from './shell/shell.tsx'

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  loader: ({ context }) => context.queryClient.ensureQueryData(meQuery),
  component: Shell,
  errorComponent: LoadFailed,
  notFoundComponent: NotFoundPage,
})

const home = createRoute({ getParentRoute: () => root, path: '/', component: HomePage })

/** Pages other than the first are loaded when they are opened. */
const audit = createRoute({
  getParentRoute: () => root,
  path: 'audit',
  component: lazyRouteComponent(() => import('./pages/audit/audit-page.tsx')),
})
const people = createRoute({
  getParentRoute: () => root,
  path: 'people',
  component: lazyRouteComponent(() => import('./pages/people/people-page.tsx')),
})
const policy = createRoute({
  getParentRoute: () => root,
  path: 'policy',
  component: lazyRouteComponent(() => import('./pages/policy/policy-page.tsx')),
})

const routeTree = root.addChildren([home, audit, people, policy])

export function createConsoleRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    basepath: '/gateway',
    context: { queryClient },
    defaultPreload: 'intent',
    defaultErrorComponent: LoadFailed,
    scrollRestoration: false,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>
  }
}
