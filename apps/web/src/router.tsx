import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { meQuery } from './api/queries.ts'
import { readAuditSearch } from './pages/audit/audit-search.ts'
import { HomePage } from './pages/home/home-page.tsx'
import { loadNextSteps } from './pages/home/next-steps-queries.ts'
import { validatePeopleSearch } from './pages/people/search.ts'
import { validatePolicySearch } from './pages/policy/policy-search.ts'
import { LoadFailed, NotFoundPage } from './shell/failures.tsx'
import { Shell } from './shell/shell.tsx'

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  loader: ({ context }) => context.queryClient.ensureQueryData(meQuery),
  component: Shell,
  errorComponent: LoadFailed,
  notFoundComponent: NotFoundPage,
})

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  loader: ({ context }) => loadNextSteps(context.queryClient),
  component: HomePage,
})

/** Pages other than the first are loaded when they are opened. */
const audit = createRoute({
  getParentRoute: () => root,
  path: 'audit',
  validateSearch: readAuditSearch,
  component: lazyRouteComponent(() => import('./pages/audit/audit-page.tsx')),
})
/** The same page, with an open event. */
const auditEvent = createRoute({ getParentRoute: () => audit, path: '$event' })
const people = createRoute({
  getParentRoute: () => root,
  path: 'people',
  validateSearch: validatePeopleSearch,
  component: lazyRouteComponent(() => import('./pages/people/people-page.tsx')),
})
const peopleTabs = [
  createRoute({
    getParentRoute: () => people,
    path: '/',
    component: lazyRouteComponent(() => import('./pages/people/people-start.tsx')),
  }),
  createRoute({
    getParentRoute: () => people,
    path: 'users',
    component: lazyRouteComponent(() => import('./pages/people/users/users-tab.tsx')),
  }),
  createRoute({
    getParentRoute: () => people,
    path: 'invitations',
    component: lazyRouteComponent(() => import('./pages/people/invitations/invitations-tab.tsx')),
  }),
  createRoute({
    getParentRoute: () => people,
    path: 'groups',
    component: lazyRouteComponent(() => import('./pages/people/groups/groups-tab.tsx')),
  }),
  createRoute({
    getParentRoute: () => people,
    path: 'bindings',
    component: lazyRouteComponent(() => import('./pages/people/bindings/bindings-tab.tsx')),
  }),
  createRoute({
    getParentRoute: () => people,
    path: 'service-accounts',
    component: lazyRouteComponent(() => import('./pages/people/service-accounts/service-accounts-tab.tsx')),
  }),
  createRoute({
    getParentRoute: () => people,
    path: 'tokens',
    component: lazyRouteComponent(() => import('./pages/people/tokens/tokens-tab.tsx')),
  }),
  createRoute({
    getParentRoute: () => people,
    path: 'trusts',
    component: lazyRouteComponent(() => import('./pages/people/trusts/trusts-tab.tsx')),
  }),
  createRoute({
    getParentRoute: () => people,
    path: 'access-review',
    component: lazyRouteComponent(() => import('./pages/people/access-review/access-review-tab.tsx')),
  }),
] as const
const policy = createRoute({
  getParentRoute: () => root,
  path: 'policy',
  validateSearch: validatePolicySearch,
  component: lazyRouteComponent(() => import('./pages/policy/policy-page.tsx')),
})

const routeTree = root.addChildren([home, audit.addChildren([auditEvent]), people.addChildren(peopleTabs), policy])

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
