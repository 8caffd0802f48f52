/** `name`: the last segment of the path. */
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
