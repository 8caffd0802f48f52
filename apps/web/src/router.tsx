import type { QueryClient } from '@tanstack/react-query'
import {
  type AnyRoute,
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { meQuery } from './api/queries.ts'
import { validateAccessSearch } from './pages/access/address/access-search.ts'
import { validateAppsSearch } from './pages/apps/address/apps-search.ts'
import { readAuditSearch } from './pages/audit/address/audit-search.ts'
import { validateHealthSearch } from './pages/health/health-search.ts'
import { loadOverview } from './pages/overview/load-overview.ts'
import { OverviewPage } from './pages/overview/overview-page.tsx'
import { validateOverviewSearch } from './pages/overview/overview-search.ts'
import { validatePeopleSearch } from './pages/people/address/people-search.ts'
import { validatePolicySearch } from './pages/policy/address/policy-search.ts'
import { readRecordingsSearch } from './pages/recordings/address/recordings-search.ts'
import { readPlayerSearch } from './pages/recordings/player/player-search.ts'
import { validateFactorsSearch } from './pages/second-factors/factors-search.ts'
import { validateStepUpSearch } from './pages/step-up/step-up-search.ts'
import { LoadFailed, NotFoundPage } from './shell/failures.tsx'
import { permittedPage } from './shell/permitted-page.tsx'
import { Shell } from './shell/shell.tsx'

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  loader: ({ context }) => context.queryClient.ensureQueryData(meQuery),
  component: Shell,
  errorComponent: LoadFailed,
  notFoundComponent: NotFoundPage,
})

/** A page that is loaded when it opens. */
function lazyRoute<Parent extends AnyRoute, const Path extends string>(
  parent: Parent,
  path: Path,
  load: () => Promise<{ default: () => ReactNode }>,
) {
  return createRoute({ getParentRoute: () => parent, path, component: lazyRouteComponent(load) })
}

const overview = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: validateOverviewSearch,
  // The loader counts requests, and each count is an audit event. A pointer over the link must not start the loader.
  preload: false,
  loader: ({ context }) => loadOverview(context.queryClient),
  component: OverviewPage,
})

