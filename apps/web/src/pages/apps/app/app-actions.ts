import type { AppRoute } from '../../../api/rack-data/allowed.ts'

/** `label`: begins with a verb, and is followed by the name of the app. `tab`: where the action is. */
export const appActions = [
  { label: 'Read the logs of', tab: 'logs', routes: ['WS /apps/{app}/logs'] },
  { label: 'Scale a service of', tab: 'services', routes: ['PUT /apps/{app}/services/{service}'] },
  { label: 'Restart a service of', tab: 'services', routes: ['POST /apps/{app}/services/{service}/restart'] },
  { label: 'Stop a process of', tab: 'processes', routes: ['DELETE /apps/{app}/processes/{pid}'] },
  { label: 'Run a command in a process of', tab: 'processes', routes: ['WS /apps/{app}/processes/{pid}/exec'] },
  { label: 'Promote a release of', tab: 'releases', routes: ['POST /apps/{app}/releases/{id}/promote'] },
  {
    label: 'Roll back',
    tab: 'releases',
    routes: ['POST /apps/{app}/releases', 'POST /apps/{app}/releases/{id}/promote'],
  },
  { label: 'Change the environment of', tab: 'environment', routes: ['POST /apps/{app}/releases'] },
  { label: 'Change a config of', tab: 'configs', routes: ['PUT /apps/{app}/configs/{name}'] },
] as const satisfies readonly { label: string; tab: string; routes: readonly AppRoute[] }[]

export type AppAction = (typeof appActions)[number]
