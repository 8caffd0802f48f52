/** The tabs of an app in their order. `name`: the last part of the address. */
export const appTabs = [
  { name: 'services', label: 'Services' },
  { name: 'processes', label: 'Processes' },
  { name: 'builds', label: 'Builds' },
  { name: 'releases', label: 'Releases' },
  { name: 'environment', label: 'Environment' },
  { name: 'resources', label: 'Resources' },
  { name: 'configs', label: 'Configs' },
  { name: 'logs', label: 'Logs' },
  { name: 'timeline', label: 'Timeline' },
] as const