const access = createRoute({
  getParentRoute: () => root,
  path: 'access',
  validateSearch: validateAccessSearch,
  component: lazyRouteComponent(() => import('./pages/access/access-page.tsx')),
})
const secondFactors = createRoute({
  getParentRoute: () => root,
  path: 'second-factors',
  validateSearch: validateFactorsSearch,
  component: lazyRouteComponent(() => import('./pages/second-factors/second-factors-page.tsx')),
})
/** For a second factor that another program, such as the CLI, needs. */
const stepUp = createRoute({
  getParentRoute: () => root,
  path: 'step-up',
  validateSearch: validateStepUpSearch,
  component: lazyRouteComponent(() => import('./pages/step-up/step-up-page.tsx')),
})
const health = createRoute({
  getParentRoute: () => root,
  path: 'health',
  validateSearch: validateHealthSearch,
  component: permittedPage('Health', 'gateway:health:read', () => import('./pages/health/health-page.tsx')),
})
const audit = createRoute({
  getParentRoute: () => root,
  path: 'audit',
  validateSearch: readAuditSearch,
  component: permittedPage('Audit', 'gateway:audit:read', () => import('./pages/audit/audit-page.tsx')),
})
/** The audit page with an open event. */
const auditEvent = createRoute({ getParentRoute: () => audit, path: '$event' })
const people = createRoute({
  getParentRoute: () => root,
  path: 'people',
  validateSearch: validatePeopleSearch,
  component: lazyRouteComponent(() => import('./pages/people/people-page.tsx')),
})
const peopleTabs = [
  lazyRoute(people, '/', () => import('./pages/people/people-start.tsx')),
  lazyRoute(people, 'users', () => import('./pages/people/users/users-tab.tsx')),
  lazyRoute(people, 'invitations', () => import('./pages/people/invitations/invitations-tab.tsx')),
  lazyRoute(people, 'groups', () => import('./pages/people/groups/groups-tab.tsx')),
  lazyRoute(people, 'bindings', () => import('./pages/people/bindings/bindings-tab.tsx')),
  lazyRoute(people, 'service-accounts', () => import('./pages/people/service-accounts/service-accounts-tab.tsx')),
  lazyRoute(people, 'tokens', () => import('./pages/people/tokens/tokens-tab.tsx')),
  lazyRoute(people, 'trusts', () => import('./pages/people/trusts/trusts-tab.tsx')),
  lazyRoute(people, 'access-review', () => import('./pages/people/access-review/access-review-tab.tsx')),
] as const
const policy = createRoute({
  getParentRoute: () => root,
  path: 'policy',
  validateSearch: validatePolicySearch,
  component: lazyRouteComponent(() => import('./pages/policy/policy-page.tsx')),
})
const apps = createRoute({
  getParentRoute: () => root,
  path: 'apps',
  validateSearch: validateAppsSearch,
  component: lazyRouteComponent(() => import('./pages/apps/apps-page.tsx')),
})
const appsTabs = [
  lazyRoute(apps, '/', () => import('./pages/apps/over-apps/apps-over-racks.tsx')),
  lazyRoute(apps, 'processes', () => import('./pages/apps/over-apps/processes-over-apps.tsx')),
  lazyRoute(apps, 'instances', () => import('./pages/apps/over-apps/instances-over-racks.tsx')),
  lazyRoute(apps, 'builds', () => import('./pages/apps/over-apps/builds-over-apps.tsx')),
  lazyRoute(apps, 'releases', () => import('./pages/apps/over-apps/releases-over-apps.tsx')),
] as const
const app = createRoute({
  getParentRoute: () => root,
  path: 'apps/$rack/$app',
  validateSearch: validateAppsSearch,
  component: lazyRouteComponent(() => import('./pages/apps/app/app-page.tsx')),
})
const appTabs = [
  lazyRoute(app, '/', () => import('./pages/apps/app/app-start.tsx')),
  lazyRoute(app, 'services', () => import('./pages/apps/app/services/services-tab.tsx')),
  lazyRoute(app, 'processes', () => import('./pages/apps/app/processes/processes-tab.tsx')),
  lazyRoute(app, 'builds', () => import('./pages/apps/app/builds/builds-tab.tsx')),
  lazyRoute(app, 'releases', () => import('./pages/apps/app/releases/releases-tab.tsx')),
  lazyRoute(app, 'environment', () => import('./pages/apps/app/environment/environment-tab.tsx')),
  lazyRoute(app, 'resources', () => import('./pages/apps/app/resources/resources-tab.tsx')),
  lazyRoute(app, 'configs', () => import('./pages/apps/app/configs/configs-tab.tsx')),
  lazyRoute(app, 'logs', () => import('./pages/apps/app/logs/logs-tab.tsx')),
  lazyRoute(app, 'access', () => import('./pages/apps/app/access/access-tab.tsx')),
  lazyRoute(app, 'timeline', () => import('./pages/apps/app/timeline/timeline-tab.tsx')),
] as const

const recordings = createRoute({
  getParentRoute: () => root,
  path: 'recordings',
  validateSearch: readRecordingsSearch,
  component: permittedPage(
    'Recordings',
    'gateway:recording:read',
    () => import('./pages/recordings/recordings-page.tsx'),
  ),
})
const recording = createRoute({
  getParentRoute: () => root,
  path: 'recordings/$recording',
  validateSearch: readPlayerSearch,
  component: permittedPage(
    'Recording',
    'gateway:recording:read',
    () => import('./pages/recordings/player/player-page.tsx'),
  ),
})

const routeTree = root.addChildren([
  overview,
  access,
  secondFactors,
  stepUp,
  health,
  apps.addChildren(appsTabs),
  app.addChildren(appTabs),
  recordings,
  recording,
  audit.addChildren([auditEvent]),
  people.addChildren(peopleTabs),
  policy,
])

export function createConsoleRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    basepath: '/gateway',
    context: { queryClient },
    defaultPreload: 'intent',
    defaultErrorComponent: LoadFailed,
    // The page of an unknown address replaces the whole page, not only a tab.
    notFoundMode: 'root',
    scrollRestoration: false,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>
  }
}
