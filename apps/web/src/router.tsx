import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { meQuery } from './api/queries.ts'
import { validateAppsSearch } from './pages/apps/search.ts'
import { readAuditSearch } from './pages/audit/audit-search.ts'
import { validateHealthSearch } from './pages/health/health-search.ts'
import { OverviewPage } from './pages/overview/overview-page.tsx'
import { loadOverview } from './pages/overview/overview-queries.ts'
import { validateOverviewSearch } from './pages/overview/overview-search.ts'
import { validatePeopleSearch } from './pages/people/search.ts'
import { validatePolicySearch } from './pages/policy/policy-search.ts'
import { readPlayerSearch } from './pages/recordings/player/player-search.ts'
import { readRecordingsSearch } from './pages/recordings/recordings-search.ts'
import { validateFactorsSearch } from './pages/second-factors/factors-search.ts'
import { validateStepUpSearch } from './pages/step-up/step-up-search.ts'
import { LoadFailed, NotFoundPage } from './shell/failures.tsx'
import { Shell } from './shell/shell.tsx'

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  loader: ({ context }) => context.queryClient.ensureQueryData(meQuery),
  component: Shell,
  errorComponent: LoadFailed,
  notFoundComponent: NotFoundPage,
})

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
  component: lazyRouteComponent(() => import('./pages/health/health-page.tsx')),
})
const audit = createRoute({
  getParentRoute: () => root,
  path: 'audit',
  validateSearch: readAuditSearch,
  component: lazyRouteComponent(() => import('./pages/audit/audit-page.tsx')),
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
const apps = createRoute({
  getParentRoute: () => root,
  path: 'apps',
  validateSearch: validateAppsSearch,
  component: lazyRouteComponent(() => import('./pages/apps/apps-page.tsx')),
})
const appsTabs = [
  createRoute({
    getParentRoute: () => apps,
    path: '/',
    component: lazyRouteComponent(() => import('./pages/apps/list/apps-tab.tsx')),
  }),
  createRoute({
    getParentRoute: () => apps,
    path: 'processes',
    component: lazyRouteComponent(() => import('./pages/apps/over-apps/processes-over-apps.tsx')),
  }),
  createRoute({
    getParentRoute: () => apps,
    path: 'instances',
    component: lazyRouteComponent(() => import('./pages/apps/over-apps/instances-over-racks.tsx')),
  }),
  createRoute({
    getParentRoute: () => apps,
    path: 'builds',
    component: lazyRouteComponent(() => import('./pages/apps/over-apps/builds-over-apps.tsx')),
  }),
  createRoute({
    getParentRoute: () => apps,
    path: 'releases',
    component: lazyRouteComponent(() => import('./pages/apps/over-apps/releases-over-apps.tsx')),
  }),
] as const
const app = createRoute({
  getParentRoute: () => root,
  path: 'apps/$rack/$app',
  validateSearch: validateAppsSearch,
  component: lazyRouteComponent(() => import('./pages/apps/app/app-page.tsx')),
})
const appTabs = [
  createRoute({
    getParentRoute: () => app,
    path: '/',
    component: lazyRouteComponent(() => import('./pages/apps/app/app-start.tsx')),
  }),
  createRoute({
    getParentRoute: () => app,
    path: 'services',
    component: lazyRouteComponent(() => import('./pages/apps/app/services/services-tab.tsx')),
  }),
  createRoute({
    getParentRoute: () => app,
    path: 'processes',
    component: lazyRouteComponent(() => import('./pages/apps/app/processes/processes-tab.tsx')),
  }),
  createRoute({
    getParentRoute: () => app,
    path: 'builds',
    component: lazyRouteComponent(() => import('./pages/apps/app/builds/builds-tab.tsx')),
  }),
  createRoute({
    getParentRoute: () => app,
    path: 'releases',
    component: lazyRouteComponent(() => import('./pages/apps/app/releases/releases-tab.tsx')),
  }),
  createRoute({
    getParentRoute: () => app,
    path: 'environment',
    component: lazyRouteComponent(() => import('./pages/apps/app/environment/environment-tab.tsx')),
  }),
  createRoute({
    getParentRoute: () => app,
    path: 'resources',
    component: lazyRouteComponent(() => import('./pages/apps/app/resources/resources-tab.tsx')),
  }),
  createRoute({
    getParentRoute: () => app,
    path: 'configs',
    component: lazyRouteComponent(() => import('./pages/apps/app/configs/configs-tab.tsx')),
  }),
  createRoute({
    getParentRoute: () => app,
    path: 'logs',
    component: lazyRouteComponent(() => import('./pages/apps/app/logs/logs-tab.tsx')),
  }),
  createRoute({
    getParentRoute: () => app,
    path: 'timeline',
    component: lazyRouteComponent(() => import('./pages/apps/app/timeline/timeline-tab.tsx')),
  }),
] as const

const recordings = createRoute({
  getParentRoute: () => root,
  path: 'recordings',
  validateSearch: readRecordingsSearch,
  component: lazyRouteComponent(() => import('./pages/recordings/recordings-page.tsx')),
})
const recording = createRoute({
  getParentRoute: () => root,
  path: 'recordings/$recording',
  validateSearch: readPlayerSearch,
  component: lazyRouteComponent(() => import('./pages/recordings/player/player-page.tsx')),
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
    scrollRestoration: false,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>
  }
}
