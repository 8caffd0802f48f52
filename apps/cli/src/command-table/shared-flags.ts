/** Flags that several commands have, under one name and with one meaning. */
export const rackFlag = { about: 'the rack to use', value: 'NAME', short: 'r' } as const
/** For commands about a gateway as a whole. */
export const whoseGatewayFlag = {
  about: 'the rack whose gateway is asked',
  value: 'NAME',
  short: 'r',
} as const
export const jsonFlag = { about: 'print JSON' } as const
export const utcFlag = { about: 'times in UTC instead of your zone' } as const
export const yesFlag = { about: 'do it without asking', short: 'y' } as const
